// A fold that walks behind a log which is being written: for readers of history.
//
// Folds from record 1, since events are not stored but follow from commands; the first step to an
// old lsn costs the whole fold (about 10 s per million records). Snapshots will let it start later.
// Holds a World of its own. Not thread-safe; the log may be appended to meanwhile.
#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "log/log.h"
#include "replay/folder.h"

namespace pegel::replay {

class Follower {
 public:
  // `log` must outlive the follower.
  explicit Follower(const log::Log& log) : log_(log) {}

  // Folds group by group while `go_on` says so, at most to the log's end as of this call. Error:
  // what FoldLog says; then do not go on.
  absl::Status Advance(absl::FunctionRef<bool()> go_on, Observer observe);

  Lsn lsn() const { return folder_.head().lsn; }  // Of the last record folded.

 private:
  const log::Log& log_;
  Folder folder_;
};

}  // namespace pegel::replay
