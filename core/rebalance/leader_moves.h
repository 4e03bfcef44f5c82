// Replicas moved for the leaders' sake: where no choice among the candidates is even enough.
#pragma once

#include <cstdint>

#include "core/rebalance/cycles.h"
#include "core/rebalance/leader_cycles.h"
#include "core/rebalance/leaders.h"
#include "core/rebalance/placement.h"
#include "core/rebalance/problem.h"

namespace pegel::rebalance {

// Before replicas are placed: leaders above the range go to servers below its top that get a
// replica of the bucket, first where one has to be copied anyway. Each step repairs one leader, and
// none could repair more.
void LeadElsewhere(const Problem& problem, const LeaderRange& range, const NewLeaderPrice& prices,
                   Leaders& leaders);

// After: a replica goes from one server to another and takes the leader along; if that would make
// the loads less even, another bucket's replica comes back. Ends when no such step helps.
// Replicas and leaders then have to be searched again. False: nothing was changed.
bool ExchangeForLeaders(const Problem& problem, const LoadCost& load_cost, const LeaderRange& range,
                        Placement& placement, Leaders& leaders);

}  // namespace pegel::rebalance
