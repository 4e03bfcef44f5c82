// The nouns of a rebalance: what was asked, its moves, and how far each of them is.
//
// A move brings one bucket to its planned replicas and leader, one bucket_epoch per step:
//
//   kQueued → kAdding → kSwitching → kRemoving → kDone
//               └─ rolled back: kRetrying, kReplanned, kHeld, or kDone
//
//   kAdding     the bucket has its new replicas besides the old ones; waits until all are in sync
//   kSwitching  the planned leader was elected; waits until it says that it leads
//   kRemoving   the bucket has its new replicas only; waits until the others are deleted
//
// Before kRemoving a move can be rolled back; from there on it goes forward. A move that only
// changes the leader begins with kSwitching and ends there; one that adds nothing, or removes
// nothing, leaves out what it does not need.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/inlined_vector.h"
#include "core/cluster/bucket.h"
#include "core/cluster/bucket_key.h"
#include "core/cluster/model.h"
#include "core/ids.h"
#include "core/principal.h"
#include "core/rebalance/model.h"

namespace pegel::moves {

using cluster::BucketKey;
using cluster::kNoServer;
using cluster::ServerId;

// In the order of a replica list. Three is what nearly all have.
using Servers = absl::InlinedVector<ServerId, 3>;

// Of a rebalance, and of each of its moves. IMPORTANT: stored, and Fluss's numbers.
enum class Status : uint8_t {
  kNotStarted = 0,
  kRebalancing = 1,
  kFailed = 2,
  kCompleted = 3,
  kCanceled = 4,
  kTimeout = 5,  // Only of a move, and never its end: it is retried, or waits for a silent server.
};
inline constexpr Status kLastStatus = Status::kTimeout;
inline constexpr size_t kStatuses = 6;

// IMPORTANT: stored; never renumbered.
enum class Phase : uint8_t {
  kQueued = 0,     // Waits for slots.
  kRetrying = 1,   // Waits for its time.
  kHeld = 2,       // Waits for a server to come back.
  kReplanned = 3,  // Waits for the next plan: this one does not fit any more.
  kAdding = 4,
  kSwitching = 5,
  kRemoving = 6,
  kDone = 7,
};
inline constexpr Phase kLastPhase = Phase::kDone;
inline constexpr size_t kPhases = 8;

// Which moves go first. IMPORTANT: stored; never renumbered.
enum class Urgency : uint8_t {
  kRepair = 0,   // Off a server that will not come back, of a bucket that lacks replicas.
  kDrain = 1,    // Off any other server that is to be empty.
  kRack = 2,     // Out of a rack that holds another replica.
  kBalance = 3,  // For even loads.
  kLeader = 4,   // Only the leader changes.
};
inline constexpr Urgency kLastUrgency = Urgency::kLeader;

// Why a move is where it is. IMPORTANT: stored; never renumbered. Texts: core/moves/text.h.
enum class Reason : uint8_t {
  kNone = 0,
  kDropped = 1,       // The bucket is gone.
  kInPlace = 2,       // It was already as planned.
  kNotNeeded = 3,     // A later plan does not move it.
  kStale = 4,         // Its replicas are not those that were planned from.
  kTargetLost = 5,    // The server that was to get it is dead.
  kTargetTagged = 6,  // … is tagged.
  kTargetFailed = 7,  // … said that it cannot hold it.
  kStalled = 8,       // Nothing happened for move-timeout.
  kNoLeader = 9,      // No replica in sync is live.
  kServerDead = 10,   // A server that keeps its replica is dead, so nothing may be removed.
  kBusy = 11,         // A move of an older rebalance still settles.
  kSilent = 12,       // A server has not confirmed that it deleted its replica.
  kCanceled = 13,
  kGaveUp = 14,  // Too many plans, or none any more.
};
inline constexpr Reason kLastReason = Reason::kGaveUp;

// One bucket of a plan. Never changed while it stands.
struct PlannedMove {
  BucketKey key;
  ServerId leader = kNoServer;      // As the plan found it …
  ServerId new_leader = kNoServer;  // … and is to leave it: one of `target`.
  Servers origin, target;           // The new leader stands first in `target`.
  int64_t bytes = 0;                // Of one replica.
  Urgency urgency = Urgency::kBalance;

  bool IsLeaderOnly() const;
  Servers Added() const;    // In `target` and not in `origin`, by place.
  Servers Removed() const;  // In `origin` and not in `target`, by place.
  bool operator==(const PlannedMove&) const = default;
};

// How far a move is; small, because every step is an event that holds it.
struct MoveState {
  Status status = Status::kNotStarted;
  Phase phase = Phase::kQueued;
  Reason reason = Reason::kNone;
  ServerId about = kNoServer;   // The server that the reason speaks of.
  int32_t attempt = 0;          // Which one this is, from 1; 0: none yet.
  int32_t bucket_epoch = 0;     // When `due` was set: another one by then is progress.
  int32_t led_epoch = -1;       // The last leader_epoch of which its leader said that it leads.
  UnixNanos due;                // When to look again: stalled, or to be retried. 0: never.
  UnixNanos started, finished;  // 0: not yet. Of the first attempt and of the end.
  bool operator==(const MoveState&) const = default;
};

struct Move {
  PlannedMove plan;
  MoveState state;

  // Occupies slots; a move in TIMEOUT has given its own back.
  bool HoldsSlots() const;
  // Between its first change of the bucket and its end.
  bool IsActive() const;
  bool IsWaiting() const;  // Neither active nor done.
  bool operator==(const Move&) const = default;
};

// What the planner says of its plan.
struct PlanSummary {
  int64_t moves = 0;  // Replicas to copy.
  int64_t lower_bound = 0;
  bool is_optimal = false;
  int64_t leader_changes = 0;
  int64_t bytes = 0;
  std::vector<std::string> unresolved;  // Sentences: what the goals ask for and cannot be reached.
  bool operator==(const PlanSummary&) const = default;
};

struct Rebalance {
  Lsn id;  // Of the record that asked for it.
  rebalance::Options options;
  Principal author;
  UnixNanos created, started, finished;  // 0: not yet.
  Status status = Status::kNotStarted;
  std::string reason;  // Why it failed.
  bool is_paused = false;

  // Of the plan in force or, while `awaits_plan`, of the one that is being made; from 1.
  int32_t revision = 1;
  bool awaits_plan = true;
  UnixNanos planned;            // When the newest plan came. 0: none yet.
  PlanSummary summary;          // Of all revisions together.
  std::vector<ServerId> avoid;  // Targets that said that they cannot hold a replica.

  absl::btree_map<BucketKey, Move> moves;
  // The chunks of the plan that is coming; nothing is done with them before it is whole.
  absl::btree_map<BucketKey, PlannedMove> draft;
  uint32_t draft_chunks = 0;

  // Derived from `moves`; no bytes of their own.
  std::array<int64_t, kStatuses> by_status{};
  std::array<int64_t, kPhases> by_phase{};
  int64_t bytes_total = 0;  // To be copied: of all moves …
  int64_t bytes_done = 0;   // … and of those that are completed.
  int64_t attempts = 0;

  bool IsFinished() const {
    return status != Status::kNotStarted && status != Status::kRebalancing;
  }
  int64_t Count(Status of) const { return by_status[static_cast<size_t>(of)]; }
  int64_t Count(Phase of) const { return by_phase[static_cast<size_t>(of)]; }
  bool operator==(const Rebalance&) const = default;
};

// Where a bucket was at home before its server was tagged TEMPORARY_OFFLINE.
struct Home {
  struct Replica {
    ServerId home;
    ServerId stand_in;  // Which holds a replica in its place.
    bool operator==(const Replica&) const = default;
  };
  absl::InlinedVector<Replica, 1> replicas;
  ServerId leader = kNoServer;  // Which led; kNoServer: the leader did not leave.
  bool is_empty() const { return replicas.empty() && leader == kNoServer; }
  bool operator==(const Home&) const = default;
};

bool Contains(const Servers& servers, ServerId server);
bool Contains(const cluster::Replicas& replicas, ServerId server);
// Whether both name the same servers, in whatever order.
bool HasSameServers(const cluster::Replicas& replicas, const Servers& servers);

}  // namespace pegel::moves
