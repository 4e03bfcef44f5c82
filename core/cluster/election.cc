#include "core/cluster/election.h"

namespace pegel::cluster {
namespace {

int InSyncCount(const Replicas& replicas) {
  int count = 0;
  for (const Replica& replica : replicas) count += replica.is_in_sync ? 1 : 0;
  return count;
}

bool IsInSync(const Replicas& replicas, ServerId server) {
  for (const Replica& replica : replicas) {
    if (replica.server == server) return replica.is_in_sync;
  }
  return false;
}

ServerId FirstEligible(const ClusterState& cluster, const Replicas& replicas, ServerId not_this) {
  for (const Replica& replica : replicas) {
    if (replica.is_in_sync && replica.server != not_this && cluster.IsLive(replica.server)) {
      return replica.server;
    }
  }
  return kNoServer;
}

void Lead(Bucket& bucket, ServerId leader) {
  bucket.leader = leader;
  if (leader != kNoServer) ++bucket.leader_epoch;
}

}  // namespace

Bucket AfterLoss(const ClusterState& cluster, const Bucket& bucket, ServerId lost) {
  Bucket after = bucket;
  bool is_last = InSyncCount(bucket.replicas) == 1;
  for (Replica& replica : after.replicas) {
    if (replica.server == lost && !is_last) replica.is_in_sync = false;
  }
  if (bucket.leader == lost) Lead(after, FirstEligible(cluster, after.replicas, lost));
  if (after != bucket) ++after.bucket_epoch;
  return after;
}

Bucket AfterReturn(const Bucket& bucket, ServerId back) {
  if (bucket.leader != kNoServer || !IsInSync(bucket.replicas, back)) return bucket;
  Bucket after = bucket;
  Lead(after, back);
  ++after.bucket_epoch;
  return after;
}

Bucket AfterFailure(const ClusterState& cluster, const Bucket& bucket, ServerId failed) {
  bool is_last = IsInSync(bucket.replicas, failed) && InSyncCount(bucket.replicas) == 1;
  return is_last ? bucket : AfterLoss(cluster, bucket, failed);
}

}  // namespace pegel::cluster
