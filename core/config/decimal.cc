#include "core/config/decimal.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/config/blanks.h"

namespace pegel::config {
namespace {

// Java prints numbers with a first digit from 10^-3 to 10^6 without an exponent.
constexpr int32_t kPlainExponentMin = -3, kPlainExponentMax = 6;

absl::Status NotANumber() {
  return absl::InvalidArgumentError(
      "Expected a decimal number such as 0.85, 10 or 1e-3; NaN, Infinity, hexadecimal numbers and "
      "the suffixes d and f are not accepted.");
}

absl::Status OutOfRange() {
  return absl::InvalidArgumentError(absl::StrCat("Expected 0 or a number whose size is between 1e",
                                                 kDecimalExponentMin, " and 9.99e",
                                                 kDecimalExponentMax, "."));
}

bool AreDigits(absl::string_view text) {
  return text.find_first_not_of("0123456789") == absl::string_view::npos;
}

// Takes a leading sign off; true when it is a minus.
bool TakeSign(absl::string_view& text) {
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return false;
  bool is_minus = text[0] == '-';
  text.remove_prefix(1);
  return is_minus;
}

// The number behind `e`. One that does not fit is far out of range either way, so it becomes some
// other number that is: no text is long enough to bring it back.
absl::StatusOr<int64_t> ParseExponent(absl::string_view text) {
  constexpr int64_t kFarOut = int64_t{1} << 62;
  bool is_negative = TakeSign(text);
  if (text.empty() || !AreDigits(text)) return NotANumber();
  int64_t exponent = 0;
  if (!absl::SimpleAtoi(text, &exponent)) exponent = kFarOut;
  exponent = std::min(exponent, kFarOut);
  return is_negative ? -exponent : exponent;
}

}  // namespace

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
  auto sign = [](const Decimal& d) { return d.digits.empty() ? 0 : d.is_negative ? -1 : 1; };
  if (sign(*this) != sign(other)) return sign(*this) <=> sign(other);
  std::strong_ordering size = exponent <=> other.exponent;
  // No trailing zeros, so the order of texts is the order of fractions.
  if (size == 0) size = digits.compare(other.digits) <=> 0;
  return is_negative ? 0 <=> size : size;
}

absl::StatusOr<Decimal> ParseDecimal(absl::string_view text) {
  text = StripBlanks(text);
  Decimal decimal;
  decimal.is_negative = TakeSign(text);
  int64_t exponent = 0;
  if (size_t e = text.find_first_of("eE"); e != absl::string_view::npos) {
    absl::StatusOr<int64_t> parsed = ParseExponent(text.substr(e + 1));
    if (!parsed.ok()) return parsed.status();
    exponent = *parsed;
    text = text.substr(0, e);
  }
  size_t point = std::min(text.find('.'), text.size());
  decimal.digits = std::string(text.substr(0, point));
  if (point < text.size()) absl::StrAppend(&decimal.digits, text.substr(point + 1));
  if (decimal.digits.empty() || !AreDigits(decimal.digits)) return NotANumber();

  size_t first = decimal.digits.find_first_not_of('0');
  if (first == std::string::npos) return Decimal{};
  exponent += static_cast<int64_t>(point) - static_cast<int64_t>(first) - 1;
  if (exponent < kDecimalExponentMin || exponent > kDecimalExponentMax) return OutOfRange();
  decimal.exponent = static_cast<int32_t>(exponent);
  size_t last = decimal.digits.find_last_not_of('0');
  decimal.digits = decimal.digits.substr(first, last - first + 1);
  return decimal;
}

Decimal DecimalOf(int64_t number) {
  // A whole number is a decimal number within range.
  return *ParseDecimal(absl::StrCat(number));
}

std::string ToText(const Decimal& decimal) {
  absl::string_view sign = decimal.is_negative ? "-" : "", digits = decimal.digits;
  if (digits.empty()) return "0.0";
  auto fraction = [](absl::string_view rest) { return rest.empty() ? "0" : rest; };
  if (decimal.exponent < kPlainExponentMin || decimal.exponent > kPlainExponentMax) {
    return absl::StrCat(sign, digits.substr(0, 1), ".", fraction(digits.substr(1)), "E",
                        decimal.exponent);
  }
  if (decimal.exponent < 0) {
    return absl::StrCat(sign, "0.", std::string(static_cast<size_t>(-decimal.exponent) - 1, '0'),
                        digits);
  }
  size_t whole = static_cast<size_t>(decimal.exponent) + 1;
  if (digits.size() <= whole) {
    return absl::StrCat(sign, digits, std::string(whole - digits.size(), '0'), ".0");
  }
  return absl::StrCat(sign, digits.substr(0, whole), ".", digits.substr(whole));
}

}  // namespace pegel::config
