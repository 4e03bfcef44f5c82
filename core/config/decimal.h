// An option of type double, held exactly as it was written: core/ has no floating point, whose
// rounding would be one more thing that every machine has to agree on.
//
// Read are the decimal and exponent forms (`0.85`, `.5`, `1.`, `-3e-2`) with blanks around them.
// Not read, though Java reads them: NaN, Infinity, hexadecimal forms, the suffixes d and f.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pegel::config {

// digits[0] . digits[1] digits[2] … times ten to the exponent. One number has one Decimal.
// Invariants: `digits` neither starts nor ends with 0; zero is no digits, exponent 0, no sign.
struct Decimal {
  bool is_negative = false;
  std::string digits;
  int32_t exponent = 0;

  bool operator==(const Decimal&) const = default;
  std::strong_ordering operator<=>(const Decimal& other) const;
};

// The exponent (of the first digit that is not 0) lies within what a Java double can hold; a number
// outside, which Java would read as Infinity or as 0, is refused.
inline constexpr int32_t kDecimalExponentMin = -324;
inline constexpr int32_t kDecimalExponentMax = 308;

absl::StatusOr<Decimal> ParseDecimal(absl::string_view text);

// For bounds in rules: `Decimal{} < ratio && ratio <= DecimalOf(1)`.
Decimal DecimalOf(int64_t number);

// As Java prints a double: `0.85`, `10.0`, and `1.5E10` from 10^7 up and below 10^-3. A fixed
// point: ParseDecimal(ToText(x)) == x.
std::string ToText(const Decimal& decimal);

}  // namespace pegel::config
