#include "core/canonical.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/fold.h"
#include "tests/support/acl.h"
#include "tests/support/history.h"

namespace pegel {
namespace {

using testing::EntryOf;
using testing::Random;

TEST(Canonical, TheOrderOfInsertionLeavesNoTrace) {
  Random random(testing::SeedFromEnvironment());
  std::vector<acl::Entry> entries;
  for (int i = 0; i < 200; ++i) entries.push_back(testing::RandomEntry(random));
  World first;
  for (const acl::Entry& entry : entries) first.acls.Add(entry);
  for (int i = 0; i < 20; ++i) {
    for (size_t k = entries.size(); k > 1; --k) std::swap(entries[k - 1], entries[random.Below(k)]);
    World shuffled;
    for (const acl::Entry& entry : entries) shuffled.acls.Add(entry);
    ASSERT_EQ(shuffled, first);
    ASSERT_EQ(Encode(shuffled), Encode(first));
  }
}

TEST(Canonical, EveryPartOfTheWorldShowsInItsBytes) {
  std::vector<World> worlds(20);
  worlds[1].lsn = Lsn{1};
  worlds[2].time = UnixNanos{1};
  worlds[3].behaviour = 1;
  worlds[4].cluster_id = "x";
  worlds[5].configs.statics["k"] = {"", Lsn{1}};
  worlds[9].configs.dynamics["k"] = {config::Value(""), Lsn{1}};
  worlds[10].configs.dynamics["k"] = {std::nullopt, Lsn{1}};
  worlds[11].configs.resets["k"] = Lsn{1};
  worlds[6].acls.Add(EntryOf("ALLOW", "User:a", "READ", "d"));
  worlds[7].acls.Add(EntryOf("DENY", "User:a", "READ", "d"));
  worlds[8].requests.Remember(RequestKey{Principal{"User", "a"}, RequestId{0, 1}},
                              Answer{Lsn{1}, UnixNanos{}, {}, Result{Done{}}});
  const cluster::Server server{.id = {1}, .rack = "", .address = "h:1", .epoch = Lsn{1}};
  for (size_t i = 12; i < worlds.size(); ++i) worlds[i].cluster.servers[server.id] = server;
  auto the_server = [&](size_t i) -> cluster::Server& {
    return worlds[i].cluster.servers.at(server.id);
  };
  the_server(13).rack = "r";
  the_server(14).address = "h:2";
  the_server(15).epoch = Lsn{2};
  the_server(16).is_live = true;
  the_server(17).since = UnixNanos{1};
  the_server(18).tag = cluster::ServerTag::kPermanentOffline;
  the_server(19).tag = cluster::ServerTag::kTemporaryOffline;
  std::vector<Hash256> digests;
  for (const World& world : worlds) digests.push_back(Digest(world));
  std::sort(digests.begin(), digests.end());
  EXPECT_EQ(std::unique(digests.begin(), digests.end()), digests.end());
}

TEST(Canonical, TextsDoNotRunIntoEachOther) {
  Boot first{"ab", 1, {{"c", "d"}}}, second{"a", 1, {{"bc", "d"}}};
  EXPECT_NE(Encode(Command{first}), Encode(Command{second}));
}

TEST(Canonical, DifferentCommandsHaveDifferentBytes) {
  Random random(testing::SeedFromEnvironment());
  std::map<std::string, Command> by_bytes;
  for (int i = 0; i < 5000; ++i) {
    Command command = testing::RandomCommand(random);
    auto [it, is_new] = by_bytes.emplace(Encode(command), command);
    ASSERT_EQ(it->second, command);
  }
}

}  // namespace
}  // namespace pegel
