// RocksDB's background work (flushes, compactions) without its threads: it waits in a queue until
// whoever owns the log runs it, so that the same life changes the same disk in the same order.
//
// One thread. Must outlive every RocksDB that was opened with it.
#pragma once

#include <rocksdb/env.h>

#include <deque>

namespace pegel::testing {

class SimWorkers final : public rocksdb::EnvWrapper {
 public:
  SimWorkers() : rocksdb::EnvWrapper(rocksdb::Env::Default()) {}

  // Until nothing is left, also of what is scheduled meanwhile. RocksDB stops writers that are two
  // flushes ahead, and then waits for a thread: so after each write.
  void RunAll() {
    while (!jobs_.empty()) {
      Job job = jobs_.front();
      jobs_.pop_front();
      job.work(job.arg);
    }
  }

  // ---- rocksdb::Env ----
  void Schedule(void (*work)(void*), void* arg, Priority priority, void* tag,
                void (*drop)(void*)) override {
    jobs_.push_back({work, drop, arg, tag, priority});
  }

  int UnSchedule(void* tag, Priority priority) override {
    std::deque<Job> kept;
    int dropped = 0;
    for (const Job& job : jobs_) {
      if (job.tag != tag || job.priority != priority) {
        kept.push_back(job);
        continue;
      }
      ++dropped;
      if (job.drop != nullptr) job.drop(job.arg);
    }
    jobs_.swap(kept);
    return dropped;
  }

 private:
  struct Job {
    void (*work)(void*);
    void (*drop)(void*);
    void* arg;
    void* tag;
    Priority priority;
  };
  std::deque<Job> jobs_;
};

}  // namespace pegel::testing
