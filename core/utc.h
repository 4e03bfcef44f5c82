// Times as text, always UTC. By integers alone: no clock, no time zone, no locale.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/ids.h"

namespace pegel {

// `2026-11-22T08:00:00.123456789Z`
std::string ToText(UnixNanos time);

// `YYYY-MM-DD`, then `HH:MM`, `HH:MM:SS` or `HH:MM:SS.f` with 1 to 9 digits, a blank or `T` between
// the two, `Z` behind. All but the date may be left out. Years 1970 to 2261; the day exists.
// Error kInvalidArgument: what was expected; the text is not repeated.
absl::StatusOr<UnixNanos> ParseUtc(absl::string_view text);

}  // namespace pegel
