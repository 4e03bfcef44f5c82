// The clusters that operators have, by name: what each plan costs and what it reaches.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/rebalance/planner.h"
#include "gtest/gtest.h"
#include "tests/planner/check_plan.h"

namespace pegel::testing {
namespace {

using cluster::ServerTag;
using rebalance::Cluster;
using rebalance::Goal;
using rebalance::Options;
using rebalance::Planned;
using rebalance::ServerId;

const std::vector<Goal> kAll = {Goal::kRackAware, Goal::kReplicaDistribution,
                                Goal::kLeaderDistribution};

class Build {
 public:
  // Servers 0 … n-1, dealt to the racks in turn.
  Build& Servers(int count, int racks) {
    for (int s = 0; s < count; ++s) {
      const auto id = static_cast<int32_t>(cluster_.servers.size());
      cluster_.servers.push_back({.id = {id}, .rack = absl::StrCat("r", id % racks)});
    }
    return *this;
  }
  Build& Server(const std::string& rack) {
    const auto id = static_cast<int32_t>(cluster_.servers.size());
    cluster_.servers.push_back({.id = {id}, .rack = rack});
    return *this;
  }
  // A table whose bucket b has its replicas on the servers first+b, first+b+1, … of `among`.
  Build& Table(int buckets, int factor, int among, int first = 0) {
    const int64_t table = next_table_++;
    for (int b = 0; b < buckets; ++b) {
      std::vector<rebalance::Replica> replicas;
      for (int r = 0; r < factor; ++r) replicas.push_back({{(first + b + r) % among}, true});
      cluster_.Add({.key = {{table}, cluster::kNoPartition, b},
                    .leader = replicas.front().server,
                    .bytes = 100},
                   replicas);
    }
    return *this;
  }
  Build& Tag(int from, int to) {
    for (int s = from; s < to; ++s) cluster_.servers[s].tag = ServerTag::kPermanentOffline;
    return *this;
  }
  Build& TagRack(const std::string& rack) {
    for (rebalance::Server& server : cluster_.servers) {
      if (server.rack == rack) server.tag = ServerTag::kPermanentOffline;
    }
    return *this;
  }
  Build& Dead(int server, bool for_long) {
    cluster_.servers[server].is_live = false;
    cluster_.servers[server].is_grace_over = for_long;
    for (rebalance::Bucket& bucket : cluster_.buckets) {
      for (uint32_t r = 0; r < bucket.replica_count; ++r) {
        rebalance::Replica& replica = cluster_.replicas[bucket.first_replica + r];
        if (replica.server.value == server) replica.is_in_sync = false;
        if (bucket.leader.value == server && replica.is_in_sync) bucket.leader = replica.server;
      }
    }
    return *this;
  }
  // Every bucket is led by its replica with the smallest id.
  Build& LedByFirst() {
    for (rebalance::Bucket& bucket : cluster_.buckets) {
      for (const rebalance::Replica& replica : cluster_.ReplicasOf(bucket)) {
        bucket.leader = std::min(bucket.leader, replica.server);
      }
    }
    return *this;
  }
  Build& PinEvery(int n) {
    for (size_t b = 0; b < cluster_.buckets.size(); b += n) cluster_.buckets[b].is_pinned = true;
    return *this;
  }
  operator Cluster() const { return cluster_; }  // NOLINT(google-explicit-constructor)

 private:
  Cluster cluster_;
  int64_t next_table_ = 1;
};

struct Shape {
  std::string name;
  Cluster cluster;
  Options options;
  int64_t replica_spread = 1, leader_spread = 1;  // What is promised at most.
};

std::vector<Shape> Shapes() {
  const std::vector<Goal> rack_free = {Goal::kReplicaDistribution, Goal::kLeaderDistribution};
  auto four_racks = [] { return Build().Servers(20, 4).Table(400, 3, 20); };
  std::vector<Shape> shapes = {
      {"already even", four_racks(), {.goals = kAll}},
      {"join of 1 server", four_racks().Server("r0"), {.goals = kAll}},
      {"join of 10 servers", four_racks().Servers(10, 4), {.goals = kAll}},
      {"join of a new rack", four_racks().Server("r9").Server("r9"), {.goals = kAll}},
      {"drain of 1 server", four_racks().Tag(3, 4), {.goals = kAll}},
      {"drain of 5 servers", four_racks().Tag(0, 5), {.goals = kAll}},
      {"drain of a rack", four_racks().TagRack("r1"), {.goals = kAll}},
      {"drain down to the factor",
       Build().Servers(9, 1).Table(90, 3, 9).Tag(3, 9),
       {.goals = rack_free}},
      {"drain only", four_racks().Tag(0, 2), {.goals = kAll, .is_drain_only = true}, 20, 20},
      {"replace 3 servers by 3", four_racks().Servers(3, 4).Tag(0, 3), {.goals = kAll}},
      {"skewed leaders", four_racks().LedByFirst(), {.goals = kAll}},
      {"skewed leaders, leaders only asked",
       four_racks().LedByFirst(),
       {.goals = {Goal::kLeaderDistribution}},
       1'000},
      {"all on 3 of 20 servers", Build().Servers(20, 4).Table(400, 3, 3), {.goals = kAll}},
      {"all on one server", Build().Servers(10, 5).Table(300, 1, 1), {.goals = kAll}},
      {"uneven racks 1, 2, 3",
       Build().Server("a").Server("b").Server("b").Server("c").Server("c").Server("c").Table(12, 3,
                                                                                             6),
       {.goals = kAll},
       8},
      {"replicas share racks",
       Build().Servers(12, 3).Table(120, 3, 4).Table(120, 3, 4, 6),
       {.goals = kAll}},
      {"factor above the racks, no rack goal",
       Build().Servers(8, 2).Table(100, 3, 8),
       {.goals = rack_free}},
      {"one giant table", Build().Servers(30, 3).Table(6'000, 3, 25), {.goals = kAll}},
      {"one replica each", Build().Servers(50, 5).Table(5'000, 1, 40), {.goals = kAll}},
      {"mixed replication factors",
       Build().Servers(16, 4).Table(200, 1, 12).Table(200, 2, 12).Table(200, 3, 12),
       {.goals = kAll}},
      {"one dead server, for long", four_racks().Dead(7, true), {.goals = kAll}},
      {"one dead server, for a moment", four_racks().Dead(7, false), {.goals = kAll}},
      // Two servers lead 20 pinned buckets each.
      {"every 10th bucket pinned", four_racks().Servers(4, 4).PinEvery(10), {.goals = kAll}, 1, 4},
      {"within a tolerance of 9 %",
       four_racks().Server("r0"),
       {.goals = kAll, .tolerance_permille = 90},
       12,
       5},
      {"one server", Build().Server("r0").Table(10, 1, 1), {.goals = kAll}},
      {"no buckets", Build().Servers(5, 2), {.goals = kAll}}};
  Build tiny = Build().Servers(15, 3);
  for (int t = 0; t < 500; ++t) tiny.Table(1 + t % 3, 3, 12, t % 5);
  shapes.push_back({"many tiny tables", tiny, {.goals = kAll}});
  return shapes;
}

void Print(const Shape& shape, const rebalance::Summary& summary) {
  std::printf("%-38s %6ld %6ld %-4s %7ld  %4ld..%-4ld %4ld..%-4ld  %4ld..%-4ld %4ld..%-4ld\n",
              shape.name.c_str(), summary.moves, summary.lower_bound,
              summary.is_optimal ? "yes" : "no", summary.leader_changes,
              summary.before.replicas.min, summary.before.replicas.max, summary.after.replicas.min,
              summary.after.replicas.max, summary.before.leaders.min, summary.before.leaders.max,
              summary.after.leaders.min, summary.after.leaders.max);
}

TEST(Planner, PlansEveryNamedShapeWithTheFewestMoves) {
  std::printf("%-38s %6s %6s %-4s %7s  %-21s  %s\n", "shape", "moves", "bound", "opt", "leaders",
              "replicas on a server", "leaders on a server");
  int shapes = 0;
  for (const Shape& shape : Shapes()) {
    SCOPED_TRACE(shape.name);
    rebalance::Answer answer = MakePlan(shape.cluster, shape.options);
    ASSERT_TRUE(std::holds_alternative<Planned>(answer)) << std::get<Error>(answer).message;
    const Planned& planned = std::get<Planned>(answer);
    const rebalance::Summary& summary = planned.summary;
    Print(shape, summary);
    EXPECT_EQ(CheckPlan(shape.cluster, shape.options, planned), std::vector<std::string>{});
    EXPECT_TRUE(summary.is_optimal);
    EXPECT_LE(summary.after.replicas.spread(), shape.replica_spread);
    EXPECT_LE(summary.after.leaders.spread(), shape.leader_spread);
    ++shapes;
  }
  std::printf("planner shapes: shapes=%d\n", shapes);
}

TEST(Planner, SaysInNumbersWhyAGoalCannotBeReached) {
  const Options options{.goals = kAll};
  auto refusal = [&](const Cluster& cluster) {
    rebalance::Answer answer = MakePlan(cluster, options);
    const auto* error = std::get_if<Error>(&answer);
    return error == nullptr ? "" : error->message;
  };
  EXPECT_EQ(refusal(Build().Servers(8, 2).Table(10, 3, 8)),
            "[RackAwareGoal] Insufficient number of racks to distribute each replica (Current: 2, "
            "Needed: 3). 10 buckets are short by up to 1 of them; racks with servers that take "
            "replicas: r0 (4), r1 (4). Add servers in other racks, take tags off, or leave out "
            "RACK_AWARE.");
  rebalance::Answer answer = MakePlan(
      Build().Server("a").Server("b").Server("b").Server("c").Server("c").Server("c").Table(12, 3,
                                                                                            6),
      options);
  const std::vector<std::string>& unresolved = std::get<Planned>(answer).summary.unresolved;
  ASSERT_FALSE(unresolved.empty());
  std::printf("%s\n", unresolved.front().c_str());
  EXPECT_NE(unresolved.front().find("rack"), std::string::npos);
}

TEST(Planner, ASecondServerOrBucketOfOneNameIsRefused) {
  const Options options{.goals = kAll};
  Cluster twice = Build().Servers(3, 1).Table(2, 1, 3);
  twice.servers.push_back(twice.servers.front());
  EXPECT_EQ(std::get<Error>(MakePlan(twice, options)).message,
            "server 0 stands twice in the cluster");
  Cluster bucket = Build().Servers(3, 1).Table(2, 1, 3);
  bucket.Add(bucket.buckets.front(), std::vector<rebalance::Replica>{{{1}, true}});
  EXPECT_EQ(std::get<Error>(MakePlan(bucket, options)).message,
            "table 1 bucket 0 stands twice in the cluster");
  Cluster nowhere = Build().Servers(3, 1);
  nowhere.Add({.key = {{1}, cluster::kNoPartition, 0}, .leader = {9}},
              std::vector<rebalance::Replica>{{{9}, true}});
  EXPECT_EQ(std::get<Error>(MakePlan(nowhere, options)).message,
            "table 1 bucket 0 has a replica on server 9, which is not among the cluster's servers");
}

}  // namespace
}  // namespace pegel::testing
