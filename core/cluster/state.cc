#include "core/cluster/state.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace pegel::cluster {
namespace {

bool HaveSameServers(const Replicas& a, const Replicas& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Replica& x, const Replica& y) { return x.server == y.server; });
}

void Enter(ClusterState& state, const BucketKey& key, const Replicas& replicas) {
  for (const Replica& replica : replicas) {
    bool is_new = state.holdings[replica.server].buckets.insert(key).second;
    PEGEL_CHECK(is_new, "two replicas of a bucket on server ", replica.server.value);
  }
  state.replica_count += static_cast<int64_t>(replicas.size());
}

void Leave(ClusterState& state, const BucketKey& key, const Replicas& replicas) {
  for (const Replica& replica : replicas) {
    auto it = state.holdings.find(replica.server);
    it->second.buckets.erase(key);
    if (it->second.buckets.empty()) state.holdings.erase(it);
  }
  state.replica_count -= static_cast<int64_t>(replicas.size());
}

// `sign`: 1 when the bucket begins to count, -1 when it ends. Its replicas are in the index.
void Count(ClusterState& state, const BucketKey& key, const Bucket& bucket, int64_t sign) {
  for (const Replica& replica : bucket.replicas) {
    Holdings& holdings = state.holdings.find(replica.server)->second;
    if (replica.is_in_sync) holdings.in_sync += sign;
    if (replica.server == bucket.leader) holdings.leaders += sign;
  }
  if (bucket.leader != kNoServer) return;
  if (sign > 0) {
    state.leaderless.insert(key);
  } else {
    state.leaderless.erase(key);
  }
}

void Begin(ClusterState& state, const BucketKey& key, const Bucket& bucket) {
  Enter(state, key, bucket.replicas);
  Count(state, key, bucket, 1);
}

void End(ClusterState& state, const BucketKey& key, const Bucket& bucket) {
  Count(state, key, bucket, -1);
  Leave(state, key, bucket.replicas);
}

Table& MustFind(ClusterState& state, TableId id) {
  auto it = state.tables.find(id);
  PEGEL_CHECK(it != state.tables.end(), "no table ", id.value);
  return it->second;
}

Bucket& MustFind(ClusterState& state, const BucketKey& key) {
  const Bucket* bucket = state.Find(key);
  PEGEL_CHECK(bucket != nullptr, "no bucket ", key.bucket, " of partition ", key.partition.value,
              " of table ", key.table.value);
  return const_cast<Bucket&>(*bucket);
}

void EndAll(ClusterState& state, TableId table, PartitionId id, const Partition& partition) {
  for (size_t i = 0; i < partition.buckets.size(); ++i) {
    End(state, BucketKey{table, id, static_cast<int32_t>(i)}, partition.buckets[i]);
  }
  state.bucket_count -= static_cast<int64_t>(partition.buckets.size());
}

}  // namespace

const Server* ClusterState::Find(ServerId id) const {
  auto it = servers.find(id);
  return it == servers.end() ? nullptr : &it->second;
}

const Table* ClusterState::Find(TableId id) const {
  auto it = tables.find(id);
  return it == tables.end() ? nullptr : &it->second;
}

const Table* ClusterState::Find(const TablePath& path) const {
  auto it = table_ids.find(path);
  return it == table_ids.end() ? nullptr : Find(it->second);
}

const Bucket* ClusterState::Find(const BucketKey& key) const {
  const Table* table = Find(key.table);
  if (table == nullptr) return nullptr;
  auto it = table->partitions.find(key.partition);
  if (it == table->partitions.end()) return nullptr;
  const std::vector<Bucket>& buckets = it->second.buckets;
  if (key.bucket < 0 || static_cast<size_t>(key.bucket) >= buckets.size()) return nullptr;
  return &buckets[key.bucket];
}

const Holdings& ClusterState::HoldingsOf(ServerId id) const {
  static const auto& kNone = *new Holdings;
  auto it = holdings.find(id);
  return it == holdings.end() ? kNone : it->second;
}

bool ClusterState::IsLive(ServerId id) const {
  const Server* server = Find(id);
  return server != nullptr && server->is_live;
}

std::vector<ServerId> ClusterState::OfRack(absl::string_view rack) const {
  std::vector<ServerId> ids;
  for (const auto& [id, server] : servers) {
    if (server.rack == rack) ids.push_back(id);
  }
  return ids;
}

void ClusterState::PutBuckets(TableId table, PartitionId partition, std::vector<Bucket> buckets) {
  auto it = MustFind(*this, table).partitions.find(partition);
  PEGEL_CHECK(it != tables.find(table)->second.partitions.end() && it->second.buckets.empty(),
              "partition ", partition.value, " of table ", table.value,
              " is not there, or has buckets");
  for (size_t i = 0; i < buckets.size(); ++i) {
    Begin(*this, BucketKey{table, partition, static_cast<int32_t>(i)}, buckets[i]);
  }
  bucket_count += static_cast<int64_t>(buckets.size());
  it->second.buckets = std::move(buckets);
}

void ClusterState::PutBucket(const BucketKey& key, Bucket bucket) {
  Bucket& place = MustFind(*this, key);
  Count(*this, key, place, -1);
  if (!HaveSameServers(place.replicas, bucket.replicas)) {
    Leave(*this, key, place.replicas);
    Enter(*this, key, bucket.replicas);
    for (const Replica& replica : bucket.replicas) DropStop(replica.server, key);
  }
  Count(*this, key, bucket, 1);
  place = std::move(bucket);
}

void ClusterState::DropPartition(TableId table, PartitionId partition) {
  auto& partitions = MustFind(*this, table).partitions;
  auto it = partitions.find(partition);
  PEGEL_CHECK(it != partitions.end(), "no partition ", partition.value, " of table ", table.value);
  EndAll(*this, table, partition, it->second);
  partitions.erase(it);
}

void ClusterState::DropTable(TableId id) {
  const Table& table = MustFind(*this, id);
  for (const auto& [partition_id, partition] : table.partitions) {
    EndAll(*this, id, partition_id, partition);
  }
  table_ids.erase(table.path);
  tables.erase(id);
}

void ClusterState::PutStop(ServerId server, const BucketKey& key, int32_t bucket_epoch) {
  auto [it, is_new] = stops[server].insert_or_assign(key, bucket_epoch);
  stop_count += is_new ? 1 : 0;
}

bool ClusterState::DropStop(ServerId server, const BucketKey& key) {
  auto it = stops.find(server);
  if (it == stops.end() || it->second.erase(key) == 0) return false;
  --stop_count;
  if (it->second.empty()) stops.erase(it);
  return true;
}

void ClusterState::DropStops(ServerId server) {
  auto it = stops.find(server);
  if (it == stops.end()) return;
  stop_count -= static_cast<int64_t>(it->second.size());
  stops.erase(it);
}

}  // namespace pegel::cluster
