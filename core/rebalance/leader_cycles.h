// The exact search for leaders (compare cycles.h): first the evenest loads, then the fewest
// replicas to copy, then the fewest changes.
#pragma once

#include <cstdint>

#include "core/rebalance/cycles.h"
#include "core/rebalance/leaders.h"
#include "core/rebalance/problem.h"

namespace pegel::rebalance {

// What it costs to give a bucket a leader that is no candidate: a copy of a replica more, or none
// when one has to be copied anyway. Only while replicas are not placed yet.
class NewLeaderPrice {
 public:
  explicit NewLeaderPrice(const Problem& problem);

  // How many replicas more have to be copied so that `b` can be led from `s`; kNone: it cannot.
  int Of(int b, int s) const;

 private:
  const Problem& problem_;
  std::vector<uint16_t> keepable_;  // Replicas of each bucket that may stay at home together.
};

// True: no choice of leaders is better now. With `prices` null only candidates may lead.
bool CancelLeaderCycles(const Problem& problem, const LoadCost& cost, const NewLeaderPrice* prices,
                        Leaders& leaders);

}  // namespace pegel::rebalance
