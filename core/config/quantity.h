// `<digits> <unit>`: what memory sizes and durations have in common.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pegel::config {

struct Quantity {
  int64_t number = 0;
  std::string digits;  // The number as it was written.
  std::string unit;    // In lower case; empty when there was none.
};

absl::StatusOr<Quantity> ParseQuantity(absl::string_view text);

// One unit's labels, first the one that is printed, and its size in the smallest unit.
struct Unit {
  int64_t size;
  absl::string_view labels;  // Separated by ` | `.
};

// True when `label` is one of the unit's labels.
bool HasLabel(const Unit& unit, absl::string_view label);

}  // namespace pegel::config
