// Record ↔ bytes: the schema of log/record.capnp, and the only decoder of it (server, replay,
// tools, fuzzers). Bytes are one Cap'n Proto message, one segment, standard framing; equal records
// behind equal predecessors give equal bytes.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/record.h"

namespace pegel::log {

// Raised when an older version must not overlook a change (log/record.capnp).
inline constexpr uint16_t kRecordFormat = 1;

// A record as it stands in the log.
struct StoredRecord {
  Record record;
  Hash256 previous{};  // Chain hash of the record before; zeros for record 1.
};

// No encoding of `record` is longer.
size_t EncodedBytesMax(const Record& record);

// Appends the encoding to `out`.
void EncodeRecord(const Record& record, const Hash256& previous, std::string* out);

// Error kDataLoss for bytes that are not a record, kUnimplemented for a format, command or value
// that this version does not know; the text says which field, what was expected and what was found.
absl::StatusOr<StoredRecord> DecodeRecord(absl::string_view bytes);

// The record's place in the chain: SHA-256 of its encoded bytes, which hold the previous hash.
Hash256 ChainHash(absl::string_view record_bytes);

}  // namespace pegel::log
