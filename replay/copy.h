// Records from one log to another, chain checked, in groups of a size that suits reading.
//
// For exports, backups and restores: the log's own groups are as large as the line was long when
// they were written, and a copy may begin or end in the middle of one.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "log/log.h"

namespace pegel::replay {

// Gives the records behind `before` through `through` to `sink`, until it fails. Error kDataLoss,
// with the lsn: they are not all there, or do not continue the chain. Effects are not folded.
absl::Status CopyRecords(const log::Log& log, const log::Head& before, Lsn through,
                         absl::FunctionRef<absl::Status(const log::Group&)> sink);

// The same into one file (log/group_file.h), written aside, synced, renamed into place and read
// back whole. Returns the head of what is in it. Killed before the end, it leaves `path` as it was.
absl::StatusOr<log::Head> CopyToFile(const log::Log& log, const log::Head& before, Lsn through,
                                     const std::string& path,
                                     absl::FunctionRef<void(Lsn)> on_progress);

}  // namespace pegel::replay
