// Texts are Fluss's (rebalance.md 6.1). An id may be any text: one that names no rebalance is a
// matter of the World.
#include "procedures/rebalance_calls.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/limits.h"
#include "core/rebalance/text.h"
#include "core/utf8.h"
#include "procedures/place.h"

namespace pegel::procedures {
namespace {

constexpr absl::string_view kNoGoals =
    "priority goals cannot be null or empty. You can specify one goal as 'REPLICA_DISTRIBUTION' or "
    "specify multi goals as 'REPLICA_DISTRIBUTION,LEADER_DISTRIBUTION' (split by ',')";

constexpr Parameter kGoalParameters[] = {
    {.name = "priorityGoals",
     .help = "goals in the order of their weight: RACK_AWARE, REPLICA_DISTRIBUTION, "
             "LEADER_DISTRIBUTION",
     .missing_text = kNoGoals},
};

constexpr Parameter kIdParameters[] = {
    {.name = "rebalanceId",
     .is_required = false,
     .help = "which one, such as 'rebalance-12345'; the newest when left out"},
};

template <typename WithGoals>
std::variant<Command, Error> MakeWithGoals(const BoundArguments& arguments) {
  const BoundArgument& argument = arguments[0];
  auto goals = rebalance::ParseGoals(*argument.values.front());
  if (goals.ok()) return WithGoals{*std::move(goals)};
  return ErrorAt(argument.position, ErrorCode::kInvalidArgument, goals.status().message());
}

std::variant<std::optional<std::string>, Error> ReadId(const BoundArgument& argument) {
  if (argument.values.empty()) return std::optional<std::string>();
  const std::string& text = *argument.values.front();
  absl::string_view id = absl::StripAsciiWhitespace(text);
  if (id.size() <= kNameBytesMax && IsUtf8(id)) return std::optional<std::string>(std::string(id));
  return ErrorAt(argument.position, ErrorCode::kInvalidArgument,
                 absl::StrCat("rebalanceId: expected UTF-8 of at most ", kNameBytesMax,
                              " bytes, found ", id.size(), " bytes"));
}

template <typename WithId>
std::variant<Command, Error> MakeWithId(const BoundArguments& arguments) {
  auto id = ReadId(arguments[0]);
  if (auto* error = std::get_if<Error>(&id)) return std::move(*error);
  return WithId{std::get<std::optional<std::string>>(std::move(id))};
}

std::variant<Command, Error> MakeActiveMoves(const BoundArguments& arguments) {
  auto id = ReadId(arguments[0]);
  if (auto* error = std::get_if<Error>(&id)) return std::move(*error);
  return ListRebalance{std::get<std::optional<std::string>>(std::move(id)), /*only_active=*/true};
}

std::variant<Command, Error> MakeList(const BoundArguments&) { return ListRebalances{}; }

}  // namespace

std::vector<Procedure> RebalanceProcedures() {
  return {
      {"sys.rebalance", "Moves buckets between tablet servers so that the goals hold.",
       kGoalParameters, &MakeWithGoals<StartRebalance>},
      {"sys.plan_rebalance", "Shows what sys.rebalance would do, and changes nothing.",
       kGoalParameters, &MakeWithGoals<PlanRebalance>},
      {"sys.list_rebalance", "Shows how far a rebalance is, bucket by bucket.", kIdParameters,
       &MakeWithId<ListRebalance>},
      {"sys.list_active_moves", "Lists the moves of a rebalance that are under way.", kIdParameters,
       &MakeActiveMoves},
      {"sys.list_rebalances",
       "Lists the rebalances that are remembered, newest first.",
       {},
       &MakeList},
      {"sys.cancel_rebalance", "Ends a rebalance; what is done stays.", kIdParameters,
       &MakeWithId<CancelRebalance>},
      {"sys.pause_rebalance", "Lets a rebalance start nothing more until it is resumed.",
       kIdParameters, &MakeWithId<PauseRebalance>},
      {"sys.resume_rebalance", "Lets a paused rebalance go on.", kIdParameters,
       &MakeWithId<ResumeRebalance>},
  };
}

}  // namespace pegel::procedures
