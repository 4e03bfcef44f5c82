// Every cluster of up to four servers, two racks and three buckets of up to three replicas, with
// every tag, against the best plan that there is. Up to the names of servers: which id each server
// has is drawn, because ties are broken by id.
//
// PEGEL_FULL=1: all of them; else every 61st.
#include <cstdio>
#include <functional>

#include "absl/strings/str_cat.h"
#include "core/rebalance/planner.h"
#include "core/rebalance/text.h"
#include "gtest/gtest.h"
#include "tests/planner/brute_force.h"
#include "tests/planner/check_plan.h"
#include "tests/planner/random_cluster.h"

namespace pegel::testing {
namespace {

using rebalance::Cluster;
using rebalance::Goal;
using rebalance::Options;
using rebalance::Planned;
using rebalance::ServerId;
using rebalance::TemporaryOffline;

constexpr Goal kRacks = Goal::kRackAware;
constexpr Goal kReplicas = Goal::kReplicaDistribution;
constexpr Goal kLeaders = Goal::kLeaderDistribution;

const std::vector<std::vector<Goal>> kGoalLists = {{kReplicas},
                                                   {kLeaders},
                                                   {kRacks},
                                                   {kRacks, kReplicas},
                                                   {kRacks, kLeaders},
                                                   {kReplicas, kLeaders},
                                                   {kRacks, kReplicas, kLeaders}};

// A bucket of the tiny world: the set of servers that have it, and which of them leads.
struct Shape {
  uint32_t homes = 0;
  int leader = 0;
};

std::vector<Shape> ShapesOn(int servers) {
  std::vector<Shape> shapes;
  for (uint32_t homes = 1; homes < 1u << servers; ++homes) {
    if (__builtin_popcount(homes) > 3) continue;
    for (int s = 0; s < servers; ++s) {
      if (homes >> s & 1) shapes.push_back({homes, s});
    }
  }
  return shapes;
}

struct Counts {
  uint64_t clusters = 0, plans = 0, refused = 0, uneven_leaders = 0, extra_moves = 0;
};

class Exhaustive {
 public:
  explicit Exhaustive(uint64_t every) : every_(every), random_(SeedFromEnvironment()) {}

  const Counts& Run() {
    for (int servers = 1; servers <= 4; ++servers) {
      std::vector<int> kinds(servers, 0);
      EachServers(kinds, 0, 0);
    }
    return counts_;
  }

 private:
  // Kinds: rack (2) x no tag, PERMANENT_OFFLINE, TEMPORARY_OFFLINE; in ascending order, because the
  // names do not matter.
  void EachServers(std::vector<int>& kinds, size_t s, int from) {
    if (s == kinds.size()) return EachBuckets(kinds);
    for (kinds[s] = from; kinds[s] < 6; ++kinds[s]) EachServers(kinds, s + 1, kinds[s]);
  }

  void EachBuckets(const std::vector<int>& kinds) {
    const std::vector<Shape> shapes = ShapesOn(static_cast<int>(kinds.size()));
    for (size_t a = 0; a < shapes.size(); ++a) {
      Visit(kinds, {shapes[a]});
      for (size_t b = a; b < shapes.size(); ++b) {
        Visit(kinds, {shapes[a], shapes[b]});
        for (size_t c = b; c < shapes.size(); ++c) Visit(kinds, {shapes[a], shapes[b], shapes[c]});
      }
    }
  }

  void Visit(const std::vector<int>& kinds, const std::vector<Shape>& buckets) {
    if (number_++ % every_ != 0 || ::testing::Test::HasFailure()) return;
    ++counts_.clusters;
    const Cluster cluster = Make(kinds, buckets);
    for (TemporaryOffline mode : {TemporaryOffline::kDrain, TemporaryOffline::kLeadersOnly}) {
      std::optional<Optimum> optima[2];
      for (bool is_by_rack : {false, true}) optima[is_by_rack] = BestOf(cluster, is_by_rack, mode);
      for (const std::vector<Goal>& goals : kGoalLists) {
        const Options options{.goals = goals, .temporary_offline = mode};
        Compare(cluster, options, optima[options.Has(kRacks)]);
      }
    }
  }

  Cluster Make(const std::vector<int>& kinds, const std::vector<Shape>& buckets) {
    std::vector<int> ids;
    for (size_t s = 0; s < kinds.size(); ++s) ids.push_back(static_cast<int>(s));
    for (size_t i = ids.size(); i > 1; --i) std::swap(ids[i - 1], ids[random_.Below(i)]);
    Cluster cluster;
    for (size_t s = 0; s < kinds.size(); ++s) {
      rebalance::Server server{.id = ServerId{ids[s]}, .rack = kinds[s] % 2 == 0 ? "a" : "b"};
      if (kinds[s] / 2 == 1) server.tag = cluster::ServerTag::kPermanentOffline;
      if (kinds[s] / 2 == 2) server.tag = cluster::ServerTag::kTemporaryOffline;
      cluster.servers.push_back(server);
    }
    for (const Shape& shape : buckets) {
      std::vector<rebalance::Replica> replicas;
      for (size_t s = 0; s < kinds.size(); ++s) {
        if (shape.homes >> s & 1) replicas.push_back({ServerId{ids[s]}, true});
      }
      const auto number = static_cast<int32_t>(cluster.buckets.size());
      cluster.Add({.key = {{1}, cluster::kNoPartition, number}, .leader = {ids[shape.leader]}},
                  replicas);
    }
    return cluster;
  }

  void Compare(const Cluster& cluster, const Options& options,
               const std::optional<Optimum>& optimum) {
    ++counts_.plans;
    SCOPED_TRACE(absl::StrCat("goals ", ToText(options.goals), ", ",
                              ToText(options.temporary_offline), "\n", ToText(cluster)));
    rebalance::Answer answer = MakePlan(cluster, options);
    // As Fluss, goals but RACK_AWARE want a server that takes replicas even if none has to move.
    const bool is_possible =
        optimum.has_value() && (HasTakers(cluster) || options.goals.front() == kRacks);
    ASSERT_EQ(std::holds_alternative<Planned>(answer), is_possible)
        << "planned what is impossible, or refused what is possible";
    if (!is_possible) {
      ++counts_.refused;
      return;
    }
    const Planned& planned = std::get<Planned>(answer);
    EXPECT_EQ(CheckPlan(cluster, options, planned), std::vector<std::string>{});
    if (options.Has(kReplicas)) {
      CompareReplicas(cluster, options, *optimum, planned);
    } else if (options.Has(kLeaders)) {
      EXPECT_EQ(LeaderSquares(planned), optimum->leaders.squares) << "leaders could be more even";
      EXPECT_EQ(planned.summary.moves, optimum->leaders.price) << "there is a plan of fewer moves";
    } else {
      EXPECT_EQ(planned.summary.moves, optimum->moves) << "there is a plan of fewer moves";
    }
    CompareAgain(cluster, options, planned);
  }

  static bool HasTakers(const Cluster& cluster) {
    for (const rebalance::Server& server : cluster.servers) {
      if (!server.tag) return true;
    }
    return false;
  }

  void CompareReplicas(const Cluster& cluster, const Options& options, const Optimum& optimum,
                       const Planned& planned) {
    EXPECT_EQ(ReplicaSquares(planned), optimum.replicas.squares) << "replicas could be more even";
    const bool is_fewest = planned.summary.moves == optimum.replicas.price;
    EXPECT_TRUE(is_fewest || !planned.summary.is_optimal) << "calls more moves than needed optimal";
    EXPECT_LE(planned.summary.lower_bound, optimum.replicas.price) << "a bound that is none";
    if (!options.Has(kLeaders)) {
      EXPECT_TRUE(is_fewest) << "there is a plan of " << optimum.replicas.price << " moves";
      return;
    }
    counts_.extra_moves += !is_fewest;
    counts_.uneven_leaders += LeaderSquares(planned) > optimum.leaders.squares;
    if (is_fewest) return CompareLeaders(cluster, options, planned);
    // Of mixed replication factors, T8 promises no fewest moves; replicas that are kept mix them.
    EXPECT_FALSE(optimum.fits_together && HasUniformFactor(cluster) && IsAllFree(cluster, options))
        << "moved replicas for leaders that could be even without";
  }

  // Given where the replicas are.
  void CompareLeaders(const Cluster& cluster, const Options& options, const Planned& planned) {
    const Cluster after = AfterPlan(cluster, planned.plan);
    std::vector<std::vector<ServerId>> placement;
    for (const rebalance::Bucket& bucket : after.buckets) {
      placement.emplace_back();
      for (const rebalance::Replica& replica : after.ReplicasOf(bucket)) {
        placement.back().push_back(replica.server);
      }
    }
    const Cost best = BestLeaders(cluster, options.temporary_offline, placement);
    EXPECT_EQ(LeaderSquares(planned), best.squares) << "leaders could be more even";
    EXPECT_EQ(planned.summary.leader_changes, best.price) << "fewer leaders could change";
  }

  static void CompareAgain(const Cluster& cluster, const Options& options, const Planned& planned) {
    rebalance::Answer again = MakePlan(AfterPlan(cluster, planned.plan), options);
    ASSERT_TRUE(std::holds_alternative<Planned>(again));
    EXPECT_TRUE(std::get<Planned>(again).plan.moves.empty()) << "its result is planned anew";
  }

  static int64_t ReplicaSquares(const Planned& planned) {
    int64_t sum = 0;
    for (const rebalance::ServerLoad& load : planned.summary.after.servers) {
      if (load.role == rebalance::Role::kTakes) sum += load.replicas * load.replicas;
    }
    return sum;
  }
  static int64_t LeaderSquares(const Planned& planned) {
    int64_t sum = 0;
    for (const rebalance::ServerLoad& load : planned.summary.after.servers) {
      if (load.role == rebalance::Role::kTakes) sum += load.leaders * load.leaders;
    }
    return sum;
  }

  const uint64_t every_;
  Random random_;
  uint64_t number_ = 0;
  Counts counts_;
};

TEST(Planner, IsAsGoodAsTheBestPlanOfEveryTinyCluster) {
  const Counts counts = Exhaustive(IsFullVolume() ? 1 : 61).Run();
  std::printf(
      "planner: clusters=%lu plans=%lu refused=%lu leaders_uneven_within_replica_goals=%lu "
      "moves_for_leaders=%lu\n",
      counts.clusters, counts.plans, counts.refused, counts.uneven_leaders, counts.extra_moves);
  EXPECT_GE(counts.plans, IsFullVolume() ? 7'000'000u : 100'000u);
  if (HasFailure()) std::puts(Reproduce(SeedFromEnvironment(), "planner_test").c_str());
}

}  // namespace
}  // namespace pegel::testing
