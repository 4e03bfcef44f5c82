#include "core/as_of.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/utc.h"

namespace pegel {

std::string ToText(const AsOf& as_of) {
  if (const auto* lsn = std::get_if<Lsn>(&as_of)) return absl::StrCat("lsn ", lsn->value);
  return ToText(std::get<UnixNanos>(as_of));
}

absl::StatusOr<AsOf> ParseAsOf(absl::string_view text) {
  bool is_number = !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
  uint64_t lsn;
  if (is_number && absl::SimpleAtoi(text, &lsn)) return AsOf(Lsn{lsn});
  absl::StatusOr<UnixNanos> time = ParseUtc(text);
  if (time.ok()) return AsOf(*time);
  return absl::InvalidArgumentError(absl::StrCat(
      "expected an lsn, or a time in UTC such as 2026-11-22T08:00:00, found '", text, "'"));
}

}  // namespace pegel
