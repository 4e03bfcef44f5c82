// Retention: which of the log's records may go, and how they go. Off unless it is set: the log is
// kept for ever.
//
// Trims only up to a snapshot that was read back and belongs to the log, and only when the records
// were exported and the export was read back:
//
//   1. the newest snapshot with at least `records` records behind it is read and checked;
//   2. the records since the last trim are written to <export-dir>/<first>-<last>.groups, synced,
//      and read back (replay/copy.h);
//   3. the log is trimmed (log/trim_point.h): the next record still names the chain hash of the
//      last one that went.
//
// Killed between two steps, the next run begins again at 1; an export that was written twice has
// the same bytes, or is a longer one with the same beginning.
//
// Threads: the snapshot thread's.
#pragma once

#include <set>

#include "absl/status/status.h"
#include "log/rocks_log.h"
#include "snapshot/store.h"
#include "tools/snapshot_options.h"

namespace pegel::tools {

class Retention {
 public:
  // `log` must outlive this.
  Retention(log::RocksLog& log, snapshot::Store store, RetentionOptions options)
      : log_(log), store_(std::move(store)), options_(std::move(options)) {}

  // Trims if it is time, seen from the newest snapshot. Error: nothing was trimmed, or the room
  // comes back later.
  absl::Status Run(Lsn newest);

  // Snapshots that stay whatever their age: the one that the log was trimmed up to, at which audits
  // begin, and the oldest behind it, up to which it will be trimmed next.
  std::set<Lsn> Pinned() const;

 private:
  absl::Status TrimTo(Lsn lsn);

  log::RocksLog& log_;
  const snapshot::Store store_;
  const RetentionOptions options_;
};

}  // namespace pegel::tools
