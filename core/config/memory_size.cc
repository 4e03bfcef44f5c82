#include "core/config/memory_size.h"

#include <iterator>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/config/quantity.h"
#include "core/config/shown.h"

namespace pegel::config {
namespace {

constexpr Unit kUnits[] = {{1, "b | bytes"},
                           {int64_t{1} << 10, "k | kb | kibibytes"},
                           {int64_t{1} << 20, "m | mb | mebibytes"},
                           {int64_t{1} << 30, "g | gb | gibibytes"},
                           {int64_t{1} << 40, "t | tb | tebibytes"}};
constexpr absl::string_view kPrinted[] = {"bytes", "kb", "mb", "gb", "tb"};

absl::Status NoUnit(absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(
      "The memory value '", Shown(text),
      "' does not specify a memory unit. Memory size must be specified with units bytes (b), "
      "kibibytes (kb), mebibytes (mb) or gibibytes (gb). E.g. 50b, 100kb, 3mb."));
}

absl::Status UnknownUnit(absl::string_view unit) {
  std::string all;
  for (const Unit& one : kUnits) {
    absl::StrAppend(&all, all.empty() ? "(" : " / (", one.labels, ")");
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "Memory size unit '", Shown(unit), "' does not match any of the recognized units: ", all));
}

}  // namespace

absl::StatusOr<MemorySize> ParseMemorySize(absl::string_view text) {
  absl::StatusOr<Quantity> quantity = ParseQuantity(text);
  if (!quantity.ok()) return quantity.status();
  if (quantity->unit.empty()) return NoUnit(text);
  for (const Unit& unit : kUnits) {
    if (!HasLabel(unit, quantity->unit)) continue;
    if (quantity->number > std::numeric_limits<int64_t>::max() / unit.size) {
      return absl::InvalidArgumentError(
          absl::StrCat("The value '", Shown(text),
                       "' cannot be re represented as 64bit number of bytes (numeric overflow)."));
    }
    return MemorySize{quantity->number * unit.size};
  }
  return UnknownUnit(quantity->unit);
}

std::string ToText(MemorySize size) {
  size_t largest = 0;
  for (size_t i = 0; i < std::size(kUnits); ++i) {
    if (size.bytes != 0 && size.bytes % kUnits[i].size == 0) largest = i;
  }
  return absl::StrCat(size.bytes / kUnits[largest].size, " ", kPrinted[largest]);
}

}  // namespace pegel::config
