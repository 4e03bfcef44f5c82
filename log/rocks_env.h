// What RocksDB stands on: files and clock, and whom it tells when something is wrong.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"

namespace rocksdb {
class Env;
class EventListener;
class FileSystem;
class Logger;
class SystemClock;
}  // namespace rocksdb

namespace pegel::log {

using OnWarning = std::function<void(const std::string&)>;

// The first failure of a log; it never goes away. Any thread.
class FailureLatch {
 public:
  void Set(absl::Status failure);  // Without effect when there is one already.
  absl::Status Get() const;

 private:
  mutable std::mutex mutex_;
  absl::Status first_;
};

// The files of `fs`, the time of `clock` and the threads of `workers`; null: the machine's. All
// must outlive it.
std::unique_ptr<rocksdb::Env> MakeEnv(rocksdb::FileSystem* fs, rocksdb::SystemClock* clock,
                                      rocksdb::Env* workers);

// Passes on warnings and errors, drops the rest. Writes no file.
std::shared_ptr<rocksdb::Logger> MakeLogger(OnWarning on_warning);

// Sets `failure` when RocksDB fails, also in the background, where no append would see it.
std::shared_ptr<rocksdb::EventListener> MakeListener(std::shared_ptr<FailureLatch> failure,
                                                     OnWarning on_warning);

}  // namespace pegel::log
