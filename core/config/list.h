// An option of a list type: elements between commas.
//
// Blanks (bytes up to 0x20) around an element are not part of it. An element that starts with ' or
// " ends with the same mark and may hold commas and blanks; the mark itself is doubled inside.
// A mark further on is an ordinary character: `it's` is four letters and a mark. One comma at the
// start and one at the end separate nothing; two commas in a row hold an empty element.
//
//   `a, b` = [a][b]    `'a,b',c` = [a,b][c]    `,a,` = [a]    `a,,b` = [a][][b]    `` = no elements
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace pegel::config {

absl::StatusOr<std::vector<std::string>> ParseList(absl::string_view text);

// The elements between commas without blanks, an element in single quotes where it needs them:
// ParseList(JoinList(x)) == x for every x.
std::string JoinList(absl::Span<const std::string> elements);

absl::StatusOr<std::vector<int32_t>> ParseIntList(absl::string_view text);

// Results point into `names`.
absl::StatusOr<std::vector<absl::string_view>> ParseEnumList(
    absl::string_view text, absl::string_view type, absl::Span<const absl::string_view> names);

// The same grammar with another separator, for maps: `separator` is neither a blank nor a mark.
absl::StatusOr<std::vector<std::string>> SplitQuoted(absl::string_view text, char separator);
std::string JoinQuoted(absl::Span<const std::string> elements, char separator);

}  // namespace pegel::config
