// The planner: which replicas and leaders to move so that the goals hold, with as few moves as
// possible.
//
//   Answer answer = MakePlan(cluster, {.goals = {Goal::kRackAware, Goal::kReplicaDistribution}});
//
// A pure function: the same cluster gives the same plan, byte for byte, in whatever order its
// servers and buckets come, on every machine. Integers and total orders only. README.md says what
// is guaranteed, why, and which test proves it.
//
// Refused (Error): no server may take replicas; fewer racks (or servers) than a bucket has
// replicas; a replica on a server that the cluster does not list. Threads: none; blocks its caller
// for about half a second at a million replicas, so a server plans beside its loop, on a copy.
#pragma once

#include "core/rebalance/model.h"
#include "core/rebalance/plan.h"

namespace pegel::rebalance {

Answer MakePlan(const Cluster& cluster, const Options& options);

}  // namespace pegel::rebalance
