// Reads history from the log on a thread of its own, so that no subscriber can hold up the line.
//
// One thread, made at the first use; readers take turns on it (net/ has at most one). Each folds
// the log (replay/follower.h), from the nearest snapshot below what it is asked for, and so holds a
// World of its own while it lives.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "core/ports.h"
#include "log/log.h"
#include "replay/fold_log.h"

namespace pegel::tools {

class HistoryThread {
 public:
  // Where a fold begins that is to show what happened behind `lsn`. Called on the thread.
  using Begin = std::function<absl::StatusOr<replay::Folded>(Lsn lsn)>;

  // `post` runs a task on the loop thread. `log` must outlive this.
  HistoryThread(
      const log::Log& log, std::function<void(std::function<void()>)> post,
      Begin begin = [](Lsn) { return replay::Folded{}; });

  // Ends within one group of the log.
  ~HistoryThread();

  // Loop thread. A reader may outlive the history thread; it then gives nothing more.
  std::unique_ptr<HistoryReader> Read(Lsn from);

 private:
  struct Worker;
  std::shared_ptr<Worker> worker_;
};

}  // namespace pegel::tools
