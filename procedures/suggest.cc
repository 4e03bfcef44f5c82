#include "procedures/suggest.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace pegel::procedures {
namespace {

constexpr size_t kSlipsMax = 2;
constexpr size_t kNameBytesMax = 64;  // Longer input is no slip; bounds the table walk.

// Levenshtein distance, letters in any case, one row of the table at a time.
size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      bool is_same = absl::ascii_tolower(a[i - 1]) == absl::ascii_tolower(b[j - 1]);
      size_t changed = diagonal + (is_same ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string DidYouMean(absl::string_view found, const std::vector<absl::string_view>& names) {
  absl::string_view nearest;
  size_t nearest_distance = kSlipsMax + 1;
  if (found.size() > kNameBytesMax) return "";
  for (absl::string_view name : names) {
    size_t distance = Distance(found, name);
    if (distance < nearest_distance && distance <= name.size() / 2) {
      nearest = name;
      nearest_distance = distance;
    }
  }
  return nearest.empty() ? "" : absl::StrCat("; did you mean '", nearest, "'?");
}

}  // namespace pegel::procedures
