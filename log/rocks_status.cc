#include "log/rocks_status.h"

#include <rocksdb/status.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace pegel::log {
namespace {

absl::StatusCode CodeOf(const rocksdb::Status& status, absl::string_view text) {
  // The code is lost where RocksDB wraps one error in another, as for its OPTIONS file.
  if (status.IsNoSpace() || absl::StrContains(text, "No space left on device")) {
    return absl::StatusCode::kResourceExhausted;
  }
  if (status.IsNotFound() || status.IsPathNotFound()) return absl::StatusCode::kNotFound;
  if (status.IsCorruption()) return absl::StatusCode::kDataLoss;
  // RocksDB has no code for it.
  if (absl::StrContains(text, "Permission denied")) return absl::StatusCode::kPermissionDenied;
  return absl::StatusCode::kUnavailable;
}

}  // namespace

absl::Status ToStatus(const rocksdb::Status& status, absl::string_view what) {
  if (status.ok()) return absl::OkStatus();
  // A missing table is looked for under LevelDB's name second, and the error names that one.
  std::string text = absl::StrReplaceAll(status.ToString(), {{".ldb", ".sst"}});
  return absl::Status(CodeOf(status, text), absl::StrCat(what, ": ", text));
}

absl::Status ToReadStatus(const rocksdb::Status& status, absl::string_view what) {
  absl::Status ours = ToStatus(status, what);
  if (ours.ok() || absl::IsPermissionDenied(ours)) return ours;
  return absl::DataLossError(ours.message());
}

}  // namespace pegel::log
