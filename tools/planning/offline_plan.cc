#include "tools/planning/offline_plan.h"

#include <variant>

#include "core/rebalance/planner.h"
#include "core/rebalance/text.h"
#include "tools/planning/cluster_file.h"
#include "tools/planning/plan_text.h"

namespace pegel::tools {
namespace {

rebalance::Answer Plan(const OfflinePlanRequest& request) {
  auto wrong = [](const absl::Status& status) {
    return Error{ErrorCode::kInvalidArgument, std::string(status.message())};
  };
  absl::StatusOr<std::vector<rebalance::Goal>> goals = rebalance::ParseGoals(request.goals);
  if (!goals.ok()) return wrong(goals.status());
  absl::StatusOr<rebalance::TemporaryOffline> temporary =
      rebalance::ParseTemporaryOffline(request.temporary_offline);
  if (!temporary.ok()) return wrong(temporary.status());
  absl::StatusOr<rebalance::Cluster> cluster = ReadClusterFile(request.file);
  if (!cluster.ok()) return wrong(cluster.status());
  for (rebalance::Server& server : cluster->servers) {
    server.is_grace_over = !server.is_live && request.drains_dead;
  }
  rebalance::Options options;
  options.goals = *std::move(goals);
  options.tolerance_permille = request.tolerance_permille;
  options.is_drain_only = request.is_drain_only;
  options.temporary_offline = *temporary;
  return MakePlan(*cluster, options);
}

}  // namespace

PlanningResult PlanOffline(const OfflinePlanRequest& request) {
  const bool is_json = request.format == Format::kJson;
  const rebalance::Answer answer = Plan(request);
  if (const auto* error = std::get_if<Error>(&answer)) {
    if (is_json) return {{PlanErrorJson(*error), ""}, false};
    return {{"", ErrorLine(*error)}, false};
  }
  const auto& planned = std::get<rebalance::Planned>(answer);
  if (is_json) return {{PlanJson(planned), ""}, true};
  return {{PlanTable(planned, request.moves_max), ""}, true};
}

}  // namespace pegel::tools
