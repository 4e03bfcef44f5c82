// The exact search: while some round of moves makes the placement better, make it.
//
// Placements are flows with a convex cost: first the loads, then (when racks are only a wish)
// replicas that share a rack, then moves. Such a flow is optimal exactly when its residual network
// has no cycle of negative cost, so a search that finds none is a proof.
#pragma once

#include <cstdint>

#include "core/rebalance/placement.h"
#include "core/rebalance/problem.h"

namespace pegel::rebalance {

// What loads cost: nothing between min and max, outside the square of the distance. With min = max
// = 0 that is the sum of squares: the evenest loads are the cheapest.
struct LoadCost {
  int64_t min = 0, max = 0;

  int64_t Of(int64_t load) const {
    int64_t distance = load < min ? min - load : load > max ? load - max : 0;
    return distance * distance;
  }
  int64_t OfOneMore(int64_t load) const { return Of(load + 1) - Of(load); }
};

// True: the placement is optimal now. False: the search would have been too long (or limits of
// space are no flow), and the placement is at least as good as before. Needs the placement's lists.
bool CancelCycles(const Problem& problem, const LoadCost& cost, bool prefers_racks,
                  Placement& placement);

}  // namespace pegel::rebalance
