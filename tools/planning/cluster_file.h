// The cluster of `pegel rebalance plan --offline`: a YAML file of servers and buckets.
//
//   servers:
//     - {id: 0, rack: a, tag: PERMANENT_OFFLINE, live: false}   # rack, tag and live may be left
//     out
//   buckets:
//     - {table: 1, partition: 4, bucket: 0, leader: 0, replicas: [0, 1], bytes: 1000}
//
// partition, bytes and leader may be left out (no partition, 0, no leader). Every replica is taken
// to be in sync.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/rebalance/model.h"

namespace pegel::tools {

// A million replicas as YAML are about 30 MiB.
inline constexpr size_t kClusterFileBytesMax = 256 << 20;

// Errors (kInvalidArgument) read `name:line: what, expected and found`.
absl::StatusOr<rebalance::Cluster> ParseClusterFile(const std::string& name,
                                                    const std::string& text);

// The same from a file. kNotFound and kUnavailable name the file and why it cannot be read.
absl::StatusOr<rebalance::Cluster> ReadClusterFile(const std::string& file);

}  // namespace pegel::tools
