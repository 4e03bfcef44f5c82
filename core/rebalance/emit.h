// From a placement to the plan and its measures.
#pragma once

#include "core/rebalance/leaders.h"
#include "core/rebalance/placement.h"
#include "core/rebalance/plan.h"
#include "core/rebalance/problem.h"

namespace pegel::rebalance {

// `summary` gets moves, leader changes, bytes, and what could not be drained.
Plan EmitPlan(const Problem& problem, const Placement& placement, const Leaders& leaders,
              Summary& summary);

Balance BalanceBefore(const Problem& problem);
Balance BalanceAfter(const Problem& problem, const Placement& placement, const Leaders& leaders);

}  // namespace pegel::rebalance
