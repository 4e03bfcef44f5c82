// Boot: from a data directory to a World and a log that can be appended to, or a precise refusal.
//
// Reads first, judges, and only then writes (reliability.md section 2):
//   1. the anchor says what was acknowledged;
//   2. the log is opened read-only, in the mode that stops at the first unreadable write;
//   3. the whole log is folded and checked (replay/fold_log.h), and the anchor's record must be in
//   it;
//   4. only then is the log opened for writing. Records behind the anchor's were never acknowledged
//   but are
//      whole: they are kept. A torn tail behind them is dropped.
// A refusal leaves the directory exactly as it was, so that evidence and salvage remain.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "log/rocks_log.h"
#include "replay/fold_log.h"

namespace pegel::replay {

struct Recovered {
  Folded folded;
  log::Head anchor;                    // As found; folded.head may be ahead of it.
  std::unique_ptr<log::RocksLog> log;  // Open for writing behind folded.head.
};

// Makes a new log where there is none. Errors: kDataLoss with the lsn or file and what to do,
// kUnavailable when another server holds the directory.
absl::StatusOr<Recovered> Recover(const log::RocksLogOptions& options);

// Steps 1 to 3 only: audits an existing directory and changes nothing.
absl::StatusOr<Folded> Audit(const log::RocksLogOptions& options, Observer observe);

// A kDataLoss with the directory and what to do in its text; code and lsn stay. Others as they are.
absl::Status Explain(const absl::Status& status, const std::string& data_dir);

}  // namespace pegel::replay
