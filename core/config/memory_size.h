// An option of type memorysize: `<digits> <unit>`, units in powers of 1024, in any case, with
// blanks allowed around both. The unit is mandatory; there is no sign and no fraction.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pegel::config {

struct MemorySize {
  int64_t bytes = 0;  // Never negative.
  auto operator<=>(const MemorySize&) const = default;
};

// Units: b, bytes; k, kb, kibibytes; m, mb, mebibytes; g, gb, gibibytes; t, tb, tebibytes.
absl::StatusOr<MemorySize> ParseMemorySize(absl::string_view text);

// The largest unit that divides exactly: `4 kb`, `1 tb` (Fluss prints terabytes as bytes); nothing
// is `0 bytes`.
std::string ToText(MemorySize size);

}  // namespace pegel::config
