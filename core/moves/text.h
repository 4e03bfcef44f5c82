// The text forms of rebalances, as callers and audits see them.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "core/moves/model.h"

namespace pegel::moves {

std::string IdText(Lsn id);                     // `rebalance-17`
std::optional<Lsn> ParseId(absl::string_view);  // Unset: no id has this text.

absl::string_view ToText(Status status);    // `NOT_STARTED`, as Fluss
absl::string_view ToText(Phase phase);      // `ADDING`
absl::string_view ToText(Urgency urgency);  // `DRAIN`
absl::string_view ToText(Reason reason);    // `TARGET_LOST`; empty for kNone.

// A sentence without its full stop, such as `server 3 is dead`; empty for kNone.
std::string ReasonText(Reason reason, ServerId about);

// What is done of all moves: completed or given up, not cancelled. At most two digits, rounded half
// to even: `75.5%`. Never `100%` while one is left; `0%` when there are none, unless the rebalance
// is completed.
std::string ProgressText(const std::array<int64_t, kStatuses>& by_status, Status status);

std::string ToText(const Servers& servers);  // `1,2,3`

}  // namespace pegel::moves
