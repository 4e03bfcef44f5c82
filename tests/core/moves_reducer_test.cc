// What users ask of rebalances, what the planner brings, and who may.
#include <gtest/gtest.h>

#include "tests/core/moves_fixture.h"

namespace pegel {
namespace {

using rebalance::Goal;
using testing::AuthorOf;
using testing::EntryOf;
using testing::kSecond;
using testing::MovesWorld;

class Rebalances : public ::testing::Test, protected MovesWorld {
 protected:
  Rebalances() {
    for (int id = 0; id < 3; ++id) Register(id);
    CreateTable("t", 12, 2);
    Register(3);
  }
  RebalanceDetail Detail(std::optional<std::string> id = {}) {
    return std::get<RebalanceDetail>(std::get<Result>(Do(ListRebalance{std::move(id)}).outcome));
  }
  RebalanceRows Rows() {
    return std::get<RebalanceRows>(std::get<Result>(Do(ListRebalances{}).outcome));
  }
};

TEST_F(Rebalances, TheIdIsTheLsnAndThePlanComesLater) {
  Lsn id = Start();
  EXPECT_EQ(moves::IdText(id), absl::StrCat("rebalance-", id.value));
  EXPECT_EQ(StatusOf(id), "NOT_STARTED");
  EXPECT_TRUE(rebalance(id).awaits_plan);
  ASSERT_TRUE(Plan());
  EXPECT_EQ(StatusOf(id), "REBALANCING");
  EXPECT_GT(rebalance(id).moves.size(), 0u);
  EXPECT_FALSE(Plan()) << "one plan is enough";
  Finish();
  EXPECT_EQ(StatusOf(id), "COMPLETED");
  EXPECT_EQ(ReplicasOn(3), 6u);
  EXPECT_EQ(LeadersOn(3), 3);
  EXPECT_EQ(Again(), Digest(world()));
}

TEST_F(Rebalances, NothingToDoIsCompletedAtOnce) {
  Start();
  Finish();
  Lsn id = Start();
  ASSERT_TRUE(Plan());
  EXPECT_EQ(StatusOf(id), "COMPLETED");
  RebalanceDetail detail = Detail();
  EXPECT_EQ(moves::ProgressText(detail.rebalance->by_status, detail.rebalance->status), "100%");
}

TEST_F(Rebalances, ASecondOneIsRefusedWithTheIdOfTheFirst) {
  Lsn id = Start();
  EXPECT_EQ(Try(StartRebalance{{Goal::kRackAware}}),
            absl::StrCat("61 Rebalance task already exists, current rebalance id is 'rebalance-",
                         id.value, "'. Please wait for it to finish or cancel it first."));
}

TEST_F(Rebalances, GoalsAreChecked) {
  EXPECT_EQ(Try(StartRebalance{}),
            "1001 priority goals cannot be null or empty. You can specify one goal as "
            "'REPLICA_DISTRIBUTION' or specify multi goals as "
            "'REPLICA_DISTRIBUTION,LEADER_DISTRIBUTION' (split by ',')");
  EXPECT_EQ(Try(StartRebalance{{Goal::kRackAware, Goal::kRackAware}}),
            "1001 goal RACK_AWARE is given twice; name each goal once");
  EXPECT_EQ(Try(PlanRebalance{}).substr(0, 4), "1001");
}

TEST_F(Rebalances, AGoalThatCannotBeReachedFailsWithTheNumbers) {
  for (int id = 0; id < 3; ++id) Tag(id);
  Lsn id = Start();
  Plan();
  EXPECT_EQ(StatusOf(id), "FAILED");
  EXPECT_EQ(rebalance(id).reason,
            "[ReplicaDistributionGoal] Insufficient number of tablet servers to host each replica "
            "(Current: 1, Needed: 2). 12 buckets are short by up to 1 of them. Add servers, or "
            "take tags off.");
  Start();  // Another one may begin.
}

TEST_F(Rebalances, CancelTakesOneThatRunsAndNoOther) {
  EXPECT_EQ(Try(CancelRebalance{}), "62 There is no rebalance to cancel.");
  EXPECT_EQ(Try(CancelRebalance{"rebalance-7"}),
            "62 Rebalance task id rebalance-7 to cancel does not exist: there is no rebalance.");
  Lsn id = Start();
  EXPECT_EQ(Try(CancelRebalance{"rebalance-7"}),
            absl::StrCat("62 Rebalance task id rebalance-7 to cancel is not the current rebalance "
                         "task id rebalance-",
                         id.value, "."));
  EXPECT_EQ(Try(PauseRebalance{"nonsense"}).substr(0, 2), "62");
  Plan();
  AdvanceAll();
  EXPECT_EQ(Try(CancelRebalance{moves::IdText(id)}), "");
  EXPECT_EQ(StatusOf(id), "CANCELED");
  EXPECT_EQ(Try(CancelRebalance{}),
            absl::StrCat("1040 Rebalance rebalance-", id.value,
                         " is CANCELED and cannot be canceled; only one that is NOT_STARTED or "
                         "REBALANCING can."));
  EXPECT_EQ(Try(ResumeRebalance{moves::IdText(id)}).substr(0, 4), "1040");
  Settle();
  EXPECT_EQ(rebalance(id).Count(moves::Phase::kDone),
            static_cast<int64_t>(rebalance(id).moves.size()));
}

TEST_F(Rebalances, OneThatWaitsForItsPlanCanBeCanceledAndThePlanIsRefused) {
  Lsn id = Start();
  Must(PlanChunk{id, 1, 0, {}}, Itself());
  Must(CancelRebalance{});
  EXPECT_EQ(Try(PlanReady{id, 1, 1, {}, {}}, Itself()),
            absl::StrCat("61 Rebalance rebalance-", id.value, " does not wait for plan 1."));
  EXPECT_EQ(StatusOf(id), "CANCELED");
}

TEST_F(Rebalances, WhilePausedNothingStartsAndWhatIsUnderWayEnds) {
  Set("max-moves", "1");
  Lsn id = Start();
  Plan();
  Advance();
  Must(PauseRebalance{});
  Must(PauseRebalance{});  // Twice is once.
  Finish();
  EXPECT_EQ(rebalance(id).Count(moves::Status::kCompleted), 1);
  EXPECT_EQ(StatusOf(id), "REBALANCING");
  EXPECT_TRUE(rebalance(id).is_paused);
  Must(ResumeRebalance{moves::IdText(id)});
  Finish();
  EXPECT_EQ(StatusOf(id), "COMPLETED");
}

TEST_F(Rebalances, PlansComeInPiecesAndPieceZeroStartsOver) {
  Lsn id = Start();
  moves::PlannedMove move;
  move.key = {cluster::TableId{5}, cluster::kNoPartition, 0};
  move.origin = {cluster::ServerId{0}, cluster::ServerId{1}};
  move.target = {cluster::ServerId{0}, cluster::ServerId{3}};
  move.leader = move.new_leader = cluster::ServerId{0};
  EXPECT_EQ(Try(PlanChunk{id, 1, 1, {move}}, Itself()),
            absl::StrCat("61 Rebalance rebalance-", id.value,
                         " waits for piece 0 of its plan, found 1."));
  EXPECT_EQ(Try(PlanChunk{id, 2, 0, {move}}, Itself()),
            absl::StrCat("61 Rebalance rebalance-", id.value, " does not wait for plan 2."));
  Must(PlanChunk{id, 1, 0, {move}}, Itself());
  Must(PlanChunk{id, 1, 0, {}}, Itself());
  EXPECT_TRUE(rebalance(id).draft.empty());
  EXPECT_EQ(
      Try(PlanReady{id, 1, 2, {}, {}}, Itself()),
      absl::StrCat("61 Rebalance rebalance-", id.value, " has 1 pieces of its plan, expected 2."));
  Must(PlanReady{id, 1, 1, {}, {}}, Itself());
  EXPECT_EQ(StatusOf(id), "COMPLETED");
}

// The server was killed between the pieces, and finds nothing to move when it plans again. Found by
// the simulator, seed 5114.
TEST_F(Rebalances, AnEmptyPlanTakesThePlaceOfPiecesThatARestartLeft) {
  Start();
  Finish();
  Lsn id = Start();
  moves::PlannedMove left;
  left.key = {cluster::TableId{5}, cluster::kNoPartition, 0};
  left.origin = {cluster::ServerId{0}, cluster::ServerId{1}};
  left.target = {cluster::ServerId{0}, cluster::ServerId{3}};
  left.leader = left.new_leader = cluster::ServerId{0};
  Must(PlanChunk{id, 1, 0, {left}}, Itself());
  ASSERT_TRUE(Plan());
  EXPECT_EQ(StatusOf(id), "COMPLETED");
  EXPECT_TRUE(rebalance(id).moves.empty());
}

TEST_F(Rebalances, AMoveThatMakesNoSenseIsRefused) {
  Lsn id = Start();
  moves::PlannedMove good;
  good.key = {cluster::TableId{5}, cluster::kNoPartition, 3};
  good.origin = {cluster::ServerId{0}, cluster::ServerId{1}};
  good.target = {cluster::ServerId{0}, cluster::ServerId{3}};
  good.leader = good.new_leader = cluster::ServerId{0};
  auto refused = [&](moves::PlannedMove move) {
    return Try(PlanChunk{id, 1, 0, {std::move(move)}}, Itself());
  };
  moves::PlannedMove bad = good;
  bad.target.clear();
  EXPECT_EQ(refused(bad), "1001 plan: bucket 5:3: a list of replicas is empty.");
  bad = good;
  bad.target[1] = bad.target[0];
  EXPECT_EQ(refused(bad), "1001 plan: bucket 5:3: a server stands twice.");
  bad = good;
  bad.new_leader = {1};
  EXPECT_EQ(refused(bad), "1001 plan: bucket 5:3: the new leader gets no replica.");
  bad = good;
  bad.urgency = moves::Urgency::kLeader;
  EXPECT_EQ(refused(bad), "1001 plan: bucket 5:3: its urgency is wrong.");
  bad = good;
  bad.bytes = -1;
  EXPECT_EQ(refused(bad), "1001 plan: bucket 5:3: its bytes are negative.");
}

TEST_F(Rebalances, OnlyTheServerItselfBringsPlansAndDrives) {
  Lsn id = Start();
  for (const Command& command : {Command(PlanChunk{id, 1, 0, {}}),
                                 Command(PlanReady{id, 1, 0, {}, {}}), Command(AdvanceMoves{})}) {
    EXPECT_EQ(Try(command),
              "48 Principal a is not authorized: only the server itself drives a rebalance.");
    EXPECT_EQ(Try(command, AuthorOf("System:pegeld", "10.0.0.1")).substr(0, 3), "48 ");
  }
}

TEST(RebalanceRights, WriteToDriveAndDescribeToSee) {
  MovesWorld world(true);
  const Author root = AuthorOf("User:root"), nobody = AuthorOf("User:nobody");
  const Author reader = AuthorOf("User:reader"), writer = AuthorOf("User:writer");
  world.Must(AddAcl{EntryOf("ALLOW", "User:reader", "DESCRIBE", "CLUSTER")}, root);
  world.Must(AddAcl{EntryOf("ALLOW", "User:writer", "WRITE", "CLUSTER")}, root);
  const Command writes[] = {StartRebalance{{Goal::kRackAware}}, PauseRebalance{}, ResumeRebalance{},
                            CancelRebalance{}};
  for (const Command& command : writes) {
    EXPECT_EQ(world.Try(command, nobody).substr(0, 3), "48 ");
    EXPECT_EQ(world.Try(command, reader).substr(0, 3), "48 ");
    EXPECT_NE(world.Try(command, writer).substr(0, 3), "48 ");
  }
  const Command reads[] = {ListRebalance{}, ListRebalances{}, PlanRebalance{{Goal::kRackAware}}};
  for (const Command& command : reads) {
    EXPECT_EQ(world.Try(command, nobody).substr(0, 3), "48 ");
    EXPECT_EQ(world.Try(command, reader), "");
    EXPECT_EQ(world.Try(command, writer), "") << "WRITE implies DESCRIBE";
  }
}

// ---- listing ----

TEST_F(Rebalances, AnUnknownIdHasNoRebalance) {
  EXPECT_EQ(Detail(), RebalanceDetail{});
  Start();
  for (const char* id : {"", "rebalance-", "rebalance-0", "rebalance-01", "rebalance-1x",
                         "REBALANCE-1", "rebalance-99999999999999999999", "5"}) {
    EXPECT_FALSE(Detail(id).rebalance.has_value()) << id;
  }
}

TEST_F(Rebalances, EveryOneThatIsRememberedIsListed) {
  Lsn first = Start();
  Finish();
  Lsn second = Start();
  RebalanceRows rows = Rows();
  ASSERT_EQ(rows.rebalances.size(), 2u);
  EXPECT_EQ(rows.rebalances[0].id, second);
  EXPECT_EQ(rows.rebalances[1].id, first);
  EXPECT_EQ(rows.rebalances[1].status, moves::Status::kCompleted);
  EXPECT_EQ(rows.rebalances[1].author, (Principal{"User", "a"}));
  EXPECT_EQ(Detail(moves::IdText(first)).rebalance->id, first);
  EXPECT_EQ(Detail().rebalance->id, second);
}

TEST_F(Rebalances, OnlyTheActiveMovesAreListedWhenAsked) {
  Set("max-moves", "2");
  Start();
  Plan();
  AdvanceAll();
  auto detail = std::get<RebalanceDetail>(std::get<Result>(Do(ListRebalance{{}, true}).outcome));
  size_t copies = 0;
  for (const moves::Move& move : detail.moves) {
    EXPECT_TRUE(move.IsActive());
    copies += !move.plan.IsLeaderOnly();
  }
  EXPECT_EQ(copies, 2u);
}

TEST_F(Rebalances, TheOldestAreForgottenBeyondAHundred) {
  Start();
  Finish();
  Lsn first = rebalance(world().moves.rebalances.begin()->first).id;
  for (int i = 0; i < 100; ++i) {
    Start();
    Plan();
  }
  EXPECT_EQ(world().moves.rebalances.size(), 100u);
  EXPECT_EQ(world().moves.Find(first), nullptr);
}

// ---- limits ----

TEST_F(Rebalances, NoMoreMovesThanTheLimitsAllow) {
  Set("max-moves", "3");
  Set("max-moves-per-server", "2");
  for (int id = 0; id < 4; ++id) mute.insert(id);
  Start();
  Plan();
  AdvanceAll();
  EXPECT_LE(world().moves.usage.moves, 3);
  EXPECT_EQ(world().moves.usage.Of({3}).in, 2) << "all copies go to server 3";
  Set("max-moves-per-server", "9");
  AdvanceAll();
  EXPECT_EQ(world().moves.usage.moves, 3) << "a raised limit counts at once, up to the next one";
}

TEST_F(Rebalances, ZeroStartsNone) {
  Set("max-moves", "0");
  Set("max-leader-moves", "0");
  Lsn id = Start();
  Plan();
  EXPECT_FALSE(Advance());
  EXPECT_EQ(rebalance(id).Count(moves::Phase::kQueued),
            static_cast<int64_t>(rebalance(id).moves.size()));
  Set("max-moves", "1");
  EXPECT_TRUE(Advance());
}

TEST_F(Rebalances, UrgentMovesGoFirstThenSmallOnes) {
  Lsn id = Start();
  std::vector<moves::PlannedMove> planned;
  const cluster::TableId table = world().cluster.tables.begin()->first;
  for (int i = 0; i < 12; ++i) {
    moves::PlannedMove move;
    move.key = {table, cluster::kNoPartition, i};
    for (const cluster::Replica& replica : bucket(move.key).replicas) {
      move.origin.push_back(replica.server);
    }
    move.target = move.origin;
    move.target[1] = {3};
    move.leader = move.new_leader = move.origin[0];
    move.bytes = 100 - i;
    move.urgency = i == 2 ? moves::Urgency::kDrain : moves::Urgency::kBalance;
    planned.push_back(move);
  }
  Must(PlanChunk{id, 1, 0, planned}, Itself());
  Must(PlanReady{id, 1, 1, {}, {}}, Itself());
  Set("max-moves", "3");
  Set("max-moves-per-server", "3");
  AdvanceAll();
  std::vector<int> started;
  for (const auto& [key, of] : world().moves.active) started.push_back(key.bucket);
  EXPECT_EQ(started, (std::vector<int>{2, 10, 11}));
}

TEST(RebalanceText, Progress) {
  auto shown = [](int64_t done, int64_t total) {
    std::array<int64_t, moves::kStatuses> counts{};
    counts[static_cast<size_t>(moves::Status::kCompleted)] = done;
    counts[static_cast<size_t>(moves::Status::kNotStarted)] = total - done;
    return moves::ProgressText(counts, moves::Status::kRebalancing);
  };
  EXPECT_EQ(shown(0, 1), "0%");
  EXPECT_EQ(shown(1, 3), "33.33%");
  EXPECT_EQ(shown(2, 3), "66.67%");
  EXPECT_EQ(shown(3, 4), "75%");
  EXPECT_EQ(shown(151, 200), "75.5%");
  EXPECT_EQ(shown(1, 8), "12.5%");
  EXPECT_EQ(shown(1, 7), "14.29%");
  EXPECT_EQ(shown(1, 800), "0.12%") << "half to even";
  EXPECT_EQ(shown(3, 800), "0.38%");
  EXPECT_EQ(shown(1, 20001), "0%");
  EXPECT_EQ(shown(1, 100), "1%");
  EXPECT_EQ(shown(5, 100), "5%");
  EXPECT_EQ(shown(101, 1000), "10.1%");
  EXPECT_EQ(shown(999'999, 1'000'000), "99.99%") << "never 100% before the end";
  EXPECT_EQ(shown(1, 1), "100%");
  EXPECT_EQ(shown(0, 0), "0%");
}

}  // namespace
}  // namespace pegel
