// The text forms of servers and tags, as procedures take and print them (procedures.md 1.3).
//
// Parsers accept exactly what is listed here; their error (kInvalidArgument) says what was found
// and what is expected. print(parse(x)) is a fixed point.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/cluster/bucket_key.h"
#include "core/cluster/model.h"

namespace pegel::cluster {

// `PERMANENT_OFFLINE` or `TEMPORARY_OFFLINE`, any case, blanks around it ignored.
absl::StatusOr<ServerTag> ParseTag(absl::string_view text);
absl::string_view ToText(ServerTag tag);

std::string ToText(ServerId id);  // `0`

// `0,1, 2` or `rack:a,3`: pieces separated by commas, blanks around a piece ignored. No piece is
// empty and none stands twice. A number is 0 to 2147483647; as in Fluss `01` and `+1` are 1.
absl::StatusOr<std::vector<Selector>> ParseSelectors(absl::string_view text);
std::string ToText(const Selector& selector);                // `3`, `rack:a`
std::string ToText(const std::vector<Selector>& selectors);  // `3,rack:a`

// `7:3` is bucket 3 of table 7, `7/9:3` of its partition 9.
std::string ToText(const BucketKey& key);

// What a server may say of itself. A rack: at most 255 bytes of UTF-8 without commas, quotes,
// control characters, or blanks at its ends, so that `rack:<name>` can name it; empty: none. An
// address: `host:port`, at most 255 bytes, printable and without blanks, port 1 to 65535.
absl::Status CheckRack(absl::string_view rack);
absl::Status CheckAddress(absl::string_view address);

}  // namespace pegel::cluster
