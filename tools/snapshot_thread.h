// The second fold: a World of its own that follows the durable log on its own thread, writes
// snapshots, and checks the first fold, which is the engine's.
//
// It begins from a copy of what was recovered and folds every durable record again: decisions must
// have the effect hashes that the first fold wrote into the records, and where both stand at one
// lsn their digests must be equal. A difference means that one of them is not a function of the log
// any more (broken memory, or a rule that is not pure): alarm DIVERGED. A record that cannot be
// read back, or breaks the chain: alarm CORRUPT. After either it folds no more and takes no
// snapshots.
//
// The loop only stores a number for each group and never waits. The thread is nice to the others,
// and lags behind when they are busy; nothing is queued for it, since it reads the log.
//
// Memory: as much as the first World again, and while a snapshot is verified for a moment once
// more.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "core/engine.h"
#include "log/log.h"
#include "replay/fold_log.h"
#include "snapshot/store.h"
#include "tools/retention.h"
#include "tools/snapshot_options.h"

namespace pegel::tools {

// What the thread tells, each on the loop thread.
struct SnapshotEvents {
  std::function<void(const snapshot::Written&)> on_written;
  // DIVERGED or CORRUPT: nothing more may be written.
  std::function<void(Alarm)> on_doubt;
  // Whether the last snapshot was written.
  std::function<void(const absl::Status&)> on_attempt;
  // Whether what is too old could go: snapshots, and records if retention is set.
  std::function<void(const absl::Status&)> on_retained;
};

class SnapshotThread {
 public:
  // `log`, `retention` and the store's files must outlive this; `start` is where the log ended when
  // it was recovered, `last` the snapshot that it was recovered from (0: none); without `retention`
  // only snapshots are pruned. `post` runs a task on the loop thread.
  SnapshotThread(const log::Log& log, Retention* retention, replay::Folded start, Lsn last,
                 snapshot::Store store, SnapshotOptions options,
                 std::function<void(std::function<void()>)> post, SnapshotEvents events);

  // Ends within one group of the log, or when a snapshot under way is done.
  ~SnapshotThread();

  // The rest is for the loop thread.

  void OnDurable(Lsn lsn);  // Cheap.

  // A snapshot of at least all that is durable now. `done` is called on the loop thread.
  void Take(std::function<void(absl::StatusOr<snapshot::Written>)> done);

  // The first fold has this digest at `lsn`, which is not below what OnDurable was told.
  void Compare(Lsn lsn, const Hash256& digest);

  // The last snapshot was so small that the first fold's digest costs the loop less than a
  // millisecond, and none was compared since.
  bool wants_digest() const;

 private:
  struct Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace pegel::tools
