// Detours: a replica that cannot go straight to a server that lacks one takes the place of another
// one, which goes on. Chains of such steps reach every load that can be placed at all, because they
// are the augmenting paths of a flow.
#pragma once

#include <vector>

#include "core/rebalance/deficits.h"
#include "core/rebalance/fill.h"
#include "core/rebalance/placement.h"
#include "core/rebalance/problem.h"

namespace pegel::rebalance {

// Steps that move a replica which has moved already cost nothing more, so they come first. What
// stays stuck had no chain (only limits of space can cause that); it is left as it is.
void TakeDetours(const Problem& problem, const std::vector<Stuck>& stuck, Placement& placement,
                 Deficits& deficits);

}  // namespace pegel::rebalance
