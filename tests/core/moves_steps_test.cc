// One bucket on its way, step by step, and everything that can come between.
#include <gtest/gtest.h>

#include "tests/core/moves_fixture.h"

namespace pegel {
namespace {

using cluster::BucketKey;
using cluster::ServerId;
using cluster::ServerTag;
using moves::PlannedMove;
using moves::Servers;
using moves::Urgency;
using testing::kSecond;
using testing::MovesWorld;

constexpr int64_t kTimeout = 120 * kSecond;

// Five live servers, 0 to 4, and one bucket with replicas on 0, 1, 2, led by 0.
class OneMove : public ::testing::Test, protected MovesWorld {
 protected:
  OneMove() {
    for (int id = 0; id < 3; ++id) Register(id);
    key_ = BucketKey{CreateTable("t", 1, 3), cluster::kNoPartition, 0};
    for (int id = 3; id < 5; ++id) Register(id);
    for (const cluster::Replica& replica : bucket(key_).replicas) order_.push_back(replica.server);
  }

  // Which server the test calls 0, 1, 2 is up to the placement: names follow the bucket's order.
  int Id(int place) const { return place < 3 ? order_[place].value : place; }
  Servers Places(std::initializer_list<int> places) const {
    Servers servers;
    for (int place : places) servers.push_back({Id(place)});
    return servers;
  }
  // Moves the bucket to `target`, led by its first.
  Lsn Move(std::initializer_list<int> target, Urgency urgency = Urgency::kBalance) {
    PlannedMove move;
    move.key = key_;
    move.origin = Places({0, 1, 2});
    move.target = Places(target);
    move.leader = move.origin.front();
    move.new_leader = move.target.front();
    move.urgency = move.IsLeaderOnly() ? Urgency::kLeader : urgency;
    id_ = StartWith({move});
    return id_;
  }
  std::string Now() const { return ShownMove(id_, key_); }
  // As Shown, with the names of the test.
  std::string Bucket() const {
    const cluster::Bucket& found = bucket(key_);
    std::string text = absl::StrCat(Place(found.leader), ":");
    for (const cluster::Replica& replica : found.replicas) {
      absl::StrAppend(&text, Place(replica.server), replica.is_in_sync ? "" : "!");
    }
    return text;
  }
  std::string Place(ServerId server) const {
    if (server == cluster::kNoServer) return "-";
    for (size_t i = 0; i < order_.size(); ++i) {
      if (order_[i] == server) return absl::StrCat(i);
    }
    return absl::StrCat(server.value);
  }
  int32_t epoch() const { return bucket(key_).bucket_epoch; }
  void ServePlace(int place) { ServeOne(ServerId{Id(place)}); }

  BucketKey key_;
  Lsn id_;
  std::vector<ServerId> order_;
};

TEST_F(OneMove, AReplicaIsReplacedOneEpochPerStep) {
  Move({0, 1, 3});
  EXPECT_EQ(Now(), "QUEUED NOT_STARTED");
  int32_t before = epoch();
  ASSERT_TRUE(Advance());
  EXPECT_EQ(Now(), "ADDING REBALANCING");
  EXPECT_EQ(Bucket(), "0:013!2");
  EXPECT_EQ(epoch(), before + 1);
  EXPECT_FALSE(Advance()) << "the new replica is not in sync";
  ServePlace(0);  // The leader says that all are in sync.
  EXPECT_EQ(Bucket(), "0:0132");
  ASSERT_TRUE(Advance());
  EXPECT_EQ(Now(), "REMOVING REBALANCING") << "the leader stays";
  EXPECT_EQ(Bucket(), "0:013");
  EXPECT_EQ(epoch(), before + 3);
  EXPECT_FALSE(Advance()) << "the old replica is not deleted";
  ServePlace(2);
  ASSERT_TRUE(Advance());
  EXPECT_EQ(Now(), "DONE COMPLETED");
  ASSERT_TRUE(Advance());
  EXPECT_EQ(StatusOf(id_), "COMPLETED");
  EXPECT_FALSE(Advance());
  EXPECT_EQ(world().cluster.stop_count, 0);
  EXPECT_EQ(Again(), Digest(world()));
}

TEST_F(OneMove, ALeaderThatMovesIsElectedAndHeardBeforeAnythingIsRemoved) {
  Move({3, 1, 2});
  Advance();
  EXPECT_EQ(Bucket(), "0:3!120");
  ServePlace(0);
  ASSERT_TRUE(Advance());
  EXPECT_EQ(Now(), "SWITCHING REBALANCING");
  EXPECT_EQ(Bucket(), "3:3120");
  EXPECT_FALSE(Advance()) << "the new leader has not said that it leads";
  ServePlace(3);
  ASSERT_TRUE(Advance());
  EXPECT_EQ(Now(), "REMOVING REBALANCING");
  EXPECT_EQ(Bucket(), "3:312");
  ServePlace(0);
  Advance();
  EXPECT_EQ(Now(), "DONE COMPLETED");
}

TEST_F(OneMove, ALeaderAloneChangesInOneStepAndCopiesNothing) {
  Move({2, 1, 0});
  ASSERT_TRUE(Advance());
  EXPECT_EQ(Now(), "SWITCHING REBALANCING");
  EXPECT_EQ(Bucket(), "2:210");
  EXPECT_EQ(world().moves.usage.leader_moves, 1);
  EXPECT_EQ(world().moves.usage.moves, 0);
  ServePlace(2);
  Advance();
  EXPECT_EQ(Now(), "DONE COMPLETED");
}

TEST_F(OneMove, AReportOfWhoIsInSyncShowsThatTheLeaderLeads) {
  Move({2, 1, 0});
  Advance();
  const cluster::Bucket& now = bucket(key_);
  ReplicaReport report{.id = {Id(2)}, .epoch = server(Id(2)).epoch};
  report.in_sync.push_back({key_, now.leader_epoch, now.bucket_epoch, {{Id(0)}, {Id(1)}, {Id(2)}}});
  Must(report);
  Advance();
  EXPECT_EQ(Now(), "DONE COMPLETED");
}

TEST_F(OneMove, OneReplicaMoreIsDoneWhenItIsInSync) {
  Move({0, 1, 2, 3});
  Advance();
  EXPECT_EQ(Bucket(), "0:0123!");
  EXPECT_FALSE(Advance());
  ServePlace(0);
  Advance();
  EXPECT_EQ(Now(), "DONE COMPLETED");
  EXPECT_EQ(Bucket(), "0:0123");
}

TEST_F(OneMove, OneReplicaLessIsRemovedAtOnceWhenTheOthersAreInSync) {
  Move({0, 1});
  Advance();
  EXPECT_EQ(Now(), "REMOVING REBALANCING");
  EXPECT_EQ(Bucket(), "0:01");
  ServePlace(2);
  Advance();
  EXPECT_EQ(Now(), "DONE COMPLETED");
}

TEST_F(OneMove, AllReplicasMayMoveAtOnce) {
  Register(5);
  Move({3, 4, 5});
  Advance();
  EXPECT_EQ(Bucket(), "0:3!4!5!012");
  Settle();
  EXPECT_EQ(Now(), "DONE COMPLETED");
  EXPECT_EQ(Bucket(), "3:345");
}

TEST_F(OneMove, WhatIsAlreadyThereIsDoneWithoutAStep) {
  Move({0, 2, 1});
  int32_t before = epoch();
  Advance();
  EXPECT_EQ(Now(), "DONE COMPLETED IN_PLACE");
  EXPECT_EQ(epoch(), before);
}

// ---- time ----

TEST_F(OneMove, ATargetThatIsMuteIsGivenUpAndTriedAgainLater) {
  mute.insert(3);
  Move({0, 1, 3});
  Settle();
  EXPECT_EQ(Bucket(), "0:013!2");
  Wait(kTimeout - 1);
  EXPECT_FALSE(Advance());
  Wait(1);
  ASSERT_TRUE(Advance());
  EXPECT_EQ(Now(), "RETRYING TIMEOUT STALLED");
  EXPECT_EQ(state(id_, key_).about, ServerId{3});
  EXPECT_EQ(Bucket(), "0:012") << "rolled back, in the old order";
  EXPECT_EQ(world().moves.usage, moves::Usage{}) << "its slots are free";
  EXPECT_EQ(StatusOf(id_), "REBALANCING");
  mute.clear();
  Finish();
  EXPECT_EQ(Now(), "DONE COMPLETED");
  EXPECT_EQ(state(id_, key_).attempt, 2);
  EXPECT_EQ(Bucket(), "0:013");
  EXPECT_EQ(world().cluster.stop_count, 0) << "nothing is left behind";
}

TEST_F(OneMove, AfterItsAttemptsItIsFailedAndSoIsTheRebalance) {
  Set("max-attempts", "3");
  mute.insert(3);
  Move({0, 1, 3});
  Finish();
  EXPECT_EQ(Now(), "DONE FAILED STALLED");
  EXPECT_EQ(state(id_, key_).attempt, 3);
  EXPECT_EQ(StatusOf(id_), "FAILED");
  EXPECT_EQ(rebalance(id_).reason,
            "1 of 1 buckets could not be moved; sys.list_rebalance names them.");
  EXPECT_EQ(Bucket(), "0:012");
}

TEST_F(OneMove, ProgressGivesItMoreTime) {
  mute.insert(3);
  Move({0, 1, 3});
  Settle();
  Wait(kTimeout / 2);
  // Another replica drops out and comes back: something happens.
  Lose(Id(1));
  Register(Id(1));
  Settle();
  Wait(kTimeout / 2);
  AdvanceAll();
  EXPECT_EQ(Now(), "ADDING REBALANCING");
  Wait(kTimeout);
  AdvanceAll();
  EXPECT_EQ(Now(), "RETRYING TIMEOUT STALLED");
}

TEST_F(OneMove, BytesTakeTimeToo) {
  ReplicaReport report{.id = {Id(0)}, .epoch = server(Id(0)).epoch};
  report.sizes.push_back({key_, 40 << 20});
  Must(report);
  mute.insert(3);
  Move({0, 1, 3});
  Settle();
  Wait(kTimeout);
  EXPECT_FALSE(Advance()) << "ten seconds more, for 40 MiB";
  Wait(10 * kSecond);
  AdvanceAll();
  EXPECT_EQ(Now(), "RETRYING TIMEOUT STALLED");
}

TEST_F(OneMove, ANewLeaderThatIsMuteGivesTheLeadBack) {
  Move({2, 1, 0});
  Advance();
  EXPECT_EQ(Bucket(), "2:210");
  Wait(kTimeout);
  AdvanceAll();
  EXPECT_EQ(Now(), "RETRYING TIMEOUT STALLED");
  EXPECT_EQ(Bucket(), "0:012");
}

TEST_F(OneMove, ASilentServerKeepsItInTimeoutUntilItConfirms) {
  Move({0, 1, 3});
  mute.insert(Id(2));
  Settle();
  EXPECT_EQ(Now(), "REMOVING REBALANCING");
  Wait(kTimeout);
  AdvanceAll();
  EXPECT_EQ(Now(), "REMOVING TIMEOUT SILENT");
  EXPECT_EQ(world().moves.usage, moves::Usage{});
  EXPECT_FALSE(moves::NextWakeAt(world(), UnixNanos{time()}).has_value()) << "it only waits";
  EXPECT_EQ(StatusOf(id_), "REBALANCING");
  mute.clear();
  Finish();
  EXPECT_EQ(Now(), "DONE COMPLETED");
  EXPECT_EQ(StatusOf(id_), "COMPLETED");
}

TEST_F(OneMove, AServerThatDiesInsteadOfConfirmingDoesNotKeepIt) {
  Move({0, 1, 3});
  mute.insert(Id(2));
  Settle();
  Lose(Id(2));
  Finish();
  EXPECT_EQ(Now(), "DONE COMPLETED");
  EXPECT_EQ(world().cluster.stop_count, 1) << "it deletes its orphan when it is back";
  mute.clear();
  Register(Id(2));
  Settle();
  EXPECT_EQ(world().cluster.stop_count, 0);
}

// ---- servers that go ----

TEST_F(OneMove, ATargetThatDiesIsRolledBackAndPlannedAgain) {
  mute.insert(3);
  Move({0, 1, 3});
  Settle();
  Lose(3);
  ASSERT_TRUE(Advance());
  EXPECT_EQ(Now(), "REPLANNED NOT_STARTED TARGET_LOST");
  EXPECT_EQ(Bucket(), "0:012");
  EXPECT_FALSE(Advance()) << "plans come at most every 30 s";
  Wait(30 * kSecond);
  ASSERT_TRUE(Advance());
  EXPECT_TRUE(rebalance(id_).awaits_plan);
  EXPECT_EQ(rebalance(id_).revision, 2);
  Finish();
  EXPECT_EQ(StatusOf(id_), "COMPLETED");
}

TEST_F(OneMove, ATargetThatIsTaggedIsLeft) {
  mute.insert(3);
  Move({0, 1, 3});
  Settle();
  Tag(3, ServerTag::kTemporaryOffline);
  Advance();
  EXPECT_EQ(Now(), "REPLANNED NOT_STARTED TARGET_TAGGED");
  EXPECT_EQ(Bucket(), "0:012");
}

TEST_F(OneMove, ATargetThatIsTaggedAfterTheReplicaIsThereChangesNothing) {
  Move({0, 1, 3});
  mute.insert(Id(2));
  Settle();
  EXPECT_EQ(Now(), "REMOVING REBALANCING");
  Tag(3);
  mute.clear();
  Finish();
  EXPECT_EQ(Now(), "DONE COMPLETED");
}

TEST_F(OneMove, ATargetThatSaysThatItCannotIsAvoidedByTheNextPlan) {
  Tag(Id(2));  // So that a move is needed.
  mute.insert(3);
  Move({0, 1, 3});
  Settle();
  ReplicaReport report{.id = {3}, .epoch = server(3).epoch};
  report.failed.push_back({key_, epoch(), "the disk is full"});
  Must(report);
  Advance();
  EXPECT_EQ(Now(), "REPLANNED NOT_STARTED TARGET_FAILED");
  Wait(30 * kSecond);
  Advance();
  EXPECT_EQ(rebalance(id_).avoid, std::vector<ServerId>{{3}});
  Finish();
  EXPECT_EQ(Now(), "DONE COMPLETED");
  EXPECT_EQ(Bucket(), "0:014");
}

TEST_F(OneMove, WhenAServerDiesThatKeepsItsReplicaTheSlotsAreFreeAtOnce) {
  mute.insert(3);
  Move({0, 1, 3});
  Settle();
  Lose(Id(0));
  EXPECT_EQ(Bucket(), "1:0!13!2") << "the next one in order leads";
  Advance();
  EXPECT_EQ(Now(), "HELD NOT_STARTED SERVER_DEAD");
  EXPECT_EQ(Bucket(), "1:0!12") << "what was copied is of no use before server 0 is back";
  EXPECT_EQ(state(id_, key_).attempt, 0) << "not the move's fault";
  mute.clear();
  Register(Id(0));
  Finish();
  EXPECT_EQ(Now(), "DONE COMPLETED");
  EXPECT_EQ(Bucket(), "0:013");
}

TEST_F(OneMove, AReplicaThatIsInSyncStaysInPlaceOfAKeptOneWhoseServerDies) {
  mute.insert(4);
  Move({0, 3, 4});
  Settle();
  EXPECT_EQ(Bucket(), "0:034!12");
  Lose(Id(0));
  Advance();
  EXPECT_EQ(Now(), "REPLANNED NOT_STARTED STALE");
  EXPECT_EQ(Bucket(), "3:123") << "three live copies, as before";
}

TEST_F(OneMove, WhileAServerThatKeepsItsReplicaIsDeadNothingStarts) {
  Lose(Id(1));
  Move({0, 1, 3});
  Advance();
  EXPECT_EQ(Now(), "HELD NOT_STARTED SERVER_DEAD");
  EXPECT_EQ(state(id_, key_).attempt, 0);
  EXPECT_FALSE(Advance());
  Register(Id(1));
  Finish();
  EXPECT_EQ(Now(), "DONE COMPLETED");
}

TEST_F(OneMove, AServerThatStaysAwayIsPlannedAround) {
  Lose(Id(1));
  Move({0, 1, 3});
  Advance();
  EXPECT_EQ(Now(), "HELD NOT_STARTED SERVER_DEAD");
  Finish();  // Until the grace is over, then a plan that drains the dead server.
  EXPECT_EQ(StatusOf(id_), "COMPLETED");
  EXPECT_EQ(ReplicasOn(Id(1)), 0u);
  EXPECT_EQ(bucket(key_).replicas.size(), 3u);
}

TEST_F(OneMove, WithoutALiveReplicaInSyncEverythingWaits) {
  mute.insert(3);
  Move({0, 1, 3});
  Settle();
  for (int place : {1, 2, 0}) Lose(Id(place));
  EXPECT_EQ(Bucket(), "-:01!3!2!");
  AdvanceAll();
  EXPECT_EQ(Now(), "ADDING REBALANCING");
  Wait(kTimeout);
  AdvanceAll();
  EXPECT_EQ(Now(), "ADDING TIMEOUT BLOCKED");
  EXPECT_EQ(world().moves.usage, moves::Usage{}) << "it keeps no slots";
  mute.clear();
  for (int place : {0, 1, 2}) Register(Id(place));
  Finish();
  EXPECT_EQ(Now(), "DONE COMPLETED");
  EXPECT_EQ(state(id_, key_).attempt, 1) << "that was nobody's fault";
}

TEST_F(OneMove, ABucketWithoutALeaderWaitsForTheServerThatHasItsData) {
  for (int place : {1, 2, 0}) Lose(Id(place));
  Move({3, 1, 2});
  Advance();
  EXPECT_EQ(Now(), "HELD NOT_STARTED BLOCKED");
  EXPECT_EQ(state(id_, key_).about, ServerId{Id(0)});
  Wait(24 * 3600 * kSecond);
  AdvanceAll();
  EXPECT_EQ(Now(), "HELD NOT_STARTED BLOCKED") << "however long it takes";
  for (int place : {0, 1, 2}) Register(Id(place));
  Finish();
  EXPECT_EQ(Now(), "DONE COMPLETED");
}

// Rolling back must not leave fewer copies than there are: here an added replica takes the place of
// one that died.
TEST_F(OneMove, RollingBackKeepsAnAddedReplicaInPlaceOfADeadOne) {
  mute.insert(4);
  Move({0, 3, 4});
  Settle();
  EXPECT_EQ(Bucket(), "0:034!12");
  Lose(Id(1));
  Must(CancelRebalance{});
  Settle();
  EXPECT_EQ(Now(), "DONE CANCELED CANCELED");
  EXPECT_EQ(Bucket(), "0:023");
}

// ---- what others do ----

TEST_F(OneMove, ADroppedTableEndsIt) {
  mute.insert(3);
  Move({0, 1, 3});
  Settle();
  Must(DropTable{{"d", "t"}});
  Finish();
  EXPECT_EQ(Now(), "DONE COMPLETED DROPPED");
  EXPECT_EQ(StatusOf(id_), "COMPLETED");
  mute.clear();
  Settle();
  EXPECT_EQ(world().cluster.stop_count, 0);
}

TEST_F(OneMove, ReplicasThatAreNotAsPlannedArePlannedAgain) {
  Lsn id = Start();
  PlannedMove move;
  move.key = key_;
  move.origin = Places({0, 1, 4});
  move.target = Places({0, 1, 3});
  move.leader = move.new_leader = move.origin.front();
  Must(PlanChunk{id, 1, 0, {move}}, Itself());
  Must(PlanReady{id, 1, 1, {}, std::nullopt}, Itself());
  Advance();
  EXPECT_EQ(ShownMove(id, key_), "REPLANNED NOT_STARTED STALE");
}

// ---- cancel ----

TEST_F(OneMove, CancelBeforeTheShrinkRollsBack) {
  for (bool is_in_sync : {false, true}) {
    if (!is_in_sync) mute.insert(3);
    Move({3, 1, 2});
    Advance();
    ServePlace(0);
    if (is_in_sync) Advance();
    EXPECT_EQ(Now(), is_in_sync ? "SWITCHING REBALANCING" : "ADDING REBALANCING");
    Must(CancelRebalance{});
    EXPECT_EQ(StatusOf(id_), "CANCELED") << "at once";
    mute.clear();
    Settle();
    EXPECT_EQ(Now(), "DONE CANCELED CANCELED");
    EXPECT_EQ(Bucket(), "0:012");
    EXPECT_EQ(world().cluster.stop_count, 0);
  }
}

TEST_F(OneMove, CancelAfterTheShrinkGoesForward) {
  Move({3, 1, 2});
  mute.insert(Id(0));
  Advance();
  mute.clear();
  ServePlace(0);
  Advance();
  ServePlace(3);
  Advance();
  EXPECT_EQ(Now(), "REMOVING REBALANCING");
  Must(CancelRebalance{});
  Settle();
  EXPECT_EQ(Now(), "DONE COMPLETED");
  EXPECT_EQ(StatusOf(id_), "CANCELED");
  EXPECT_EQ(Bucket(), "3:312");
}

TEST_F(OneMove, AnotherRebalanceWaitsForWhatStillSettles) {
  Move({0, 1, 3});
  mute.insert(Id(2));
  Settle();
  Must(CancelRebalance{});
  Lsn first = id_;
  PlannedMove move;
  move.key = key_;
  move.origin = Places({0, 1, 3});
  move.target = Places({0, 1, 4});
  move.leader = move.new_leader = move.origin.front();
  id_ = StartWith({move});
  Advance();
  EXPECT_EQ(Now(), "RETRYING NOT_STARTED BUSY");
  mute.clear();
  Finish();
  EXPECT_EQ(ShownMove(first, key_), "DONE COMPLETED");
  EXPECT_EQ(Now(), "DONE COMPLETED");
  EXPECT_EQ(Bucket(), "0:014");
}

// ---- homes ----

TEST_F(OneMove, WhatLeavesATemporarilyOfflineServerIsRemembered) {
  Tag(Id(0), ServerTag::kTemporaryOffline);
  Move({3, 1, 2}, Urgency::kDrain);
  Settle();
  ASSERT_TRUE(world().moves.homes.contains(key_));
  const moves::Home& home = world().moves.homes.find(key_)->second;
  ASSERT_EQ(home.replicas.size(), 1u);
  EXPECT_EQ(home.replicas[0], (moves::Home::Replica{{Id(0)}, {3}}));
  EXPECT_EQ(home.leader, ServerId{Id(0)});
}

TEST_F(OneMove, AHomeIsForgottenWithTheServerTheTagOrTheTable) {
  Tag(Id(0), ServerTag::kTemporaryOffline);
  Move({3, 1, 2}, Urgency::kDrain);
  Settle();
  ASSERT_EQ(world().moves.homes.size(), 1u);
  Untag(Id(0));
  EXPECT_EQ(world().moves.homes.size(), 1u) << "until a plan was made";
  Tag(Id(0));
  EXPECT_EQ(world().moves.homes.size(), 0u);
}

}  // namespace
}  // namespace pegel
