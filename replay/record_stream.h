// The records of a log one by one, whatever groups they were written in.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "log/log.h"

namespace pegel::replay {

// From one record to the log's end as of Open. Not thread-safe; the log must outlive it.
class RecordStream {
 public:
  // Begins behind `head`, which must be a record of the log, or in front of its first.
  static absl::StatusOr<RecordStream> Open(const log::Log& log, const log::Head& head);

  // The bytes of the record behind `head`, which is the one that was given before; none at the end.
  // They hold until the next call. Errors are of the kind that LsnOf (fold_log.h) can read.
  absl::StatusOr<std::optional<absl::string_view>> Next(const log::Head& head);

 private:
  explicit RecordStream(std::unique_ptr<log::Reader> reader) : reader_(std::move(reader)) {}

  absl::StatusOr<bool> NextGroup(const log::Head& head);

  std::unique_ptr<log::Reader> reader_;
  std::vector<absl::string_view> group_;
  size_t next_ = 0;  // In group_.
  bool has_group_ = false;
  absl::Status behind_group_;  // What is wrong behind the records of group_.
};

}  // namespace pegel::replay
