// What pegel-bench's load is made of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "tools/load/latencies.h"
#include "tools/load/mix.h"

namespace pegel::tools {
namespace {

using ::testing::HasSubstr;

TEST(Latencies, PercentilesAreExact) {
  Latencies latencies;
  EXPECT_EQ(latencies.AtPermille(500), 0);
  for (int64_t i = 1000; i >= 1; --i) latencies.Add(i);
  EXPECT_EQ(latencies.AtPermille(500), 500);
  EXPECT_EQ(latencies.AtPermille(999), 999);
  EXPECT_EQ(latencies.AtPermille(1000), 1000);
  EXPECT_EQ(latencies.AtPermille(1), 1);
  EXPECT_EQ(latencies.count(), 1000);
}

TEST(Mix, IsReadWithAndWithoutWeights) {
  auto kinds = ParseMix("add_acl=90,list_acl=10,ping");
  ASSERT_TRUE(kinds.ok()) << kinds.status();
  ASSERT_EQ(kinds->size(), 3u);
  EXPECT_EQ((*kinds)[0].weight, 90);
  EXPECT_EQ((*kinds)[1].kind, Kind::kListAcl);
  EXPECT_EQ((*kinds)[2].weight, 1);
}

TEST(Mix, SaysWhatItTakes) {
  for (const char* text : {"", "add_acl,", "drop", "add_acl=0", "add_acl=-1", "add_acl=x"}) {
    auto kinds = ParseMix(text);
    EXPECT_EQ(kinds.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(kinds.status().message()), HasSubstr("kinds are add_acl, call"));
  }
}

TEST(Mix, HoldsToItsWeights) {
  Mix mix({{Kind::kPing, 3}, {Kind::kStatus, 1}}, 10, 1, 7);
  std::map<Kind, int> seen;
  for (int i = 0; i < 4000; ++i) ++seen[mix.Make().kind];
  EXPECT_NEAR(seen[Kind::kPing], 3000, 150);
}

TEST(Mix, FollowsFromItsSeed) {
  auto course = [](uint64_t seed) {
    Mix mix({{Kind::kPing, 1}, {Kind::kStatus, 1}}, 10, 1, seed);
    std::string kinds;
    for (int i = 0; i < 64; ++i) kinds += NameOf(mix.Make().kind)[0];
    return kinds;
  };
  EXPECT_EQ(course(1), course(1));
  EXPECT_NE(course(1), course(2));
}

// Adding what is there, or dropping what is not, would be cheaper than what is measured.
TEST(Mix, EveryChangeChangesSomething) {
  Mix mix({{Kind::kAddAcl}}, 3, 1, 1);
  std::set<std::string> held;
  for (int i = 0; i < 30; ++i) {
    net::Ask ask = mix.Make().ask;
    if (const auto* add = std::get_if<net::AddOneAcl>(&ask)) {
      EXPECT_TRUE(held.insert(add->entry.resource.table).second);
    } else {
      EXPECT_EQ(held.erase(std::get<net::DropAcls>(ask).filter.resource->table), 1u);
    }
  }
}

TEST(Mix, ABatchHasSoManyStatementsWithIdsOfTheirOwn) {
  Mix mix({{Kind::kCall}}, 1000, 64, 1);
  net::Ask ask = mix.Make().ask;
  std::set<std::pair<uint64_t, uint64_t>> ids;
  for (const net::Statement& statement : std::get<net::CallBatch>(ask).statements) {
    EXPECT_THAT(statement.text, HasSubstr("CALL sys.add_acl("));
    EXPECT_TRUE(statement.request_id.is_set());
    ids.insert({statement.request_id.high, statement.request_id.low});
  }
  EXPECT_EQ(ids.size(), 64u);
}

}  // namespace
}  // namespace pegel::tools
