#include "core/fold.h"

#include <gtest/gtest.h>

#include "core/canonical.h"
#include "tests/support/history.h"

namespace pegel {
namespace {

using testing::Random;

// A history of behaviour 1 whose digests are pinned: old logs must fold to the same Worlds for
// ever. When this fails, the change needs a new behaviour version; the numbers below are never
// edited.
TEST(Fold, BehaviourOneFoldsTheGoldenHistoryToTheGoldenDigests) {
  Random random(1);
  World world;
  std::vector<std::string> digests;
  Hash256 effects{};
  for (uint64_t n = 0; n < 200; ++n) {
    testing::HistoryCall call = testing::RandomCall(random, n);
    Moment now{Next(world.lsn), UnixNanos{static_cast<int64_t>(n) * 1'000'000}, call.author};
    Applied applied = Apply(world, now, call.request_id, call.command);
    for (size_t i = 0; i < effects.size(); ++i) effects[i] ^= applied.effect[i];
    if (n % 50 == 49) digests.push_back(ToHex(Digest(world)).substr(0, 16));
  }
  EXPECT_EQ(digests, (std::vector<std::string>{"2e989c77b2c89763", "8662662fd00f9175",
                                               "3c43e08b4c174aef", "82785cb8edfb3987"}));
  EXPECT_EQ(ToHex(effects).substr(0, 16), "7d0cc2d569fe51b9");
}

TEST(Fold, TheSameHistoryFoldsToTheSameWorldTwice) {
  const uint64_t seed = testing::SeedFromEnvironment();
  World worlds[2];
  for (World& world : worlds) {
    Random random(seed);
    for (uint64_t n = 0; n < 500; ++n) {
      testing::HistoryCall call = testing::RandomCall(random, n);
      Apply(world, Moment{Next(world.lsn), world.time, call.author}, call.request_id, call.command);
    }
  }
  EXPECT_EQ(worlds[0], worlds[1]);
  EXPECT_EQ(Encode(worlds[0]), Encode(worlds[1]));
}

TEST(Fold, ARejectedCommandChangesOnlyWhereTheLogStands) {
  World world;
  Apply(world, Moment{Lsn{1}, {}, testing::AuthorOf("System:pegeld", "")}, {},
        testing::BootOf(true));
  World before = world;
  Moment now{Lsn{2}, {}, testing::AuthorOf("User:eve")};
  Applied applied =
      Apply(world, now, {}, AddAcl{testing::EntryOf("ALLOW", "User:eve", "ALL", "cluster")});
  EXPECT_FALSE(IsAccepted(applied.decision.outcome));
  before.lsn = Lsn{2};
  EXPECT_EQ(world, before);
}

TEST(Fold, AnsweredWritesAreRememberedAndReadsAreNot) {
  World world;
  Author root = testing::AuthorOf("User:root");
  Apply(world, Moment{Lsn{1}, {}, root}, {}, testing::BootOf(true));
  Apply(world, Moment{Lsn{2}, {}, root}, RequestId{0, 7}, ListAcl{});
  EXPECT_EQ(world.requests.size(), 0u);
  Apply(world, Moment{Lsn{3}, {}, root}, RequestId{0, 7}, DropAcl{});
  ASSERT_EQ(world.requests.size(), 1u);
  EXPECT_EQ(world.requests.Find(RequestKey{root.principal, RequestId{0, 7}})->lsn, Lsn{3});
}

TEST(FoldDeathTest, GapsAndTimeThatGoesBackStopTheProcess) {
  World world;
  world.time = UnixNanos{5};
  Author root = testing::AuthorOf("User:root");
  EXPECT_DEATH(Apply(world, Moment{Lsn{2}, UnixNanos{5}, root}, {}, testing::BootOf(true)),
               "lsn 2 behind 0");
  EXPECT_DEATH(Apply(world, Moment{Lsn{1}, UnixNanos{4}, root}, {}, testing::BootOf(true)),
               "time goes back at lsn 1");
}

}  // namespace
}  // namespace pegel
