// The cluster part of the World: every known server, every table with its buckets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/strings/string_view.h"
#include "core/cluster/model.h"
#include "core/cluster/table.h"

namespace pegel::cluster {

// What one server holds.
struct Holdings {
  absl::btree_set<BucketKey> buckets;  // Of which it has a replica.
  int64_t leaders = 0;
  int64_t in_sync = 0;
  bool operator==(const Holdings&) const = default;
};

// A value; owned by the World. Not thread-safe, as everything in the World. Buckets are changed
// only by Put… and Drop… below, which keep the indexes right.
struct ClusterState {
  absl::btree_map<ServerId, Server> servers;
  absl::btree_map<TableId, Table> tables;
  // Replicas that a server was told to delete and has not said that it did, with the bucket_epoch
  // of the task. They outlive the bucket, so that a server that returns deletes its orphans.
  absl::btree_map<ServerId, absl::btree_map<BucketKey, int32_t>> stops;

  // Derived from the above; no bytes of their own.
  absl::btree_map<TablePath, TableId> table_ids;
  absl::btree_map<ServerId, Holdings> holdings;  // Of each server that holds something.
  absl::btree_set<BucketKey> leaderless;
  int64_t bucket_count = 0;
  int64_t replica_count = 0;
  int64_t stop_count = 0;

  const Server* Find(ServerId id) const;  // Null: unknown.
  const Table* Find(TableId id) const;
  const Table* Find(const TablePath& path) const;
  const Bucket* Find(const BucketKey& key) const;
  const Holdings& HoldingsOf(ServerId id) const;  // Empty when it holds nothing.
  bool IsLive(ServerId id) const;

  // The servers of a rack by id; none: no server has it.
  std::vector<ServerId> OfRack(absl::string_view rack) const;

  // The partition must be there and empty.
  void PutBuckets(TableId table, PartitionId partition, std::vector<Bucket> buckets);
  // The bucket must be there.
  void PutBucket(const BucketKey& key, Bucket bucket);
  // Both with their buckets; they must be there.
  void DropPartition(TableId table, PartitionId partition);
  void DropTable(TableId table);
  // A server is to delete its replica; a newer order replaces an older one.
  void PutStop(ServerId server, const BucketKey& key, int32_t bucket_epoch);
  bool DropStop(ServerId server, const BucketKey& key);  // False: there is none.
  void DropStops(ServerId server);

  bool operator==(const ClusterState&) const = default;
};

}  // namespace pegel::cluster
