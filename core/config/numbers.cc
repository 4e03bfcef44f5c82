#include "core/config/numbers.h"

#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/config/shown.h"

namespace pegel::config {
namespace {

// SimpleAtoi alone would skip blanks.
bool IsWholeNumber(absl::string_view text) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == absl::string_view::npos;
}

template <typename Number>
absl::StatusOr<Number> ParseWholeNumber(absl::string_view text) {
  Number number = 0;
  if (IsWholeNumber(text) && absl::SimpleAtoi(text, &number)) return number;
  return absl::InvalidArgumentError(
      absl::StrCat("Expected a whole number from ", std::numeric_limits<Number>::min(), " to ",
                   std::numeric_limits<Number>::max(), ", without blanks, point or unit."));
}

}  // namespace

absl::StatusOr<bool> ParseBoolean(absl::string_view text) {
  if (absl::EqualsIgnoreCase(text, "true")) return true;
  if (absl::EqualsIgnoreCase(text, "false")) return false;
  return absl::InvalidArgumentError(
      absl::StrCat("Unrecognized option for boolean: ", Shown(text),
                   ". Expected either true or false(case insensitive)"));
}

absl::StatusOr<int32_t> ParseInt(absl::string_view text) { return ParseWholeNumber<int32_t>(text); }

absl::StatusOr<int64_t> ParseLong(absl::string_view text) {
  return ParseWholeNumber<int64_t>(text);
}

absl::StatusOr<absl::string_view> ParseEnum(absl::string_view text, absl::string_view type,
                                            absl::Span<const absl::string_view> names) {
  for (absl::string_view name : names) {
    if (absl::EqualsIgnoreCase(text, name)) return name;
  }
  return absl::InvalidArgumentError(absl::StrCat("Could not parse value for enum class ", type,
                                                 ". Expected one of: [[",
                                                 absl::StrJoin(names, ", "), "]]"));
}

}  // namespace pegel::config
