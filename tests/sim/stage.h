// What everybody in a life shares: virtual time, chance, the network, the clock, trace and counts.
//
// Owned by the life; everybody else holds a reference. Everything that happens is a task here, and
// tasks run one by one in the order of their times.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/ids.h"
#include "tests/sim/life.h"
#include "tests/sim/trace.h"
#include "tests/support/random.h"

namespace pegel::sim {

// How hard a life is: drawn once from its seed, so that lives differ in kind.
struct Weather {
  uint64_t loss_percent = 0;
  uint64_t double_percent = 0;
  uint64_t delay_ms_max = 1;
  uint64_t disk_ms_max = 1;
  uint64_t disk_fault_percent = 0;  // Of appends.
  uint64_t clock_bend_percent = 0;  // Of calls.
  uint64_t stall_percent = 0;       // Of looks at leases: the process slept.
};

class Stage {
 public:
  using Task = std::function<void()>;

  explicit Stage(const Plan& plan) : random(plan.seed), trace(plan.keeps_lines), only_(plan.only) {}

  // ---- time ----
  int64_t now_ms() const { return now_ms_; }
  void After(int64_t ms, Task task) {
    tasks_.emplace(std::pair(now_ms_ + ms, ++last_task_), std::move(task));
  }
  bool RunNext();  // False: nothing is left to happen.
  // Called behind each task, at its time: what follows at once belongs to it.
  void set_settle(Task settle) { settle_ = std::move(settle); }

  // The clock on the wall of the server's machine: it jumps, stands still and runs twice as fast.
  UnixNanos Clock() const;
  void BendClock();
  // It goes as it should, and is not behind what it said before.
  void SetClockRight(UnixNanos at_least);

  // ---- the network: each message by itself ----
  void Send(const Task& arrive);

  uint64_t Upto(uint64_t max) { return random.Below(max + 1); }
  bool Happens(uint64_t percent) { return random.Below(100) < percent; }
  void Count(const char* what) { ++counts[what]; }

  // The first one counts.
  void Violate(const std::string& checker, std::string what);
  const std::optional<Violation>& violation() const { return violation_; }

  testing::Random random;
  Trace trace;
  Counts counts;
  Weather weather;

 private:
  int64_t now_ms_ = 0;
  uint64_t last_task_ = 0;
  std::map<std::pair<int64_t, uint64_t>, Task> tasks_;
  Task settle_;
  int64_t clock_base_ns_ = 1'700'000'000'000'000'000;
  int64_t clock_base_ms_ = 0;
  int64_t clock_rate_ = 1;
  const std::string only_;
  std::optional<Violation> violation_;
};

}  // namespace pegel::sim
