// Answers questions about the past of a live server: folds the log, from the nearest snapshot below
// the point asked for, on a thread of its own, so that neither the line nor subscribers wait.
//
// One question after the other, and a bounded number that waits: each holds a World of its own for
// as long as it takes. A question costs what its records cost to fold; the newest snapshots bound
// that, where they reach.
//
// Loop thread only.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <thread>

#include "core/as_of.h"
#include "core/command.h"
#include "core/outcome.h"
#include "replay/past.h"

namespace pegel::tools {

class PastReader {
 public:
  // Where the walk to a point begins. Called on the thread.
  using Begin = std::function<absl::StatusOr<replay::Past>(const AsOf& goal)>;

  // `post` runs a task on the loop thread, unless the server is gone by then.
  PastReader(Begin begin, std::function<void(std::function<void()>)> post)
      : begin_(std::move(begin)), post_(std::move(post)) {}
  ~PastReader();  // Ends within one record.
  PastReader(const PastReader&) = delete;
  PastReader& operator=(const PastReader&) = delete;

  // What `read` (IsRead) would have answered there to somebody who may see everything. `done` is
  // called later, or at once with kOverloaded; other errors: the log does not reach to that point,
  // or is damaged before it.
  void Read(const AsOf& goal, Command read, std::function<void(Outcome)> done);

 private:
  struct Question {
    AsOf goal;
    Command read;
    std::function<void(Outcome)> done;
  };
  void Answer();
  Outcome Look(const AsOf& goal, const Command& read) const;

  Begin begin_;
  std::function<void(std::function<void()>)> post_;
  std::deque<Question> questions_;  // The first is being worked on.
  std::thread thread_;              // Works on it.
  std::atomic<bool> is_stopping_ = false;
};

}  // namespace pegel::tools
