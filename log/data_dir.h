// The data directory: what is in it, how a new one is made, and its lock.
//
// A new directory is made in this order, each step durable before the next:
//
//   <data-dir>/          empty        crash here: nothing there → made anew
//   <data-dir>/LOCK      held         the same
//   <data-dir>/ANCHOR    lsn 0        an anchor of lsn 0 and no log → the log is made
//   <data-dir>/log/      RocksDB      its CURRENT is missing until it is complete → made again
//
// So an anchor without a log means "nothing was ever acknowledged" only while it says lsn 0, and a
// log without an anchor never comes from a crash: both other cases are refused.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "log/log.h"

namespace rocksdb {
class FileLock;
class FileSystem;
}  // namespace rocksdb

namespace pegel::log {

// The names in one data directory.
struct DataDir {
  std::string path;
  std::string Lock() const { return path + "/LOCK"; }
  std::string Anchor() const { return path + "/ANCHOR"; }
  std::string Log() const { return path + "/log"; }
  std::string TrimPoint() const { return path + "/TRIM"; }       // log/trim_point.h
  std::string Snapshots() const { return path + "/snapshots"; }  // snapshot/store.h
};

struct Survey {
  bool has_anchor = false;
  bool has_log = false;  // A complete one. False: the log can be made.
  Head anchor;
  Head trimmed;  // Head{}: the log was never trimmed.
};

// Looks, changes nothing. Errors: kDataLoss (an unreadable anchor or trim point, or one of anchor
// and log is missing), kPermissionDenied.
absl::StatusOr<Survey> Look(const DataDir& dir, rocksdb::FileSystem* fs);

// Makes the directory itself if it is missing, for its owner only when `is_real` (a file system
// that is simulated has no owners).
absl::Status MakeDataDir(const DataDir& dir, bool is_real, rocksdb::FileSystem* fs);

// Makes the anchor and an empty folder for the log, durable in this order; goes on where a crash
// stopped an earlier attempt.
absl::Status MakeContents(const DataDir& dir, const Survey& survey, rocksdb::FileSystem* fs);

// Makes the names in the directory `path` durable.
absl::Status SyncDir(const std::string& path, rocksdb::FileSystem* fs);

// Keeps other processes out until destroyed. The file stays.
class DataDirLock {
 public:
  // `fs` null: the real disk. Error kUnavailable: another process holds it.
  static absl::StatusOr<std::unique_ptr<DataDirLock>> Take(const DataDir& dir,
                                                           rocksdb::FileSystem* fs);
  ~DataDirLock();

 private:
  DataDirLock(rocksdb::FileSystem* fs, rocksdb::FileLock* lock) : fs_(fs), lock_(lock) {}

  rocksdb::FileSystem* fs_;
  rocksdb::FileLock* lock_;
};

}  // namespace pegel::log
