// A point of the past: the state right behind one record, named by its lsn or by a time.
#pragma once

#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/ids.h"

namespace pegel {

// A time means: behind the last record whose time is not later. Stored; the order of the
// alternatives never changes.
using AsOf = std::variant<Lsn, UnixNanos>;

// `lsn 1234`, `2026-11-22T08:00:00.000000000Z`
std::string ToText(const AsOf& as_of);

// The first is an lsn (`1234`), everything else a time (core/utc.h). Error kInvalidArgument.
absl::StatusOr<AsOf> ParseAsOf(absl::string_view text);

}  // namespace pegel
