// Boot: from a data directory to a World and a log that can be appended to, or a precise refusal.
//
// Reads first, judges, and only then writes (reliability.md section 2):
//   1. the anchor says what was acknowledged;
//   2. the log is opened read-only, in the mode that stops at the first unreadable write;
//   3. the newest good snapshot is read; one that is bad is told of, and the next older is taken.
//      Without any the fold begins at record 1, or, where the log was trimmed, the start is
//      refused;
//   4. the records behind the snapshot are folded and checked (replay/fold_log.h). The snapshot's
//      record and the anchor's must be in the log, with the chain hashes that the two say;
//   5. only then is the log opened for writing. Records behind the anchor's were never acknowledged
//      but are whole: they are kept. A torn tail behind them is dropped.
// A refusal leaves the directory exactly as it was, so that evidence and salvage remain.
//
// What lies before the snapshot is not read at boot: `pegel-replay verify` reads it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/as_of.h"
#include "log/rocks_log.h"
#include "replay/fold_log.h"
#include "snapshot/files.h"
#include "snapshot/store.h"

namespace pegel::replay {

struct Recovered {
  Folded folded;
  log::Head anchor;                    // As found; folded.head may be ahead of it.
  log::Head trimmed;                   // The log begins behind this record; Head{}: at record 1.
  Lsn snapshot;                        // From which the fold began; 0: from record 1.
  UnixNanos snapshot_time;             // Of its last record.
  std::unique_ptr<log::RocksLog> log;  // Open for writing behind folded.head.
};

// The record folded last, and the one that was acknowledged last. Called for each record.
using OnRecovering = std::function<void(Lsn at, Lsn anchor)>;

// Makes a new log where there is none. `files` holds the snapshots and goes with
// options.file_system. Bad snapshots are told to options.on_warning. Errors: kDataLoss with the lsn
// or file and what to do, kUnavailable when another server holds the directory.
absl::StatusOr<Recovered> Recover(const log::RocksLogOptions& options,
                                  snapshot::Files& files = snapshot::RealFiles(),
                                  const OnRecovering& on_recovering = nullptr);

// Audits an existing directory and changes nothing: as steps 1 to 4, but the fold begins at record
// 1, or at the snapshot up to which the log was trimmed.
absl::StatusOr<Folded> Audit(const log::RocksLogOptions& options, Observer observe,
                             snapshot::Files& files = snapshot::RealFiles());

// Where a fold that is to reach `lsn` best begins: at the newest good snapshot at or below it, else
// at record 1. Bad snapshots are told to `on_bad`. Error kDataLoss: the log was trimmed up to
// `trimmed`, and no good snapshot from there on is left; kOutOfRange: `lsn` was trimmed.
absl::StatusOr<Folded> StartFor(Lsn lsn, const log::Head& trimmed, const snapshot::Store& snapshots,
                                const std::function<void(const absl::Status&)>& on_bad);

// The same for a point that may be a time: the newest good snapshot that is not later than it.
absl::StatusOr<Folded> StartFor(const AsOf& goal, const log::Head& trimmed,
                                const snapshot::Store& snapshots,
                                const std::function<void(const absl::Status&)>& on_bad);

// A kDataLoss with the directory and what to do in its text; code and lsn stay. Others as they are.
absl::Status Explain(const absl::Status& status, const std::string& data_dir);

}  // namespace pegel::replay
