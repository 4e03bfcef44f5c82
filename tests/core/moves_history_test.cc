// Random lives of a cluster that is being rebalanced: servers come, go, are mute, lie, are tagged;
// tables come and go; rebalances begin, are paused and cancelled. After every command all
// invariants hold (moves_fixture.h). At the end everybody is well again: then every rebalance comes
// to its end, no replica is left over, and a second fold agrees.
//
// PEGEL_FULL=1: 300 lives of 1,500 commands; else 30 of 400.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/core/moves_fixture.h"
#include "tests/support/random.h"

namespace pegel {
namespace {

using cluster::ServerId;
using cluster::ServerTag;
using rebalance::Goal;
using testing::kSecond;
using testing::MovesWorld;
using testing::Random;

constexpr int kServers = 6;

struct Counts {
  uint64_t records = 0, rebalances = 0, moves = 0, completed = 0, attempts = 0, timeouts = 0,
           plans = 0;
};

class Life : public MovesWorld {
 public:
  explicit Life(uint64_t seed) : random_(seed) {
    for (int id = 0; id < kServers; ++id) Join(id);
    for (int i = 1; i <= 3; ++i) CreateTable(absl::StrCat("t", i), 6, i);
    Set("move-timeout", "20 s");
    Set("max-attempts", "3");
  }

  void Run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) Step();
  }

  // Everybody is well, and time passes.
  void Heal() {
    mute.clear();
    Set("max-moves", "4");
    Set("max-leader-moves", "4");
    for (int id = 0; id < kServers; ++id) {
      const cluster::Server* one = world().cluster.Find(ServerId{id});
      if (one == nullptr || !one->is_live) Join(id);
    }
    if (const moves::Rebalance* current = world().moves.Current(); current != nullptr) {
      if (current->is_paused) Must(ResumeRebalance{});
    }
    Finish();
    Settle();
  }

  Counts counts() const {
    Counts counts;
    counts.records = record_count();
    for (const auto& [id, one] : world().moves.rebalances) {
      ++counts.rebalances;
      counts.moves += one.moves.size();
      counts.completed += static_cast<uint64_t>(one.Count(moves::Status::kCompleted));
      counts.attempts += static_cast<uint64_t>(one.attempts);
      counts.plans += static_cast<uint64_t>(one.revision);
    }
    counts.timeouts = timeouts_;
    return counts;
  }

 private:
  void Join(int id) { Register(id, absl::StrCat("r", id % 3)); }
  int AnyServer() { return static_cast<int>(random_.Below(kServers)); }
  std::string AnyTable() { return absl::StrCat("t", random_.Below(4)); }

  void Step() {
    Wait(static_cast<int64_t>(random_.Below(kSecond)));
    switch (random_.Below(60)) {
      case 0:
        Do(pegel::CreateTable{{"d", AnyTable()},
                              1 + static_cast<int32_t>(random_.Below(8)),
                              1 + static_cast<int32_t>(random_.Below(3)),
                              false});
        return;
      case 1:
        if (random_.OneIn(4)) Do(DropTable{{"d", AnyTable()}});
        return;
      case 2:
      case 3:
        return Stumble(AnyServer());
      case 4:
        return ChangeTag(AnyServer());
      case 5:
      case 6:
        Do(StartRebalance{AnyGoals()});
        return;
      case 7:
        if (random_.OneIn(3)) Do(CancelRebalance{});
        return;
      case 8:
        if (random_.OneIn(2)) Do(PauseRebalance{});
        return;
      case 9:
        Do(ResumeRebalance{});
        return;
      case 10:
        return ChangeLimits();
      case 11:
        return Fail(AnyServer());
      case 12:
        Wait(static_cast<int64_t>(random_.Below(60)) * kSecond);
        return;
      default:
        if (random_.OneIn(3)) Plan();
        if (random_.OneIn(2)) return (void)CountedAdvance();
        for (int i = 0; i < 4; ++i) ServeSome();
        return;
    }
  }

  bool CountedAdvance() {
    Decision decision = Do(AdvanceMoves{}, Itself());
    for (const Event& event : decision.events) {
      const auto* change = std::get_if<MoveChanged>(&event);
      timeouts_ += change != nullptr && change->state.status == moves::Status::kTimeout;
    }
    return !decision.events.empty();
  }

  void Stumble(int id) {
    const cluster::Server* one = world().cluster.Find(ServerId{id});
    if (one == nullptr || !one->is_live) {
      if (one != nullptr && random_.OneIn(4)) {
        Do(UnregisterServer{{id}});
        return;
      }
      return Join(id);
    }
    switch (random_.Below(4)) {
      case 0:
        return Lose(id);
      case 1:
        return Join(id);
      default:
        if (!mute.insert(id).second) mute.erase(id);
    }
  }

  void ChangeTag(int id) {
    const cluster::Server* one = world().cluster.Find(ServerId{id});
    if (one == nullptr) return;
    if (one->tag.has_value()) return Untag(id);
    if (random_.OneIn(2)) {
      Tag(id, random_.OneIn(2) ? ServerTag::kPermanentOffline : ServerTag::kTemporaryOffline);
    }
  }

  std::vector<Goal> AnyGoals() {
    std::vector<Goal> goals;
    for (Goal goal : {Goal::kRackAware, Goal::kReplicaDistribution, Goal::kLeaderDistribution}) {
      if (!random_.OneIn(3)) goals.push_back(goal);
    }
    if (goals.empty()) goals.push_back(Goal::kReplicaDistribution);
    return goals;
  }

  void ChangeLimits() {
    Set("max-moves", absl::StrCat(random_.Below(5)));
    Set("max-moves-per-server", absl::StrCat(1 + random_.Below(3)));
    Set("max-leader-moves", absl::StrCat(random_.Below(4)));
    Set("temporary-offline-mode", random_.OneIn(2) ? "DRAIN" : "LEADERS_ONLY");
    Set("dead-server-grace", random_.OneIn(2) ? "10 s" : "1 h");
  }

  // A server says that it cannot serve some replica.
  void Fail(int id) {
    const auto& held = world().cluster.HoldingsOf(ServerId{id}).buckets;
    if (held.empty() || !world().cluster.IsLive(ServerId{id})) return;
    auto it = held.begin();
    std::advance(it, static_cast<long>(random_.Below(held.size())));
    ReplicaReport report{.id = {id}, .epoch = server(id).epoch};
    report.failed.push_back({*it, bucket(*it).bucket_epoch, "broken"});
    Do(report);
  }

  // One server answers, mostly honestly and mostly all that it is asked.
  void ServeSome() {
    const ServerId id{AnyServer()};
    if (!world().cluster.IsLive(id) || mute.contains(id.value)) return;
    ReplicaReport report{.id = id, .epoch = server(id.value).epoch};
    for (const cluster::Task& task : cluster::TasksOf(world().cluster, id)) {
      if (random_.OneIn(3)) continue;
      Answer(task, &report);
      if (!report.in_sync.empty() && random_.OneIn(10)) --report.in_sync.back().bucket_epoch;
      if (!report.in_sync.empty() && random_.OneIn(10)) {
        // Somebody lags.
        auto& members = report.in_sync.back().in_sync;
        if (members.back() != id) members.pop_back();
      }
    }
    Do(report);
  }

  Random random_;
  uint64_t timeouts_ = 0;
};

TEST(Moves, KeepTheirInvariantsThroughRandomLivesAndComeToTheirEnd) {
  const uint64_t seed = testing::SeedFromEnvironment();
  const int lives = testing::IsFullVolume() ? 300 : 30;
  const int steps = testing::IsFullVolume() ? 1'500 : 400;
  Counts sum;
  for (int i = 0; i < lives && !HasFailure(); ++i) {
    SCOPED_TRACE(testing::Reproduce(seed + i, "moves_test"));
    Life life(seed + i);
    life.Run(steps);
    if (HasFailure()) break;
    life.Heal();
    EXPECT_EQ(life.world().moves.current, Lsn{});
    EXPECT_TRUE(life.world().moves.active.empty());
    EXPECT_EQ(life.world().cluster.stop_count, 0) << "a replica is left over";
    EXPECT_EQ(life.world().moves.usage, moves::Usage{});
    EXPECT_EQ(life.Again(), Digest(life.world()));
    Counts counts = life.counts();
    sum.records += counts.records;
    sum.rebalances += counts.rebalances;
    sum.moves += counts.moves;
    sum.completed += counts.completed;
    sum.attempts += counts.attempts;
    sum.timeouts += counts.timeouts;
    sum.plans += counts.plans;
  }
  std::printf(
      "moves: lives=%d records=%llu rebalances=%llu plans=%llu moves=%llu completed=%llu "
      "attempts=%llu timeouts=%llu\n",
      lives, static_cast<unsigned long long>(sum.records),
      static_cast<unsigned long long>(sum.rebalances), static_cast<unsigned long long>(sum.plans),
      static_cast<unsigned long long>(sum.moves), static_cast<unsigned long long>(sum.completed),
      static_cast<unsigned long long>(sum.attempts), static_cast<unsigned long long>(sum.timeouts));
}

// Says of each bucket of a drained cluster that nothing is left on the drained servers.
TEST(Moves, ADrainEndsWithNothingOnTheTaggedServersWhateverDies) {
  const uint64_t seed = testing::SeedFromEnvironment();
  for (int i = 0; i < (testing::IsFullVolume() ? 100 : 10) && !HasFailure(); ++i) {
    SCOPED_TRACE(testing::Reproduce(seed + i, "moves_test"));
    Random random(seed + i);
    MovesWorld world;
    for (int id = 0; id < 10; ++id) world.Register(id, absl::StrCat("r", id % 5));
    for (int t = 0; t < 3; ++t) world.CreateTable(absl::StrCat("t", t), 20, 1 + t);
    world.Tag(0);
    world.Tag(1);
    Lsn id = world.Start({Goal::kRackAware, Goal::kReplicaDistribution});
    world.Plan();
    // Three servers die on the way, one of them for good.
    for (int death = 0; death < 3; ++death) {
      for (uint64_t steps = random.Below(6); steps > 0; --steps) {
        world.AdvanceAll();
        world.Serve();
      }
      int victim = 2 + 3 * death;
      world.Lose(victim);
      for (uint64_t steps = random.Below(6); steps > 0; --steps) {
        world.AdvanceAll();
        world.Serve();
      }
      if (death < 2) world.Register(victim, absl::StrCat("r", victim % 5));
    }
    world.Finish();
    EXPECT_EQ(world.StatusOf(id), "COMPLETED") << world.rebalance(id).reason;
    for (int drained : {0, 1}) {
      EXPECT_EQ(world.ReplicasOn(drained), 0u);
      EXPECT_EQ(world.LeadersOn(drained), 0);
    }
    EXPECT_EQ(world.Again(), Digest(world.world()));
  }
}

TEST(Moves, WhatLeftForATemporaryTagComesBackAfterIt) {
  for (const char* mode : {"DRAIN", "LEADERS_ONLY"}) {
    SCOPED_TRACE(mode);
    MovesWorld world;
    world.Set("temporary-offline-mode", mode);
    for (int id = 0; id < 4; ++id) world.Register(id);
    world.CreateTable("t", 24, 2);
    const cluster::TableId table = world.world().cluster.tables.begin()->first;
    auto all = [&] {
      std::vector<std::string> buckets;
      for (int i = 0; i < 24; ++i) {
        // Servers in ascending order: whether one is second or third says nothing.
        const cluster::Bucket& bucket = world.bucket({table, cluster::kNoPartition, i});
        std::set<int> servers;
        for (const cluster::Replica& replica : bucket.replicas)
          servers.insert(replica.server.value);
        std::string text = absl::StrCat(bucket.leader.value, ":");
        for (int server : servers) absl::StrAppend(&text, server, ",");
        buckets.push_back(text);
      }
      return buckets;
    };
    const auto at_home = all();
    world.Tag(0, ServerTag::kTemporaryOffline);
    world.Start({Goal::kReplicaDistribution});
    world.Finish();
    EXPECT_EQ(world.LeadersOn(0), 0);
    EXPECT_EQ(world.ReplicasOn(0), mode == std::string("DRAIN") ? 0u : 12u);
    EXPECT_FALSE(world.world().moves.homes.empty());
    // It is upgraded meanwhile.
    world.Lose(0);
    world.Register(0);
    world.Settle();
    world.Untag(0);
    Lsn id = world.Start({Goal::kReplicaDistribution});
    world.Finish();
    EXPECT_EQ(world.StatusOf(id), "COMPLETED");
    EXPECT_EQ(all(), at_home);
    EXPECT_TRUE(world.world().moves.homes.empty());
    // And then nothing is left to do.
    Lsn again = world.Start();
    world.Plan();
    EXPECT_EQ(world.StatusOf(again), "COMPLETED");
    EXPECT_TRUE(world.rebalance(again).moves.empty());
  }
}

}  // namespace
}  // namespace pegel
