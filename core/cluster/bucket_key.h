// How buckets are named: by table, partition and number, as in Fluss.
#pragma once

#include <compare>
#include <cstdint>

namespace pegel::cluster {

// Given by the log when a table or partition is made; at least 0, never reused.
struct TableId {
  int64_t value = 0;
  auto operator<=>(const TableId&) const = default;
};

// kNoPartition: of a table without partitions. It sorts before every other.
struct PartitionId {
  int64_t value = -1;
  auto operator<=>(const PartitionId&) const = default;
};
inline constexpr PartitionId kNoPartition{-1};

struct BucketKey {
  TableId table;
  PartitionId partition;
  int32_t bucket = 0;  // From 0.
  auto operator<=>(const BucketKey&) const = default;
};

}  // namespace pegel::cluster
