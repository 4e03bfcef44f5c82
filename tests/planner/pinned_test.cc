// One digest over many plans, the same for every compiler and every optimisation: planning is part
// of what old logs mean, so the number changes only with a new version of the planner.
#include <string>

#include "absl/strings/str_cat.h"
#include "core/rebalance/planner.h"
#include "core/sha256.h"
#include "gtest/gtest.h"
#include "tests/planner/random_cluster.h"

namespace pegel::testing {
namespace {

using rebalance::Goal;
using rebalance::Planned;

std::string TextOf(const rebalance::Answer& answer) {
  if (const auto* error = std::get_if<Error>(&answer)) return error->message;
  const Planned& planned = std::get<Planned>(answer);
  std::string text = absl::StrCat(planned.summary.moves, " ", planned.summary.lower_bound, " ",
                                  planned.summary.leader_changes, " ", planned.summary.bytes, "\n");
  for (const rebalance::BucketMove& move : planned.plan.moves) {
    absl::StrAppend(&text, move.key.table.value, "/", move.key.partition.value, "/",
                    move.key.bucket, " ", move.leader.value, ">", move.new_leader.value, ":");
    for (rebalance::ServerId id : planned.plan.OriginOf(move))
      absl::StrAppend(&text, " ", id.value);
    absl::StrAppend(&text, " >");
    for (rebalance::ServerId id : planned.plan.NewOf(move)) absl::StrAppend(&text, " ", id.value);
    absl::StrAppend(&text, "\n");
  }
  for (const std::string& line : planned.summary.unresolved) absl::StrAppend(&text, line, "\n");
  return text;
}

TEST(Planner, PlansAreTheSameBytesEverywhere) {
  const std::vector<std::vector<Goal>> lists = {
      {Goal::kRackAware, Goal::kReplicaDistribution, Goal::kLeaderDistribution},
      {Goal::kReplicaDistribution, Goal::kLeaderDistribution},
      {Goal::kLeaderDistribution},
      {Goal::kReplicaDistribution, Goal::kRackAware}};
  std::string all;
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    Random random(seed);
    const ClusterKind kind = RandomKind(random);
    const rebalance::Cluster cluster = RandomCluster(random, kind);
    all += TextOf(MakePlan(cluster, {.goals = lists[seed % lists.size()]}));
  }
  EXPECT_EQ(ToHex(Sha256(all)).substr(0, 16), "1ee1a8c383b4439c");
}

}  // namespace
}  // namespace pegel::testing
