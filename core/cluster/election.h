// Who leads a bucket when a server goes, comes, or fails at one replica. Pure.
//
// The leader is the first replica, in the bucket's order, that is in sync and live. The last
// replica in sync stays in sync when it is lost, since only it has everything that was
// acknowledged: the bucket is leaderless until it is back. So a dead replica is in sync only where
// no other is.
//
// Each returns the bucket as it is to be, equal when nothing changes. A change adds one to
// bucket_epoch, a new leader one to leader_epoch.
#pragma once

#include "core/cluster/bucket.h"
#include "core/cluster/state.h"

namespace pegel::cluster {

// `lost` holds a replica, and does not run any more; `cluster` may still call it live.
Bucket AfterLoss(const ClusterState& cluster, const Bucket& bucket, ServerId lost);

// `back` holds a replica, and runs again: it leads when it is in sync and nobody leads.
Bucket AfterReturn(const Bucket& bucket, ServerId back);

// `failed` runs, but cannot serve its replica: another takes its place if one is in sync.
Bucket AfterFailure(const ClusterState& cluster, const Bucket& bucket, ServerId failed);

}  // namespace pegel::cluster
