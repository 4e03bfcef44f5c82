// The text forms of goals, as sys.rebalance takes them (rebalance.md 6.1).
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/rebalance/model.h"

namespace pegel::rebalance {

absl::string_view ToText(Goal goal);  // `RACK_AWARE`

// `RACK_AWARE, replica_distribution`: any case, blanks around a goal ignored. An error
// (kInvalidArgument) has Fluss's text; an empty piece and a goal given twice are errors too.
absl::StatusOr<std::vector<Goal>> ParseGoals(absl::string_view text);
std::string ToText(const std::vector<Goal>& goals);  // `RACK_AWARE,REPLICA_DISTRIBUTION`

absl::string_view ToText(TemporaryOffline mode);  // `DRAIN`
absl::StatusOr<TemporaryOffline> ParseTemporaryOffline(absl::string_view text);

}  // namespace pegel::rebalance
