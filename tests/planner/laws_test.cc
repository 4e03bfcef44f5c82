// The laws of planning over random clusters: planner.md, section 5.
//
// PEGEL_FULL=1: 100,000 clusters; else 4,000.
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "core/rebalance/planner.h"
#include "core/rebalance/text.h"
#include "gtest/gtest.h"
#include "tests/planner/check_plan.h"
#include "tests/planner/random_cluster.h"

namespace pegel::testing {
namespace {

using rebalance::Answer;
using rebalance::Cluster;
using rebalance::Goal;
using rebalance::Options;
using rebalance::Planned;

Options RandomOptions(Random& random) {
  std::vector<Goal> goals = {Goal::kRackAware, Goal::kReplicaDistribution,
                             Goal::kLeaderDistribution};
  Options options;
  if (!random.OneIn(3)) {
    for (size_t i = goals.size(); i > 1; --i) std::swap(goals[i - 1], goals[random.Below(i)]);
    goals.resize(1 + random.Below(3));
  }
  options.goals = goals;
  const rebalance::TemporaryOffline modes[] = {rebalance::TemporaryOffline::kDrain,
                                               rebalance::TemporaryOffline::kDrain,
                                               rebalance::TemporaryOffline::kLeadersOnly};
  options.temporary_offline = modes[random.Below(3)];
  if (random.OneIn(6)) options.tolerance_permille = static_cast<int32_t>(random.Below(200));
  options.is_trigger_only = random.OneIn(12);
  options.is_drain_only = random.OneIn(12);
  return options;
}

bool IsPlain(const Options& options) {
  return options.tolerance_permille == 0 && !options.is_trigger_only && !options.is_drain_only;
}

bool KeepsRacksFirst(const Options& options) {
  return !options.Has(Goal::kRackAware) || options.goals.front() == Goal::kRackAware;
}

struct Counts {
  int clusters = 0, refused = 0, even = 0, uneven = 0, proven = 0, gaps = 0, replanned = 0;
  int64_t moves = 0, bound = 0;
};

class Life {
 public:
  Life(Random& random, Counts& counts) : random_(random), counts_(counts) {
    kind_ = RandomKind(random);
    cluster_ = RandomCluster(random, kind_);
    options_ = RandomOptions(random);
  }

  void Run() {
    SCOPED_TRACE(absl::StrCat(
        ToText(kind_), "; goals ", ToText(options_.goals), ", tolerance ",
        options_.tolerance_permille, options_.is_trigger_only ? " trigger" : "",
        options_.is_drain_only ? " drain-only" : "", ", ", ToText(options_.temporary_offline), "\n",
        cluster_.buckets.size() < 40 ? ToText(cluster_) : ""));
    ++counts_.clusters;
    const Answer answer = MakePlan(cluster_, options_);
    CheckOrders(answer);
    if (!std::holds_alternative<Planned>(answer)) {
      ++counts_.refused;
      return;
    }
    const Planned& planned = std::get<Planned>(answer);
    EXPECT_EQ(CheckPlan(cluster_, options_, planned), std::vector<std::string>{});
    if (::testing::Test::HasFailure()) return;
    counts_.proven += planned.summary.is_optimal;
    counts_.gaps += !planned.summary.is_optimal;
    counts_.moves += planned.summary.moves;
    counts_.bound += planned.summary.lower_bound;
    const Cluster after = AfterPlan(cluster_, planned.plan);
    CheckAgain(after);
    if (IsAllFree(cluster_, options_) && IsPlain(options_) && KeepsRacksFirst(options_)) {
      CheckTheorems(planned, after);
    }
  }

 private:
  // The order of servers and buckets says nothing.
  void CheckOrders(const Answer& answer) {
    const Answer other = MakePlan(Shuffled(random_, cluster_), options_);
    ASSERT_EQ(answer.index(), other.index());
    if (const auto* planned = std::get_if<Planned>(&answer)) {
      EXPECT_TRUE(planned->plan == std::get<Planned>(other).plan) << "another order, another plan";
      EXPECT_TRUE(planned->summary == std::get<Planned>(other).summary);
    } else {
      EXPECT_EQ(std::get<Error>(answer).message, std::get<Error>(other).message);
    }
  }

  // Its result is planned no further. Where goals conflict (mixed factors, replicas that stand
  // still) a search that is not exact may see a better step from there; then it settles soon.
  void CheckAgain(Cluster after) {
    for (int again = 0; again < 4; ++again) {
      const Answer answer = MakePlan(after, options_);
      ASSERT_TRUE(std::holds_alternative<Planned>(answer));
      const rebalance::Plan& plan = std::get<Planned>(answer).plan;
      if (plan.moves.empty()) return;
      counts_.replanned += again == 0;
      EXPECT_FALSE(HasUniformFactor(cluster_) && IsAllFree(cluster_, options_))
          << "its result is planned anew";
      after = AfterPlan(after, plan);
    }
    ADD_FAILURE() << "planning does not settle";
  }

  void CheckTheorems(const Planned& planned, const Cluster& after) {
    const rebalance::Balance& balance = planned.summary.after;
    const bool balances_replicas = options_.Has(Goal::kReplicaDistribution);
    if (!balances_replicas) {
      EXPECT_GE(planned.summary.moves, MovesAtLeast(cluster_, options_, false));
      return;
    }
    const bool can_be_even = CanBeEven(cluster_, options_);
    (can_be_even ? counts_.even : counts_.uneven) += 1;
    EXPECT_EQ(balance.replicas.spread() <= 1, can_be_even) << "T2";
    EXPECT_FALSE(CanBeMoreEven(after, options_)) << "T3";
    EXPECT_GE(planned.summary.moves, MovesAtLeast(cluster_, options_, can_be_even)) << "T4";
    if (!HasUniformFactor(cluster_)) return;
    if (options_.Has(Goal::kLeaderDistribution) && can_be_even) {
      EXPECT_LE(balance.leaders.spread(), 1) << "T5";
    }
    if (!options_.Has(Goal::kRackAware) && !kind_.has_tags && !kind_.has_dead) {
      EXPECT_EQ(planned.summary.moves, MovesAtLeast(cluster_, options_, true)) << "Lemma 4a";
      EXPECT_TRUE(planned.summary.is_optimal);
    }
  }

  Random& random_;
  Counts& counts_;
  ClusterKind kind_;
  Cluster cluster_;
  Options options_;
};

TEST(Planner, KeepsTheLawsOnRandomClusters) {
  const uint64_t seed = SeedFromEnvironment();
  const uint64_t lives = IsFullVolume() ? 100'000 : 4'000;
  Counts counts;
  for (uint64_t i = 0; i < lives; ++i) {
    Random random(seed + i);
    Life(random, counts).Run();
    if (HasFailure()) {
      std::puts(Reproduce(seed + i, "planner_test").c_str());
      break;
    }
  }
  std::printf(
      "planner laws: clusters=%d refused=%d even=%d uneven=%d proven=%d gaps=%d moves=%ld "
      "bound=%ld replanned=%d\n",
      counts.clusters, counts.refused, counts.even, counts.uneven, counts.proven, counts.gaps,
      counts.moves, counts.bound, counts.replanned);
  EXPECT_LE(counts.replanned, counts.clusters / 1000);
  EXPECT_GT(counts.even, counts.clusters / 20);
  EXPECT_GT(counts.uneven, counts.clusters / 1000);
}

TEST(Planner, GivesOnePlanForTwentyOrders) {
  const uint64_t seed = SeedFromEnvironment();
  for (uint64_t i = 0; i < (IsFullVolume() ? 500u : 50u); ++i) {
    Random random(seed + i);
    const ClusterKind kind = RandomKind(random);
    const Cluster cluster = RandomCluster(random, kind);
    const Options options = RandomOptions(random);
    const Answer answer = MakePlan(cluster, options);
    for (int order = 0; order < 20; ++order) {
      const Answer other = MakePlan(Shuffled(random, cluster), options);
      ASSERT_EQ(answer.index(), other.index());
      const auto* planned = std::get_if<Planned>(&answer);
      if (planned == nullptr) continue;
      ASSERT_TRUE(planned->plan == std::get<Planned>(other).plan)
          << Reproduce(seed + i, "planner_test");
    }
  }
}

TEST(Planner, AnEmptyServerNeverRaisesTheHighestLoad) {
  const uint64_t seed = SeedFromEnvironment();
  const Options options{.goals = {Goal::kReplicaDistribution}};
  for (uint64_t i = 0; i < (IsFullVolume() ? 5'000u : 300u); ++i) {
    Random random(seed + i);
    Cluster cluster = RandomCluster(random, RandomKind(random));
    const Answer before = MakePlan(cluster, options);
    if (!std::holds_alternative<Planned>(before)) continue;
    cluster.servers.push_back({.id = rebalance::ServerId{1'000}, .rack = "new"});
    const Answer after = MakePlan(cluster, options);
    ASSERT_TRUE(std::holds_alternative<Planned>(after));
    EXPECT_LE(std::get<Planned>(after).summary.after.replicas.max,
              std::get<Planned>(before).summary.after.replicas.max)
        << Reproduce(seed + i, "planner_test");
  }
}

// Relabelling that keeps the order keeps the plan but for the names.
TEST(Planner, NamesOnlyBreakTies) {
  const uint64_t seed = SeedFromEnvironment();
  for (uint64_t i = 0; i < (IsFullVolume() ? 5'000u : 300u); ++i) {
    Random random(seed + i);
    const Cluster cluster = RandomCluster(random, RandomKind(random));
    const Options options = RandomOptions(random);
    auto renamed = [](rebalance::ServerId id) {
      return id == rebalance::kNoLeader ? id : rebalance::ServerId{id.value * 50'000 + 11};
    };
    Cluster other = cluster;
    for (rebalance::Server& server : other.servers) server.id = renamed(server.id);
    for (rebalance::Bucket& bucket : other.buckets) bucket.leader = renamed(bucket.leader);
    for (rebalance::Replica& replica : other.replicas) replica.server = renamed(replica.server);
    const Answer a = MakePlan(cluster, options), b = MakePlan(other, options);
    ASSERT_EQ(a.index(), b.index());
    if (!std::holds_alternative<Planned>(a)) continue;
    const rebalance::Plan &plan = std::get<Planned>(a).plan, &same = std::get<Planned>(b).plan;
    ASSERT_EQ(plan.servers.size(), same.servers.size()) << Reproduce(seed + i, "planner_test");
    for (size_t s = 0; s < plan.servers.size(); ++s) {
      ASSERT_EQ(renamed(plan.servers[s]), same.servers[s]) << Reproduce(seed + i, "planner_test");
    }
  }
}

}  // namespace
}  // namespace pegel::testing
