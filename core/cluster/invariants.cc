#include "core/cluster/invariants.h"

#include <set>

#include "absl/strings/str_cat.h"

namespace pegel::cluster {
namespace {

std::string ProblemOf(const ClusterState& cluster, const Bucket& bucket) {
  std::set<ServerId> servers;
  bool has_in_sync = false, may_have_leader = false, leader_is_in_sync = false;
  for (const Replica& replica : bucket.replicas) {
    if (!servers.insert(replica.server).second) return "a server has two replicas";
    if (cluster.Find(replica.server) == nullptr) return "a replica is on an unknown server";
    has_in_sync |= replica.is_in_sync;
    may_have_leader |= replica.is_in_sync && cluster.IsLive(replica.server);
    leader_is_in_sync |= replica.is_in_sync && replica.server == bucket.leader;
  }
  if (!has_in_sync) return "no replica is in sync";
  if (bucket.leader == kNoServer) {
    return may_have_leader ? "a replica in sync is live, and there is no leader" : "";
  }
  if (!leader_is_in_sync) return "the leader is not in sync";
  return cluster.IsLive(bucket.leader) ? "" : "the leader is not live";
}

std::string ProblemOf(const Table& table, const ClusterState& cluster) {
  if (!table.is_partitioned && !table.partitions.contains(kNoPartition)) {
    return "no partition holds the buckets";
  }
  std::set<std::string> names;
  for (const auto& [id, partition] : table.partitions) {
    if (table.is_partitioned == (id == kNoPartition)) return "a partition of the wrong kind";
    if (!names.insert(partition.name).second) return "two partitions have one name";
    if (partition.buckets.size() != static_cast<size_t>(table.bucket_count)) {
      return absl::StrCat("partition ", id.value, " has ", partition.buckets.size(), " buckets");
    }
    for (size_t i = 0; i < partition.buckets.size(); ++i) {
      std::string problem = ProblemOf(cluster, partition.buckets[i]);
      if (!problem.empty()) {
        return absl::StrCat("bucket ", i, " of partition ", id.value, ": ", problem);
      }
    }
  }
  return "";
}

// The same without its indexes, which are then made anew.
ClusterState Recounted(const ClusterState& cluster) {
  ClusterState again;
  again.servers = cluster.servers;
  for (const auto& [id, table] : cluster.tables) {
    Table bare = table;
    for (auto& [partition_id, partition] : bare.partitions) partition.buckets.clear();
    again.tables.emplace(id, std::move(bare));
    again.table_ids.emplace(table.path, id);
    for (const auto& [partition_id, partition] : table.partitions) {
      again.PutBuckets(id, partition_id, partition.buckets);
    }
  }
  for (const auto& [server, stops] : cluster.stops) {
    for (const auto& [key, epoch] : stops) again.PutStop(server, key, epoch);
  }
  return again;
}

std::string ProblemOfStops(const ClusterState& cluster) {
  for (const auto& [server, stops] : cluster.stops) {
    if (cluster.Find(server) == nullptr) return "an unknown server is to delete replicas";
    for (const auto& [key, epoch] : stops) {
      if (cluster.HoldingsOf(server).buckets.contains(key)) {
        return absl::StrCat("server ", server.value, " is to delete a replica that it is to hold");
      }
    }
  }
  return "";
}

}  // namespace

std::string BrokenInvariant(const ClusterState& cluster) {
  for (const auto& [id, table] : cluster.tables) {
    std::string problem = ProblemOf(table, cluster);
    if (!problem.empty()) return absl::StrCat("table ", id.value, ": ", problem);
  }
  if (std::string problem = ProblemOfStops(cluster); !problem.empty()) return problem;
  ClusterState again = Recounted(cluster);
  if (again.table_ids != cluster.table_ids) return "the index of paths is wrong";
  if (again.holdings != cluster.holdings) return "what servers hold differs from a recount";
  if (again.leaderless != cluster.leaderless) return "the leaderless buckets are others";
  return again == cluster ? "" : "a total differs from a recount";
}

}  // namespace pegel::cluster
