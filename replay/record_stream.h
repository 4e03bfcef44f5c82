// The records of a log one by one, whatever groups they were written in.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "log/log.h"

namespace pegel::replay {

// From the first record to the log's end as of Open. Not thread-safe; the log must outlive it.
class RecordStream {
 public:
  static absl::StatusOr<RecordStream> Open(const log::Log& log);

  // The bytes of the next record, none at the end; they hold until the next call. `expected` is the
  // lsn that it must have, for a group's key and for errors, which LsnOf (fold_log.h) can read.
  absl::StatusOr<std::optional<absl::string_view>> Next(Lsn expected);

 private:
  explicit RecordStream(std::unique_ptr<log::Reader> reader) : reader_(std::move(reader)) {}

  absl::StatusOr<bool> NextGroup(Lsn expected);

  std::unique_ptr<log::Reader> reader_;
  std::vector<absl::string_view> group_;
  size_t next_ = 0;  // In group_.
};

}  // namespace pegel::replay
