// Which replicas stay at home before anything is moved: as many of each bucket as may.
#pragma once

#include "core/rebalance/placement.h"
#include "core/rebalance/problem.h"

namespace pegel::rebalance {

// Fills slots of buckets that are not filled yet. Of several replicas in one domain, and of more
// than the bucket should have, those stay that are in sync, on emptier servers, or the leader.
void KeepAtHome(const Problem& problem, Placement& placement);

}  // namespace pegel::rebalance
