#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_join.h"
#include "core/check.h"
#include "core/rebalance/planner.h"
#include "core/rebalance/text.h"
#include "tests/fuzz/targets.h"
#include "tests/planner/check_plan.h"
#include "tools/planning/cluster_file.h"

namespace pegel::fuzz {
namespace {

// Planning costs more than reading: larger clusters are read only.
constexpr size_t kServersMax = 32, kReplicasMax = 128;

rebalance::Options OptionsOf(uint8_t choice) {
  using rebalance::Goal;
  static const std::vector<std::vector<Goal>> kGoals = {
      {Goal::kReplicaDistribution},
      {Goal::kRackAware, Goal::kReplicaDistribution, Goal::kLeaderDistribution},
      {Goal::kLeaderDistribution},
      {Goal::kRackAware}};
  rebalance::Options options;
  options.goals = kGoals[choice % kGoals.size()];
  options.is_drain_only = (choice & 8) != 0;
  options.tolerance_permille = (choice & 16) != 0 ? 100 : 0;
  return options;
}

}  // namespace

// The goals of a rebalance, and the mode for servers that are away for a while.
void RunGoals(absl::string_view bytes) {
  auto goals = rebalance::ParseGoals(bytes);
  if (goals.ok()) {
    std::string printed = rebalance::ToText(*goals);
    auto again = rebalance::ParseGoals(printed);
    PEGEL_CHECK(again.ok() && *again == *goals, "printed as '", printed, "'");
  }
  auto mode = rebalance::ParseTemporaryOffline(bytes);
  if (mode.ok()) {
    PEGEL_CHECK(*rebalance::ParseTemporaryOffline(rebalance::ToText(*mode)) == *mode, "a mode");
  }
}

// The first byte chooses goals and options, the rest is a cluster file: read, planned, and the plan
// held against the laws that hold of every plan.
void RunClusterFile(absl::string_view bytes) {
  if (bytes.empty()) return;
  rebalance::Options options = OptionsOf(static_cast<uint8_t>(bytes[0]));
  auto cluster = tools::ParseClusterFile("c.yaml", std::string(bytes.substr(1)));
  if (!cluster.ok()) {
    PEGEL_CHECK(std::string(cluster.status().message()).rfind("c.yaml", 0) == 0,
                "no place: ", cluster.status().message());
    return;
  }
  if (cluster->servers.size() > kServersMax || cluster->replicas.size() > kReplicasMax) return;
  rebalance::Answer answer = rebalance::MakePlan(*cluster, options);
  const auto* planned = std::get_if<rebalance::Planned>(&answer);
  if (planned == nullptr) return;
  std::vector<std::string> wrong = testing::CheckPlan(*cluster, options, *planned);
  PEGEL_CHECK(wrong.empty(), "a plan that breaks laws: ", absl::StrJoin(wrong, "; "));
}

}  // namespace pegel::fuzz
