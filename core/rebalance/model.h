// What the planner is asked: a cluster as it stands, goals in their order, and options.
//
// Compact, because it holds every replica of the cluster: buckets point into one array of replicas.
// Filling it takes one pass (Cluster::Add); nothing needs to be sorted. A value; owned by the
// caller.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/cluster/bucket_key.h"
#include "core/cluster/model.h"

namespace pegel::rebalance {

using cluster::ServerId;

// IMPORTANT: the numbers are Fluss's, and sent on the wire; they never change.
enum class Goal : uint8_t { kReplicaDistribution = 0, kLeaderDistribution = 1, kRackAware = 2 };

inline constexpr ServerId kNoLeader{-1};
inline constexpr int64_t kUnknownBytes = -1;

struct Server {
  ServerId id;
  std::string rack;  // Empty: none was given. All such servers share one rack, as in Fluss.
  std::optional<cluster::ServerTag> tag;
  bool is_live = true;
  bool is_grace_over = false;  // Of a dead one: dead for so long that its replicas move away.
  int64_t free_bytes = kUnknownBytes;  // Room for new replicas; unknown: as much as is needed.
};

struct Replica {
  ServerId server;
  bool is_in_sync = true;  // Another is made the leader only if no such one can be.
};

struct Bucket {
  cluster::BucketKey key;
  ServerId leader = kNoLeader;
  uint32_t first_replica = 0;  // Of Cluster::replicas.
  uint16_t replica_count = 0;
  uint16_t replication_factor = 0;  // 0: as many as there are replicas.
  // Counted where it is, and left alone: a move of it is under way. So is every bucket without a
  // leader.
  bool is_pinned = false;
  int64_t bytes = 0;  // Of one replica.
};

struct Cluster {
  std::vector<Server> servers;
  std::vector<Bucket> buckets;
  std::vector<Replica> replicas;  // Of each bucket in the order of its list.

  // Sets where the bucket's replicas are.
  void Add(Bucket bucket, std::span<const Replica> its_replicas) {
    bucket.first_replica = static_cast<uint32_t>(replicas.size());
    bucket.replica_count = static_cast<uint16_t>(its_replicas.size());
    buckets.push_back(bucket);
    replicas.insert(replicas.end(), its_replicas.begin(), its_replicas.end());
  }
  std::span<const Replica> ReplicasOf(const Bucket& bucket) const {
    return {replicas.data() + bucket.first_replica, bucket.replica_count};
  }
};

// What TEMPORARY_OFFLINE means for a plan.
enum class TemporaryOffline : uint8_t {
  kDrain,        // As PERMANENT_OFFLINE.
  kLeadersOnly,  // Leaders move away, replicas stay: for rolling upgrades.
  kIgnore,       // As if there was no tag.
};

struct Options {
  std::vector<Goal> goals;  // In the order of their weight; none twice.
  // Servers may be that far from the average, in thousandths of it; 0: as even as can be.
  int32_t tolerance_permille = 0;
  // Inside the tolerance: nothing is moved. Outside: as even as can be.
  bool is_trigger_only = false;
  // Only what must move: off drained servers, out of shared racks.
  bool is_drain_only = false;
  TemporaryOffline temporary_offline = TemporaryOffline::kDrain;

  bool Has(Goal goal) const {
    for (Goal g : goals) {
      if (g == goal) return true;
    }
    return false;
  }
};

}  // namespace pegel::rebalance
