// Leaders into their range with the fewest changes, replicas as they are: a flow of least cost.
#pragma once

#include "core/rebalance/leaders.h"
#include "core/rebalance/problem.h"

namespace pegel::rebalance {

// Moves leadership among candidates until every server is in the range, or until no more leaders
// can get there. If all are in the range, no other choice of leaders that is so has fewer changes.
void BalanceLeaders(const Problem& problem, const LeaderRange& range, Leaders& leaders);

}  // namespace pegel::rebalance
