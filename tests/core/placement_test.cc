// Where new buckets go: the laws of core/cluster/placement.h over every small cluster.
#include "core/cluster/placement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"

namespace pegel::cluster {
namespace {

struct Case {
  std::vector<Candidate> candidates;
  int buckets = 0, factor = 0;
};

std::string ToText(const Case& c) {
  std::string text = absl::StrCat(c.buckets, " buckets, factor ", c.factor, ", servers");
  for (const Candidate& one : c.candidates) {
    absl::StrAppend(&text, " ", one.id.value, "(", one.rack, " ", one.replicas, " ", one.leaders,
                    ")");
  }
  return text;
}

bool HasEvenRacks(const Case& c) {
  std::map<std::string, int> sizes;
  for (const Candidate& one : c.candidates) ++sizes[one.rack];
  for (const auto& [rack, size] : sizes) {
    if (size != sizes.begin()->second) return false;
  }
  return sizes.size() >= static_cast<size_t>(c.factor);
}

void Check(const Case& c) {
  SCOPED_TRACE(ToText(c));
  const std::vector<std::vector<ServerId>> placed = Place(c.candidates, c.buckets, c.factor);
  ASSERT_EQ(placed.size(), static_cast<size_t>(c.buckets));
  std::map<ServerId, std::string> racks;
  std::map<ServerId, int> replicas, leaders;
  for (const Candidate& one : c.candidates) {
    racks[one.id] = one.rack;
    replicas[one.id] = leaders[one.id] = 0;
  }
  std::set<std::string> all_racks;
  for (const auto& [id, rack] : racks) all_racks.insert(rack);
  for (const std::vector<ServerId>& servers : placed) {
    ASSERT_EQ(servers.size(), static_cast<size_t>(c.factor));
    std::set<ServerId> distinct(servers.begin(), servers.end());
    std::set<std::string> used;
    for (ServerId id : servers) {
      ASSERT_TRUE(racks.contains(id));
      used.insert(racks[id]);
      ++replicas[id];
    }
    ++leaders[servers.front()];
    EXPECT_EQ(distinct.size(), servers.size()) << "two replicas on one server";
    EXPECT_EQ(used.size(), std::min(servers.size(), all_racks.size())) << "racks are not used";
  }
  auto spread = [](const std::map<ServerId, int>& counts) {
    int low = INT32_MAX, high = 0;
    for (const auto& [id, count] : counts) low = std::min(low, count), high = std::max(high, count);
    return high - low;
  };
  if (!HasEvenRacks(c)) return;
  EXPECT_LE(spread(replicas), 1);
  EXPECT_LE(spread(leaders), 1);
}

TEST(Placement, KeepsItsLawsInEverySmallCluster) {
  int cases = 0;
  for (int servers = 1; servers <= 5; ++servers) {
    for (int racks = 0, all = 1 << (2 * servers); racks < all; ++racks) {
      Case c;
      for (int s = 0; s < servers; ++s) {
        const int rack = racks >> (2 * s) & 3;
        c.candidates.push_back(
            {{s * 2}, rack == 3 ? "" : absl::StrCat("r", rack), s * 3 % 4, s % 2});
      }
      for (c.factor = 1; c.factor <= std::min(servers, 3); ++c.factor) {
        for (int buckets : {1, 2, 3, 4, 5, 7}) {
          c.buckets = buckets;
          Check(c);
          ++cases;
        }
      }
    }
  }
  std::printf("placement: clusters=%d\n", cases);
  EXPECT_GT(cases, 20'000);
}

TEST(Placement, LargeTablesAreEvenOnManyServers) {
  for (int servers : {10, 99, 1'000}) {
    Case c;
    for (int s = 0; s < servers; ++s) {
      c.candidates.push_back({{s}, absl::StrCat("r", servers % 10 == 0 ? s % 10 : s % 9)});
    }
    c.factor = 3;
    c.buckets = 10'000;
    Check(c);
  }
}

TEST(Placement, TiesGoToWhoHasTheFewest) {
  std::vector<Candidate> candidates = {{{1}, "a", 9, 9}, {{2}, "b", 0, 0}, {{3}, "c", 5, 0}};
  EXPECT_EQ(Place(candidates, 1, 1), (std::vector<std::vector<ServerId>>{{{2}}}));
}

}  // namespace
}  // namespace pegel::cluster
