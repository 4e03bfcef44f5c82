// What the planner answers: the moves bucket by bucket and what they are good for, or a refusal.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/cluster/bucket_key.h"
#include "core/error.h"
#include "core/rebalance/model.h"

namespace pegel::rebalance {

// One bucket whose replicas or leader change. The new leader stands first in the new list, as in
// Fluss; a replica that leaves is replaced at its own place.
struct BucketMove {
  cluster::BucketKey key;
  ServerId leader, new_leader;  // kNoLeader: there is none.
  uint32_t first = 0;           // Of Plan::servers: origin replicas, then the new ones.
  uint16_t origin_count = 0, new_count = 0;
  uint16_t added_count = 0;  // Replicas that have to be copied.
  int64_t bytes = 0;         // Of one replica.
  bool operator==(const BucketMove&) const = default;
};

// Sorted by key. Buckets of which only the order of the list would change are not in it.
struct Plan {
  std::vector<BucketMove> moves;
  std::vector<ServerId> servers;

  std::span<const ServerId> OriginOf(const BucketMove& move) const {
    return {servers.data() + move.first, move.origin_count};
  }
  std::span<const ServerId> NewOf(const BucketMove& move) const {
    return {servers.data() + move.first + move.origin_count, move.new_count};
  }
  bool operator==(const Plan&) const = default;
};

// What a server is to a plan.
enum class Role : uint8_t {
  kTakes,   // Live and untagged: may get replicas and leaders.
  kKeeps,   // Dead but not for long, or only its leaders move: its replicas stay and are counted.
  kDrains,  // Everything moves away from it.
};

struct ServerLoad {
  ServerId id;
  std::string rack;
  Role role = Role::kTakes;
  int64_t replicas = 0, leaders = 0;
  bool operator==(const ServerLoad&) const = default;
};

struct RackLoad {
  std::string rack;
  int64_t servers = 0, replicas = 0, leaders = 0;
  bool operator==(const RackLoad&) const = default;
};

// Over the servers that take replicas.
struct Range {
  int64_t min = 0, max = 0;
  int64_t spread() const { return max - min; }
  bool operator==(const Range&) const = default;
};

struct Balance {
  Range replicas, leaders;
  int64_t rack_violations = 0;  // Replicas that share their rack with another one of their bucket.
  std::vector<ServerLoad> servers;  // By id.
  std::vector<RackLoad> racks;      // By name.
  bool operator==(const Balance&) const = default;
};

struct Summary {
  int64_t moves = 0;  // Replicas to copy.
  // No plan that is as good for the replica goals has fewer moves. `moves == lower_bound` is a
  // proof that anyone can check.
  int64_t lower_bound = 0;
  bool is_optimal =
      false;  // Moves are proven to be the fewest, by the bound or by an exact search.
  int64_t leader_changes = 0;
  int64_t bytes = 0;  // Of the replicas to copy.
  Balance before, after;
  // What the goals ask for and cannot be reached, and why, in numbers. One sentence each.
  std::vector<std::string> unresolved;
  bool operator==(const Summary&) const = default;
};

struct Planned {
  Plan plan;
  Summary summary;
};

// The refusal has Fluss's code and text, then the numbers.
using Answer = std::variant<Planned, Error>;

}  // namespace pegel::rebalance
