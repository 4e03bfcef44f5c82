// The reducers of tablet servers and their tags (decisions.md "Tags and rebalance", procedures.md
// 5). A refused command changes nothing: each is all or nothing.
#pragma once

#include "core/decision.h"
#include "core/moment.h"
#include "core/world.h"

namespace pegel::cluster {

// Needs CLUSTER_ACTION on the cluster. Always a new epoch, its own lsn: what was registered under
// this id before is fenced, wherever it runs; when that was live, its buckets are treated as at its
// loss. Buckets that wait for this server get it as their leader. A tag stays.
Decision Decide(const World& world, const Moment& now, const RegisterServer& command);

// Needs CLUSTER_ACTION, except from the server that keeps the leases itself. Refused for an epoch
// that is not in force: somebody registered since. A second time changes nothing. The server leaves
// the in-sync set of its buckets, and others lead (core/cluster/election.h).
Decision Decide(const World& world, const Moment& now, const ServerLost& command);

// This and the tags need ALTER on the cluster. Refused for a live server, and for one
// that holds replicas. Orders to delete replicas end with it.
Decision Decide(const World& world, const Moment& now, const UnregisterServer& command);

// Servers are checked in the order in which they are named, a rack's by id.
Decision Decide(const World& world, const Moment& now, const AddServerTag& command);
// An unknown id changes nothing, as in Fluss.
Decision Decide(const World& world, const Moment& now, const RemoveServerTag& command);

// Need DESCRIBE on the cluster.
Decision Decide(const World& world, const Moment& now, const ListServers& command);
Decision Decide(const World& world, const Moment& now, const ListServerTags& command);

void Evolve(World& world, const ServerRegistered& event);
void Evolve(World& world, const ServerDied& event);
void Evolve(World& world, const ServerUnregistered& event);
void Evolve(World& world, const ServerTagged& event);
void Evolve(World& world, const ServerUntagged& event);

}  // namespace pegel::cluster
