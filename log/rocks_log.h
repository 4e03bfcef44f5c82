// The log on disk: RocksDB for the groups, the anchor for the head. Layout and crash windows:
// log/FORMAT.md.
//
//   <data-dir>/LOCK      held while a server has the log open for writing
//   <data-dir>/ANCHOR    log/anchor.h
//   <data-dir>/TRIM      log/trim_point.h; only when the log was trimmed
//   <data-dir>/log/      RocksDB
//
// Boot (replay/recover.h) opens read-only first, judges, and only then opens for writing:
// reliability.md 2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "log/log.h"

namespace rocksdb {
class Env;
class FileSystem;
class SystemClock;
}  // namespace rocksdb

namespace pegel::log {

struct RocksLogOptions {
  std::string data_dir;
  rocksdb::FileSystem* file_system = nullptr;  // Null: the real one. Must outlive the log.
  // Receives warnings of RocksDB and background errors, from any thread. Null: dropped.
  std::function<void(const std::string&)> on_warning;

  // For tests.
  rocksdb::SystemClock* clock = nullptr;  // Null: the real one. Must outlive the log.
  // Takes RocksDB's background work (Schedule, UnSchedule) instead of threads; with it the same
  // appends change the disk in the same way every time. Must outlive the log.
  rocksdb::Env* workers = nullptr;
  size_t write_buffer_bytes = 64 << 20;  // Unflushed bytes at which a table is written.
};

// What a data directory holds, as found without touching it.
struct Inspection {
  bool is_new = false;       // No log here yet; Open will make one.
  Head anchor;               // What was acknowledged last.
  Head trimmed;              // The log begins behind this record; Head{}: it was never trimmed.
  std::unique_ptr<Log> log;  // Read-only (Append fails); null when is_new.
};

class RocksLog final : public Log {
 public:
  // Opens read-only, in the mode that stops at the first unreadable write. Changes nothing on disk
  // and takes no lock. Errors: kDataLoss (anchor or log unreadable, or one of the two missing),
  // kNotFound (nothing there and `must_exist`), kPermissionDenied. They name the file; the caller,
  // which knows that nothing was changed, adds what to do.
  static absl::StatusOr<Inspection> Inspect(const RocksLogOptions& options, bool must_exist);

  // Opens for writing behind `head`, which Inspect and a fold have proved to be the log's end (a
  // new log: Head{}). Takes the lock, drops a torn tail, moves the anchor to `head`. Errors:
  // kUnavailable (locked by another process), kDataLoss (the log does not end at `head`).
  static absl::StatusOr<std::unique_ptr<RocksLog>> Open(const RocksLogOptions& options,
                                                        const Head& head);

  // A new log in a directory that does not exist, whose first record will follow `before`; for
  // restoring a log that was trimmed.
  static absl::StatusOr<std::unique_ptr<RocksLog>> Create(const RocksLogOptions& options,
                                                          const Head& before);
  ~RocksLog() override;

  // The log begins behind this record. Any thread.
  Head trimmed() const;

  // Forgets the records up to `through`, which must be in the log. Whole groups go; one that
  // reaches beyond stays. The caller has made sure that they are not needed any more: an export and
  // a snapshot of `through` were verified. Durable when it returns; the room on disk comes back as
  // RocksDB finds time. Any thread, one at a time, also during an append.
  absl::Status Trim(const Head& through);

  // How much RocksDB will still write of what was appended: the records that are in no table yet,
  // and the tables that are not compressed yet, but for some KiB; what they replace is freed only
  // then. Costs some 50 µs, however long the log is. Any thread.
  uint64_t BytesOwed() const;

  void Append(const Group& group, std::function<void(absl::Status)> done) override;
  absl::StatusOr<std::unique_ptr<Reader>> Read(Lsn from) const override;

 private:
  struct Impl;
  explicit RocksLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pegel::log
