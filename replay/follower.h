// A fold that walks behind a log which is being written: for readers of history, and for the second
// fold that checks the first.
//
// Folds from where it is told to begin, since events are not stored but follow from commands.
// Holds a World of its own. Not thread-safe; the log may be appended to meanwhile.
#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "log/log.h"
#include "replay/folder.h"

namespace pegel::replay {

class Follower {
 public:
  // `log` must outlive the follower. Without `start` it folds from record 1: about 10 s per million
  // records.
  explicit Follower(const log::Log& log, Folded start = {})
      : log_(log), folder_(std::move(start)) {}

  // Folds group by group while `go_on` says so, at most to the log's end as of this call. Error:
  // what FoldLog says; then do not go on.
  absl::Status Advance(absl::FunctionRef<bool()> go_on, Observer observe);

  Lsn lsn() const { return folder_.head().lsn; }  // Of the last record folded.
  const Folded& folded() const { return folder_.folded(); }

 private:
  const log::Log& log_;
  Folder folder_;
};

}  // namespace pegel::replay
