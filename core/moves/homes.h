// Where buckets are at home: which replicas and leaders left a server because it was tagged
// TEMPORARY_OFFLINE, so that a rebalance after that brings them back.
//
// Remembered when a move takes the replica or the leader away; forgotten when it is back, when the
// server is tagged PERMANENT_OFFLINE or unregistered, when the bucket is dropped, and when a plan
// was made that could bring it back.
#pragma once

#include <optional>

#include "core/event.h"
#include "core/moves/model.h"
#include "core/world.h"

namespace pegel::moves {

// The event that says where the bucket is at home when its replicas go from `before` to `after` and
// its leader from `leader_before` to `leader_after`. Unset: that is as it was.
std::optional<HomeChanged> HomeAfter(const World& world, const BucketKey& key,
                                     const Servers& before, const Servers& after,
                                     ServerId leader_before, ServerId leader_after);

// Whether what left this server may come back: it is live and has no tag.
bool IsBack(const cluster::ClusterState& cluster, ServerId home);

// Forgets every home that IsBack.
void ForgetReturned(World& world);
// Forgets what was at home on this server.
void ForgetHomesOn(MovesState& state, ServerId home);
// Forgets the homes of all buckets of a table, or of one partition.
void ForgetHomesOf(MovesState& state, cluster::TableId table);
void ForgetHomesOf(MovesState& state, cluster::TableId table, cluster::PartitionId partition);

}  // namespace pegel::moves
