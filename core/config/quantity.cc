#include "core/config/quantity.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/config/blanks.h"
#include "core/config/shown.h"

namespace pegel::config {

absl::StatusOr<Quantity> ParseQuantity(absl::string_view text) {
  text = StripBlanks(text);
  if (text.empty()) {
    return absl::InvalidArgumentError("argument is an empty- or whitespace-only string");
  }
  absl::string_view digits = text.substr(0, text.find_first_not_of("0123456789"));
  if (digits.empty()) return absl::InvalidArgumentError("text does not start with a number");
  Quantity quantity;
  if (!absl::SimpleAtoi(digits, &quantity.number)) {
    return absl::InvalidArgumentError(
        absl::StrCat("The value '", Shown(digits),
                     "' cannot be re represented as 64bit number (numeric overflow)."));
  }
  quantity.digits = std::string(digits);
  quantity.unit = absl::AsciiStrToLower(StripBlanks(text.substr(digits.size())));
  return quantity;
}

bool HasLabel(const Unit& unit, absl::string_view label) {
  for (absl::string_view one : absl::StrSplit(unit.labels, " | ")) {
    if (one == label) return true;
  }
  return false;
}

}  // namespace pegel::config
