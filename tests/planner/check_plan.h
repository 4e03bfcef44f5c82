// Checks of a plan that share nothing with the planner: what must hold of every plan, Theorem 2
// (when loads can be within one of each other), the least even loads that must remain, and a lower
// bound of the moves. planner.md says why they hold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/rebalance/model.h"
#include "core/rebalance/plan.h"

namespace pegel::testing {

// The cluster after the plan: same servers, new replicas (in sync) and leaders. Throws what is
// wrong with a move as std::runtime_error: an unknown bucket, an origin that is not the bucket's.
rebalance::Cluster AfterPlan(const rebalance::Cluster& cluster, const rebalance::Plan& plan);

// Whether nothing in the cluster stands still: no pins, no leaderless buckets, no servers that only
// keep what they have. Theorem 2 is about such clusters.
bool IsAllFree(const rebalance::Cluster& cluster, const rebalance::Options& options);
bool HasUniformFactor(const rebalance::Cluster& cluster);

// T2: whether replicas can be spread within one.
bool CanBeEven(const rebalance::Cluster& cluster, const rebalance::Options& options);

// Of a cluster in which all is free; what needs to move by T4: replicas off drained servers, out of
// shared racks, and, if `is_even`, down from loads above the average.
int64_t MovesAtLeast(const rebalance::Cluster& cluster, const rebalance::Options& options,
                     bool is_even);

// T3: whether some chain of single moves would make the loads more even.
bool CanBeMoreEven(const rebalance::Cluster& after, const rebalance::Options& options);

// What is wrong with it: laws that hold of every plan, and the summary recounted. Empty: nothing.
std::vector<std::string> CheckPlan(const rebalance::Cluster& cluster,
                                   const rebalance::Options& options,
                                   const rebalance::Planned& planned);

}  // namespace pegel::testing
