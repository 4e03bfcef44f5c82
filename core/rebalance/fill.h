// From the replicas that stay to the loads that are wanted: homeless replicas first, then what
// servers have too much of. Each goes straight to the server that lacks most and may take it; those
// for which there is none are settled by detours (detour.h).
#pragma once

#include <vector>

#include "core/rebalance/deficits.h"
#include "core/rebalance/placement.h"
#include "core/rebalance/problem.h"

namespace pegel::rebalance {

// A replica to move for which no server is left that lacks one and may take it.
struct Stuck {
  int bucket = kNone;  // A missing replica of this one, or
  int server = kNone;  // any replica of this one.
};

// `targets`: by server, what is fixed included.
std::vector<Stuck> FillTo(const Problem& problem, const std::vector<int64_t>& targets,
                          Placement& placement, Deficits& deficits);

// Only homeless replicas, each to the emptiest server that may take it. What finds no room at all
// stays where it is, even on a server that is to be drained.
void PlaceHomeless(const Problem& problem, Placement& placement);

}  // namespace pegel::rebalance
