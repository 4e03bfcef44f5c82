// `pegel rebalance plan --offline`: reads a cluster file, plans, and prints.
#pragma once

#include "tools/shell/command_line.h"
#include "tools/shell/format.h"

namespace pegel::tools {

struct PlanningResult {
  Printed printed;
  bool is_planned = false;
};

PlanningResult PlanOffline(const OfflinePlanRequest& request);

}  // namespace pegel::tools
