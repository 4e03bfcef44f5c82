// The scalar types that need no arithmetic: booleans, whole numbers, names from a fixed set.
//
// Nothing is trimmed here, as in Fluss: ` 5` is no number and `TRUE ` no boolean.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace pegel::config {

// `true` or `false` in any case.
absl::StatusOr<bool> ParseBoolean(absl::string_view text);

// An optional sign and decimal digits, within 32 or 64 bits. `+2` and `01` are numbers.
absl::StatusOr<int32_t> ParseInt(absl::string_view text);
absl::StatusOr<int64_t> ParseLong(absl::string_view text);

// The one of `names` that `text` spells in any case; the result points into `names`. `type` names
// the set in the error.
absl::StatusOr<absl::string_view> ParseEnum(absl::string_view text, absl::string_view type,
                                            absl::Span<const absl::string_view> names);

}  // namespace pegel::config
