// A group: the records of one write and one sync, packed into one RocksDB value.
//
// Bytes: the encoded records one behind the other, nothing between (each is one Cap'n Proto message
// in its standard framing, so each knows its length and starts at a multiple of 8). See
// log/FORMAT.md.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/record.h"
#include "log/log.h"

namespace pegel::log {

// Encodes `records` (not empty, dense) behind `after` and chains them. `chains` receives the chain
// hash of each record, in order.
Group PackGroup(absl::Span<const Record> records, const Head& after, std::vector<Hash256>* chains);

// Splits a group's bytes into the bytes of its records. Error kDataLoss: offset, expected and
// found.
absl::StatusOr<std::vector<absl::string_view>> SplitGroup(absl::string_view bytes);

// The same; `records` receives those in front of what is not a record, too.
absl::Status SplitGroup(absl::string_view bytes, std::vector<absl::string_view>* records);

}  // namespace pegel::log
