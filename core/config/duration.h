// An option of type duration: `<digits> <unit>`, one unit, in any case, with blanks allowed around
// both. The unit is mandatory; there is no sign and no sum like `1h 30min`.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pegel::config {

// Exact, although 64 bits of nanoseconds end after 292 years. A day is 24 hours.
struct Duration {
  int64_t millis = 0;  // Whole milliseconds, never negative.
  int32_t nanos = 0;   // The rest: 0 … 999,999.
  auto operator<=>(const Duration&) const = default;

  // Unset when the nanoseconds do not fit into 64 bits.
  std::optional<int64_t> TotalNanos() const;
};

// Units: d, day(s); h, hour(s); min, m, minute(s); s, sec(s), second(s); ms, milli(s),
// millisecond(s); µs (U+00B5), micro(s), microsecond(s); ns, nano(s), nanosecond(s). More
// milliseconds than 64 bits hold are an error here; Fluss accepts them and fails when it uses them.
absl::StatusOr<Duration> ParseDuration(absl::string_view text);

// The largest unit that divides exactly: `10 min`, `7 d` (Fluss prints days as milliseconds);
// nothing is `0 ms`.
std::string ToText(Duration duration);

}  // namespace pegel::config
