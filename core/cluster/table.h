// Tables, their partitions, and how they are named.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "core/cluster/bucket.h"
#include "core/cluster/bucket_key.h"

namespace pegel::cluster {

// Names follow Fluss's rules (core/cluster/names.h).
struct TablePath {
  std::string database;
  std::string table;
  auto operator<=>(const TablePath&) const = default;
};

// Buckets by number. A table without partitions has one of these, at kNoPartition, without a name.
struct Partition {
  std::string name;
  std::vector<Bucket> buckets;
  bool operator==(const Partition&) const = default;
};

struct Table {
  TableId id;  // The lsn of the record that made it; a partition's likewise.
  TablePath path;
  int32_t bucket_count = 0;  // Of the table, or of each of its partitions.
  int32_t replication_factor = 0;
  bool is_partitioned = false;
  absl::btree_map<PartitionId, Partition> partitions;
  bool operator==(const Table&) const = default;
};

}  // namespace pegel::cluster
