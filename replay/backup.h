// A backup: the log up to one lsn, and what a fold of it begins at, in one directory.
//
//   <dir>/log.groups                the records, log/group_file.h; last to get its name: with it
//   the
//                                   backup is whole, without it there is none
//   <dir>/snapshots/….snapshot      the one that the log was trimmed up to, if it was; and the
//                                   newest one, so that a restore folds little
//
// Created from a data directory that a server may be writing to: read-only, up to what the anchor
// said was acknowledged, so that nothing is in it that a power cut could still take back. Restored
// to any lsn in it, into a directory that does not exist: made beside it, proved, then renamed.
//
// Killed at any moment: create leaves a directory without log.groups, which verify and restore
// refuse and create goes on to replace; restore leaves <data-dir>.restoring, which the next restore
// removes and no server starts from by accident. The source is never written to. A full disk gets
// its room back: what had been written is removed.
//
// Errors: kDataLoss with the lsn or the file, kAlreadyExists, kNotFound, kOutOfRange (the lsn is
// not in the backup), kResourceExhausted for a full disk, and the others of a disk.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "log/group_file.h"
#include "replay/fold_log.h"
#include "snapshot/store.h"

namespace pegel::replay {

// What is in a backup, or was restored of it.
struct BackedUp {
  Lsn first;           // Of its records. Behind `head` when there are none.
  log::Head head;      // Of the last one.
  UnixNanos time;      // Of the last one.
  Hash256 digest{};    // Of the World there.
  uint64_t bytes = 0;  // Of log.groups.
};

// Records done so far, of how many.
using OnProgress = absl::FunctionRef<void(uint64_t done, uint64_t total)>;

// `dir` must not exist, or be what an interrupted create left; its parent must be there.
absl::StatusOr<BackedUp> CreateBackup(const std::string& data_dir, const std::string& dir,
                                      OnProgress on_progress);

// Folds all of it from its first record on, every hash checked, and compares its snapshots with the
// World at their lsns. Changes nothing.
absl::StatusOr<BackedUp> VerifyBackup(const std::string& dir, OnProgress on_progress);

// `data_dir` must not exist. `through`: the last record to restore; unset: all.
absl::StatusOr<BackedUp> RestoreBackup(const std::string& dir, const std::string& data_dir,
                                       std::optional<Lsn> through, OnProgress on_progress);

// A backup as something to fold, for whoever audits one.
struct OpenedBackup {
  std::unique_ptr<log::GroupFile> log;
  snapshot::Store snapshots;
};
absl::StatusOr<OpenedBackup> OpenBackup(const std::string& dir);

}  // namespace pegel::replay
