// A bucket: who holds replicas of it, who leads, who keeps up.
#pragma once

#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "core/cluster/model.h"

namespace pegel::cluster {

// No server has it. A bucket led by it is leaderless.
inline constexpr ServerId kNoServer{-1};

struct Replica {
  ServerId server;
  bool is_in_sync = true;  // Holds everything that was acknowledged, so it may lead.
  bool operator==(const Replica&) const = default;
};

// In order of preference: the first is the preferred leader. Three is what nearly all have, and
// fits without memory of its own.
using Replicas = absl::InlinedVector<Replica, 3>;

// Invariants (core/cluster/invariants.h): replicas are known servers, none twice; at least one is
// in sync; the leader is in sync and live; while a replica in sync is live there is a leader.
//
// Clusters hold a million of these: 56 bytes each.
struct Bucket {
  Replicas replicas;
  ServerId leader = kNoServer;
  int32_t leader_epoch = 0;  // One more with each leader; fences the one before.
  int32_t bucket_epoch = 0;  // One more with each change of leader, replicas or who is in sync.
  int64_t bytes = 0;         // As the leader last said.
  bool operator==(const Bucket&) const = default;
};

}  // namespace pegel::cluster
