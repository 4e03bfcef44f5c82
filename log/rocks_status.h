// RocksDB's errors in our words.
//
// `what` says what was being done, to which path; the text of `status` follows, which in RocksDB's
// errors names the file.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rocksdb {
class Status;
}

namespace pegel::log {

// Codes: kResourceExhausted for a full disk, kPermissionDenied, kNotFound, kDataLoss for
// corruption, kUnavailable for anything else.
absl::Status ToStatus(const rocksdb::Status& status, absl::string_view what);

// For reading what was once written: a file that is missing or does not read is kDataLoss too. Only
// kPermissionDenied stays, because that is no reason to restore a backup.
absl::Status ToReadStatus(const rocksdb::Status& status, absl::string_view what);

}  // namespace pegel::log
