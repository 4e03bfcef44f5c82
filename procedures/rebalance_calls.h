// The procedures of rebalances: sys.rebalance, sys.plan_rebalance, sys.list_rebalance,
// sys.list_active_moves, sys.list_rebalances, sys.cancel_rebalance, sys.pause_rebalance,
// sys.resume_rebalance.
#pragma once

#include <vector>

#include "procedures/catalogue.h"

namespace pegel::procedures {

std::vector<Procedure> RebalanceProcedures();

}  // namespace pegel::procedures
