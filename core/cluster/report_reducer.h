// The reducer of what tablet servers report.
#pragma once

#include "core/decision.h"
#include "core/moment.h"
#include "core/world.h"

namespace pegel::cluster {

// Needs CLUSTER_ACTION, and a registration that is in force and live. Each item is judged by
// itself, in the order of the command, as the items before it left the bucket:
//
//   in sync   from the leader, both epochs as they are; members are replicas and live, the leader
//             among them, none twice
//   size      from the leader; at least 0
//   leading   from the leader, the bucket_epoch as it is; changes nothing
//   stopped   ends the order to delete; one that was ended before, or never given, changes nothing
//   failed    from a replica, the bucket_epoch as it is: as if this replica alone were lost. The
//             last one in sync stays what it is
//
// Refusals, one for each item, in the result: UNKNOWN_TABLE_OR_BUCKET_EXCEPTION,
// FENCED_LEADER_EPOCH_EXCEPTION, INVALID_UPDATE_VERSION_EXCEPTION (another bucket_epoch),
// NOT_LEADER_OR_FOLLOWER, INELIGIBLE_REPLICA_EXCEPTION, INVALID_ARGUMENT.
Decision Decide(const World& world, const Moment& now, const ReplicaReport& command);

}  // namespace pegel::cluster
