#include "core/cluster/tasks.h"

#include <algorithm>

#include "core/check.h"

namespace pegel::cluster {
namespace {

bool HasReplicaOn(const Bucket& bucket, ServerId server) {
  for (const Replica& replica : bucket.replicas) {
    if (replica.server == server) return true;
  }
  return false;
}

Task TaskFor(const ClusterState& cluster, ServerId server, const BucketKey& key,
             const Bucket& bucket) {
  Task task{key, bucket.bucket_epoch, bucket.leader_epoch, server, AwaitLeader{bucket.replicas}};
  if (bucket.leader == server) {
    task.what = BecomeLeader{bucket.replicas};
  } else if (bucket.leader != kNoServer) {
    const Server* leader = cluster.Find(bucket.leader);
    PEGEL_CHECK(leader != nullptr, "leader ", bucket.leader.value, " is not known");
    task.what = FetchFrom{bucket.leader, leader->address, bucket.replicas};
  }
  return task;
}

Task StopFor(ServerId server, const BucketKey& key, int32_t bucket_epoch) {
  return Task{key, bucket_epoch, 0, server, StopReplica{}};
}

}  // namespace

std::vector<Task> TasksOf(const ClusterState& cluster, ServerId server) {
  std::vector<Task> tasks;
  for (const BucketKey& key : cluster.HoldingsOf(server).buckets) {
    tasks.push_back(TaskFor(cluster, server, key, *cluster.Find(key)));
  }
  auto stops = cluster.stops.find(server);
  if (stops == cluster.stops.end()) return tasks;
  for (const auto& [key, epoch] : stops->second) tasks.push_back(StopFor(server, key, epoch));
  std::sort(tasks.begin(), tasks.end(), [](const Task& a, const Task& b) { return a.key < b.key; });
  return tasks;
}

std::optional<Task> TaskOf(const ClusterState& cluster, ServerId server, const BucketKey& key) {
  const Bucket* bucket = cluster.Find(key);
  if (bucket != nullptr && HasReplicaOn(*bucket, server)) {
    return TaskFor(cluster, server, key, *bucket);
  }
  auto stops = cluster.stops.find(server);
  if (stops == cluster.stops.end()) return std::nullopt;
  auto stop = stops->second.find(key);
  if (stop == stops->second.end()) return std::nullopt;
  return StopFor(server, key, stop->second);
}

}  // namespace pegel::cluster
