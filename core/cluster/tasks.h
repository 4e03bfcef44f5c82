// What each tablet server should be doing now: derived from the state, so there is nothing to lose.
//
// A task says how a replica should be, not what to change: it may be sent again at any time (after
// a reconnect, a restart of Pegel, a doubt), and a server that already does it has nothing to do.
// A server ignores a task whose bucket_epoch is older than one that it has seen for the key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/cluster/bucket.h"
#include "core/cluster/bucket_key.h"
#include "core/cluster/state.h"

namespace pegel::cluster {

// Lead the bucket under Task::leader_epoch; report who is in sync, and the size.
struct BecomeLeader {
  Replicas replicas;
  bool operator==(const BecomeLeader&) const = default;
};

// Follow this leader.
struct FetchFrom {
  ServerId leader;
  std::string leader_address;
  Replicas replicas;
  bool operator==(const FetchFrom&) const = default;
};

// Nobody leads: keep the replica and wait.
struct AwaitLeader {
  Replicas replicas;
  bool operator==(const AwaitLeader&) const = default;
};

// Delete the replica and report it as DoneKind::kStopped.
struct StopReplica {
  bool operator==(const StopReplica&) const = default;
};

struct Task {
  BucketKey key;
  int32_t bucket_epoch = 0;
  int32_t leader_epoch = 0;  // 0 for StopReplica.
  ServerId to;
  std::variant<BecomeLeader, FetchFrom, AwaitLeader, StopReplica> what;
  bool operator==(const Task&) const = default;
};

// All of one server, sorted by key; none for a server that is not known.
std::vector<Task> TasksOf(const ClusterState& cluster, ServerId server);

// The one of this server for this bucket; none: the server has nothing to do with it.
std::optional<Task> TaskOf(const ClusterState& cluster, ServerId server, const BucketKey& key);

}  // namespace pegel::cluster
