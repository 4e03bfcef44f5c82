// When the server has to do something for rebalances: which plan is wanted, whether it is time to
// say AdvanceMoves, and when to look again. As of the engine's World, so it holds nothing that a
// restart could lose.
//
// How a server uses it (one at a time of each kind, so that nothing is said twice):
//
//   after each group of records, and at the time that it gave:
//     driver.OnChange(change) for each;
//     if no plan is being made:    if (auto wanted = driver.WantsPlan(world)) → plan it, submit
//     if no AdvanceMoves waits:    if (driver.IsDue(world, now)) → submit AdvanceMoves
//     else                         wake at driver.WakeAt()
//
// Pure: time is an argument, the clock that records are stamped with. Loop thread only.
#pragma once

#include <optional>
#include <vector>

#include "core/change.h"
#include "core/moves/advance.h"
#include "core/world.h"

namespace pegel::moves {

// What QuestionBuilder needs.
struct PlanWish {
  Lsn rebalance;
  int32_t revision = 1;
  rebalance::Options options;
  std::vector<ServerId> avoid;
};

class Driver {
 public:
  // The rebalance that waits for a plan. Unset: none does. A rebalance that was cancelled meanwhile
  // makes the plan useless, and its commands are refused.
  static std::optional<PlanWish> WantsPlan(const World& world);

  // Changes come in lsn order.
  void OnChange(const ChangeSet& change);

  // Whether AdvanceMoves would do something now. Looks only when something has happened, or its
  // time has come, since it last said no.
  bool IsDue(const World& world, UnixNanos now);

  // When IsDue may say yes although nothing happens. Unset: never.
  std::optional<UnixNanos> WakeAt() const { return wake_at_; }

 private:
  bool is_dirty_ = true;
  std::optional<UnixNanos> wake_at_;
};

}  // namespace pegel::moves
