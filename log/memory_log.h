// The log's contract in RAM: for tests and for the simulator. Same rules as RocksLog, nothing
// survives.
//
// Threads: any, as for every Log.
#pragma once

#include <mutex>
#include <vector>

#include "log/log.h"

namespace pegel::log {

class MemoryLog final : public Log {
 public:
  void Append(const Group& group, std::function<void(absl::Status)> done) override;
  absl::StatusOr<std::unique_ptr<Reader>> Read(Lsn from) const override;

  // The next append fails with `status`, and every one after it.
  void FailNextAppend(absl::Status status);

 private:
  absl::Status Store(const Group& group);

  mutable std::mutex mutex_;  // Guards all below.
  std::vector<Group> groups_;
  Head head_;
  absl::Status failure_;
};

}  // namespace pegel::log
