// Tablet servers: who is known, live and tagged.
#include <gtest/gtest.h>

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "core/cluster/text.h"
#include "tests/core/cluster_fixture.h"
#include "tests/support/acl.h"
#include "tests/support/random.h"

namespace pegel {
namespace {

using cluster::Rack;
using cluster::Selector;
using cluster::ServerId;
using cluster::ServerTag;
using testing::AuthorOf;
using testing::Cluster;
using testing::Random;

constexpr ServerTag kPermanent = ServerTag::kPermanentOffline;
constexpr ServerTag kTemporary = ServerTag::kTemporaryOffline;

std::vector<Selector> Ids(std::vector<int32_t> ids) {
  std::vector<Selector> selectors;
  for (int32_t id : ids) selectors.push_back(ServerId{id});
  return selectors;
}

TEST(Servers, ARegistrationIsLiveUnderItsOwnLsnAsEpoch) {
  Cluster cluster;
  Lsn epoch = cluster.Register(3, "r1", "10.0.0.5:9123");
  cluster::Server expected{{3}, "r1", "10.0.0.5:9123", epoch, true, UnixNanos{10}, {}};
  EXPECT_EQ(*cluster.Find(3), expected);
}

TEST(Servers, ARegistrationFromAnotherPlaceTakesOverAndFencesTheOldOne) {
  Cluster cluster;
  Lsn old_epoch = cluster.Register(0, "a", "h1:1");
  Lsn new_epoch = cluster.Register(0, "b", "h2:2");
  EXPECT_EQ(cluster.Try(ServerLost{{0}, old_epoch}),
            "1020 Server 0 is registered with epoch 3, found epoch 2: it was registered again "
            "since.");
  EXPECT_TRUE(cluster.Find(0)->is_live);
  EXPECT_EQ(cluster.Find(0)->rack, "b");
  EXPECT_EQ(cluster.Try(ServerLost{{0}, new_epoch}), "");
  EXPECT_FALSE(cluster.Find(0)->is_live);
  EXPECT_TRUE(cluster.Do(ServerLost{{0}, new_epoch}).events.empty()) << "a second time: nothing";
}

TEST(Servers, OnlyADeadServerIsUnregisteredAndItsTagGoesWithIt) {
  Cluster cluster;
  Lsn epoch = cluster.Register(0);
  EXPECT_EQ(cluster.Try(AddServerTag{Ids({0}), kPermanent}), "");
  EXPECT_EQ(cluster.Try(UnregisterServer{{0}}),
            "1021 Server 0 at h:9123 is live: stop it first, then unregister it.");
  EXPECT_EQ(cluster.Try(ServerLost{{0}, epoch}), "");
  EXPECT_EQ(cluster.Try(UnregisterServer{{0}}), "");
  EXPECT_EQ(cluster.Find(0), nullptr);
  EXPECT_EQ(cluster.Try(UnregisterServer{{0}}),
            "58 Server 0 not exists when trying to unregister it.");
  cluster.Register(0);
  EXPECT_FALSE(cluster.Find(0)->tag.has_value());
}

TEST(Servers, ATagSurvivesDeathAndReturn) {
  Cluster cluster;
  Lsn epoch = cluster.Register(0);
  cluster.Do(AddServerTag{Ids({0}), kTemporary});
  cluster.Do(ServerLost{{0}, epoch});
  cluster.Register(0);
  EXPECT_EQ(cluster.Find(0)->tag, kTemporary);
}

TEST(Servers, BadRegistrationsAreRefused) {
  Cluster cluster;
  for (const char* address : {"", "h", ":1", "h:", "h:0", "h:65536", "h:x", "h :1", "h:1 "}) {
    EXPECT_NE(cluster.Try(RegisterServer{{0}, "", address}), "") << address;
  }
  for (const char* rack : {" a", "a ", "a,b", "a'b", "a\nb", "\xff"}) {
    EXPECT_NE(cluster.Try(RegisterServer{{0}, rack, "h:1"}), "") << rack;
  }
  EXPECT_NE(cluster.Try(RegisterServer{{-1}, "", "h:1"}), "");
  EXPECT_EQ(cluster.Try(RegisterServer{{0}, "eu-1 a", "[::1]:65535"}), "");
}

TEST(Tags, TheTextsAreFlusss) {
  Cluster cluster;
  cluster.Register(0);
  EXPECT_EQ(cluster.Try(AddServerTag{Ids({7}), kPermanent}),
            "58 Server 7 not exists when trying to add server tag.");
  EXPECT_EQ(cluster.Try(AddServerTag{Ids({0}), kPermanent}), "");
  EXPECT_EQ(cluster.Try(AddServerTag{Ids({0}), kPermanent}), "");
  EXPECT_EQ(cluster.Try(AddServerTag{Ids({0}), kTemporary}),
            "59 Server tag PERMANENT_OFFLINE already exists for server 0. However you want to set "
            "it to TEMPORARY_OFFLINE, please remove the server tag first.");
  EXPECT_EQ(cluster.Try(RemoveServerTag{Ids({0}), kTemporary}),
            "60 Server tag TEMPORARY_OFFLINE not exists for server 0, the current server tag of "
            "this server is PERMANENT_OFFLINE.");
  EXPECT_EQ(cluster.Try(RemoveServerTag{Ids({7, 0}), kPermanent}), "");
  EXPECT_EQ(cluster.Try(RemoveServerTag{Ids({0}), kPermanent}), "");
}

TEST(Tags, AreAllOrNothing) {
  Cluster cluster;
  cluster.Register(0);
  EXPECT_EQ(cluster.Try(AddServerTag{Ids({0, 7}), kPermanent}),
            "58 Server 7 not exists when trying to add server tag.");
  EXPECT_FALSE(cluster.Find(0)->tag.has_value());
}

TEST(Tags, ARackIsEveryKnownServerOfItDeadOnesToo) {
  Cluster cluster;
  cluster.Do(ServerLost{{1}, cluster.Register(1, "a")});
  cluster.Register(2, "a");
  cluster.Register(3, "b");
  EXPECT_EQ(cluster.Try(AddServerTag{{ServerId{2}, Rack{"a"}}, kTemporary}), "");
  EXPECT_EQ(cluster.Find(1)->tag, kTemporary);
  EXPECT_EQ(cluster.Find(2)->tag, kTemporary);
  EXPECT_FALSE(cluster.Find(3)->tag.has_value());
  EXPECT_EQ(cluster.Try(AddServerTag{{Rack{"c"}}, kTemporary}),
            "58 No server of rack 'c' exists when trying to add server tag. sys.list_servers lists "
            "the racks.");
}

TEST(ServerRights, EachCommandNeedsItsOwn) {
  Cluster cluster(true);
  const Author root = AuthorOf("User:root");
  cluster.Do(RegisterServer{{0}, "", "h:1"}, root);
  const Lsn epoch = cluster.world().lsn;
  const std::vector<std::pair<Command, std::string>> needs = {
      {RegisterServer{{0}, "", "h:1"}, "CLUSTER_ACTION"},
      {ServerLost{{0}, epoch}, "CLUSTER_ACTION"},
      {UnregisterServer{{9}}, "ALTER"},
      {AddServerTag{Ids({0}), kPermanent}, "ALTER"},
      {RemoveServerTag{Ids({0}), kPermanent}, "ALTER"},
      {ListServers{}, "DESCRIBE"},
      {ListServerTags{}, "DESCRIBE"}};
  for (const auto& [command, operation] : needs) {
    EXPECT_EQ(cluster.Try(command).substr(0, 3), "48 ") << operation;
    Cluster other(true);
    other.Do(AddAcl{testing::EntryOf("ALLOW", "User:a", operation, "cluster")}, root);
    EXPECT_NE(other.Try(command).substr(0, 3), "48 ") << operation;
  }
}

TEST(ServerRights, OnlyTheServerItselfReportsALossWithoutARight) {
  Cluster cluster(true);
  cluster.Do(RegisterServer{{0}, "", "h:1"}, AuthorOf("User:root"));
  const ServerLost lost{{0}, cluster.world().lsn};
  EXPECT_EQ(cluster.Try(lost, AuthorOf("System:pegeld", "10.0.0.1")).substr(0, 3), "48 ");
  EXPECT_EQ(cluster.Try(lost, AuthorOf("System:pegeld", "")), "");
}

// The rules once more, as plainly as they can be said.
struct Naive {
  struct One {
    bool is_known = false, is_live = false;
    uint64_t epoch = 0;
    int tag = -1;
    bool operator==(const One&) const = default;
  };
  One servers[2];

  // `what`: 0 register, 1 lost, 2 unregister, 3 4 tag, 5 6 untag. False: refused.
  bool Do(int id, int what, uint64_t epoch, uint64_t lsn) {
    One& one = servers[id];
    int tag = (what - 3) % 2;
    if (what == 0) one = One{true, true, lsn, one.tag};
    if (what == 0) return true;
    if (what > 4 && (!one.is_known || one.tag == -1)) return true;
    if (!one.is_known) return false;
    if (what == 1 && epoch != one.epoch) return false;
    if (what == 2 && one.is_live) return false;
    if (what > 2 && one.tag != -1 && one.tag != tag) return false;
    if (what == 1) one.is_live = false;
    if (what == 2) one = One{};
    if (what > 2) one.tag = what <= 4 ? tag : -1;
    return true;
  }
};

Naive::One Seen(const World& world, int id) {
  const cluster::Server* server = world.cluster.Find(ServerId{id});
  if (server == nullptr) return {};
  return {true, server->is_live, server->epoch.value,
          server->tag ? static_cast<int>(*server->tag) : -1};
}

Command CommandOf(int id, int what, Lsn epoch) {
  if (what == 0) return RegisterServer{{id}, "", "h:1"};
  if (what == 1) return ServerLost{{id}, epoch};
  if (what == 2) return UnregisterServer{{id}};
  auto tag = static_cast<ServerTag>((what - 3) % 2);
  if (what <= 4) return AddServerTag{Ids({id}), tag};
  return RemoveServerTag{Ids({id}), tag};
}

// One step in both; every 8th kind of step is a loss that names a stale epoch.
void Step(int choice, Cluster& cluster, Naive& naive) {
  int id = choice % 2, what = choice / 2;
  bool is_stale = what == 7;
  if (is_stale) what = 1;
  uint64_t epoch = naive.servers[id].epoch + is_stale;
  Decision decision = cluster.Do(CommandOf(id, what, Lsn{epoch}));
  bool is_accepted = naive.Do(id, what, epoch, cluster.world().lsn.value);
  ASSERT_EQ(IsAccepted(decision.outcome), is_accepted) << choice;
  ASSERT_TRUE(is_accepted || decision.events.empty()) << choice;
  for (int i = 0; i < 2; ++i) ASSERT_EQ(Seen(cluster.world(), i), naive.servers[i]) << choice;
}

constexpr int kChoices = 16;

void WalkAll(const Cluster& cluster, const Naive& naive, int length, uint64_t* sequences) {
  ++*sequences;
  if (length == 0) return;
  for (int choice = 0; choice < kChoices; ++choice) {
    Cluster next_cluster = cluster;
    Naive next_naive = naive;
    Step(choice, next_cluster, next_naive);
    if (::testing::Test::HasFatalFailure()) return;
    WalkAll(next_cluster, next_naive, length - 1, sequences);
  }
}

TEST(Cluster, EveryShortSequenceIsAsTheRulesSay) {
  uint64_t sequences = 0;
  WalkAll(Cluster(), Naive{}, 4, &sequences);
  EXPECT_EQ(sequences, 1u + 16 + 256 + 4096 + 65536);
  std::printf("cluster, exhaustive: sequences=%llu\n", static_cast<unsigned long long>(sequences));
}

TEST(Cluster, LongRandomSequencesAreAsTheRulesSay) {
  const uint64_t seed = testing::SeedFromEnvironment();
  SCOPED_TRACE(testing::Reproduce(seed, "cluster_test"));
  Random random(seed);
  Cluster cluster;
  Naive naive;
  for (int i = 0; i < (testing::IsFullVolume() ? 2'000'000 : 20'000); ++i) {
    Step(static_cast<int>(random.Below(kChoices)), cluster, naive);
    ASSERT_FALSE(HasFatalFailure()) << "step " << i;
  }
}

}  // namespace
}  // namespace pegel
