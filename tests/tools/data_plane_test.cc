// Bytes move only as they would: from leaders to followers, as fast as both allow, and some break.
#include "tools/fleet/data_plane.h"

#include <gtest/gtest.h>

namespace pegel::tools {
namespace {

using cluster::BucketKey;
using cluster::ServerId;
using Kind = Noticed::Kind;

constexpr BucketKey kKey{{7}, {}, 0};
constexpr BucketKey kOther{{7}, {}, 1};
constexpr ServerId kA{0}, kB{1}, kC{2};

// 100 to 300 bytes a bucket, 1,000 bytes a second.
DataPlaneOptions Small() { return {.bucket_bytes = 200, .bandwidth = 1000}; }

bool HasNoticed(DataPlane& plane, ServerId server, Kind kind, ServerId follower) {
  for (const Noticed& noticed : plane.Take(server)) {
    if (noticed.kind == kind && noticed.follower == follower) return true;
  }
  return false;
}

TEST(DataPlane, WhoIsInSyncAtFirstHasAllAndTheSeedSaysHowMuch) {
  DataPlane plane(Small()), same(Small());
  for (DataPlane* p : {&plane, &same}) p->Lead(kA, kKey, 0, {kA, kB});
  int64_t bytes = plane.BytesOf(kKey);
  EXPECT_GE(bytes, 100);
  EXPECT_LE(bytes, 300);
  EXPECT_EQ(same.BytesOf(kKey), bytes);
  EXPECT_EQ(plane.HeldBy(kB, kKey), bytes);
  plane.Follow(kB, kKey, 0);
  EXPECT_TRUE(plane.IsCaughtUp(kKey, kB, 0));
}

TEST(DataPlane, ALimitSlowsWhatAServerCopiesAndNobodyElse) {
  DataPlane plane({.bucket_bytes = 20'000, .bandwidth = 100'000});
  plane.Advance(0);
  plane.SetCopyLimit(kB, 300);
  for (const BucketKey& key : {kKey, kOther}) {
    plane.Lead(kA, key, 0, {kA});
    plane.Follow(kB, key, 0);
  }
  for (int64_t now = 10; now <= 2000; now += 10) plane.Advance(now);
  EXPECT_EQ(plane.HeldBy(kB, kKey) + plane.HeldBy(kB, kOther), 600) << "in two seconds";
  plane.Follow(kC, kKey, 0);
  plane.Advance(2400);
  EXPECT_TRUE(plane.IsCaughtUp(kKey, kC, 0)) << "it has no limit";
  plane.SetCopyLimit(kB, 0);
  plane.Advance(3000);
  EXPECT_TRUE(plane.IsCaughtUp(kKey, kB, 0)) << "while transfers run, too";
}

TEST(DataPlane, AnAddedReplicaHasNothingAndCatchesUpAtTheBandwidth) {
  DataPlane plane(Small());
  plane.Advance(0);
  plane.Lead(kA, kKey, 0, {kA});
  plane.Follow(kB, kKey, 0);
  EXPECT_EQ(plane.HeldBy(kB, kKey), 0);
  plane.Advance(50);
  EXPECT_EQ(plane.HeldBy(kB, kKey), 50);
  EXPECT_FALSE(plane.IsCaughtUp(kKey, kB, 0));
  plane.Advance(400);
  EXPECT_TRUE(plane.IsCaughtUp(kKey, kB, 0));
  EXPECT_TRUE(HasNoticed(plane, kA, Kind::kCaughtUp, kB));
  EXPECT_EQ(plane.transfers(), 0u);
}

TEST(DataPlane, FollowersShareWhatTheirLeaderCanGive) {
  DataPlane plane(Small());
  plane.Advance(0);
  plane.Lead(kA, kKey, 0, {kA});
  plane.Follow(kB, kKey, 0);
  plane.Follow(kC, kKey, 0);
  plane.Advance(50);
  EXPECT_EQ(plane.HeldBy(kB, kKey) + plane.HeldBy(kC, kKey), 50);
}

TEST(DataPlane, WhoDoesNotAnswerNeitherGivesNorTakes) {
  DataPlane plane(Small());
  plane.Advance(0);
  plane.Lead(kA, kKey, 0, {kA});
  plane.Follow(kB, kKey, 0);
  plane.SetAnswering(kA, false);
  plane.Advance(1000);
  EXPECT_EQ(plane.HeldBy(kB, kKey), 0);
  plane.SetAnswering(kA, true);
  plane.SetAnswering(kB, false);
  EXPECT_TRUE(HasNoticed(plane, kA, Kind::kFellBehind, kB));
  plane.Advance(2000);
  EXPECT_EQ(plane.HeldBy(kB, kKey), 0);
}

TEST(DataPlane, AnOlderLeaderIsIgnoredAndFollowersFollowTheNewer) {
  DataPlane plane(Small());
  plane.Lead(kA, kKey, 0, {kA, kB});
  plane.Lead(kB, kKey, 1, {kB});
  plane.Lead(kA, kKey, 0, {kA, kB});
  plane.Follow(kA, kKey, 1);
  EXPECT_TRUE(plane.IsCaughtUp(kKey, kA, 1));
  EXPECT_TRUE(HasNoticed(plane, kB, Kind::kCaughtUp, kA));
}

TEST(DataPlane, WhatIsDeletedGivesTheDiskBack) {
  DataPlane plane(Small());
  plane.Lead(kA, kKey, 0, {kA, kB});
  EXPECT_EQ(plane.UsedBy(kB), plane.BytesOf(kKey));
  plane.Delete(kB, kKey);
  EXPECT_EQ(plane.UsedBy(kB), 0);
  EXPECT_EQ(plane.HeldBy(kB, kKey), 0);
}

TEST(DataPlane, AFullDiskIsNoticedByItsServer) {
  DataPlaneOptions options = Small();
  options.disk_bytes = 50;
  DataPlane plane(options);
  plane.Lead(kA, kKey, 0, {kA});
  plane.Follow(kB, kKey, 0);
  EXPECT_TRUE(HasNoticed(plane, kB, Kind::kDiskFull, kB));
  EXPECT_EQ(plane.transfers(), 0u);
}

TEST(DataPlane, WhatBreaksIsToldAndCanBeTriedAgain) {
  DataPlaneOptions options = Small();
  options.failures_ppm = 1'000'000;
  DataPlane plane(options);
  plane.Advance(0);
  plane.Lead(kA, kKey, 0, {kA});
  plane.Follow(kB, kKey, 0);
  plane.Advance(1000);
  EXPECT_TRUE(HasNoticed(plane, kB, Kind::kBroken, kB));
  EXPECT_FALSE(plane.IsCaughtUp(kKey, kB, 0));
  EXPECT_EQ(plane.transfers(), 0u);
  plane.Follow(kB, kKey, 0);
  EXPECT_EQ(plane.transfers(), 1u);
}

TEST(DataPlane, OldestTransfersGoFirst) {
  DataPlane plane(Small());
  plane.Advance(0);
  for (const BucketKey& key : {kKey, kOther}) {
    plane.Lead(kA, key, 0, {kA});
    plane.Follow(kB, key, 0);
  }
  plane.Advance(60);
  EXPECT_EQ(plane.HeldBy(kB, kKey), 60);
  EXPECT_EQ(plane.HeldBy(kB, kOther), 0);
}

}  // namespace
}  // namespace pegel::tools
