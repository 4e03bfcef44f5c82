// The part of the World that holds rebalances: every one that is remembered, with its moves.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "core/moves/model.h"

namespace pegel::moves {

// What a move needs besides a place in the total: a slot in at each server that gets a replica, and
// one out at the server that they are copied from (the leader that the plan found). Moves of one
// lane need the same. A move that copies nothing is in the lane without servers.
struct Lane {
  ServerId source = kNoServer;
  std::vector<ServerId> destinations;  // Ascending.
  auto operator<=>(const Lane&) const = default;
};
Lane LaneOf(const PlannedMove& move);

// The order in which moves start: by urgency, smaller ones first.
struct Turn {
  Urgency urgency = Urgency::kBalance;
  int64_t bytes = 0;
  BucketKey key;
  auto operator<=>(const Turn&) const = default;
};
Turn TurnOf(const PlannedMove& move);

struct Slots {
  int32_t in = 0, out = 0;
  bool operator==(const Slots&) const = default;
};

// What the moves in flight occupy.
struct Usage {
  int64_t moves = 0;                         // That change replicas.
  int64_t leader_moves = 0;                  // That only change the leader.
  absl::btree_map<ServerId, Slots> servers;  // Those with any.

  Slots Of(ServerId server) const;
  void Take(const PlannedMove& move) { Add(move, 1); }
  void Give(const PlannedMove& move) { Add(move, -1); }
  bool operator==(const Usage&) const = default;

 private:
  void Add(const PlannedMove& move, int32_t sign);
};

// The moves that wait for slots, by what they need. Each lane's first is among `heads`, so that the
// next one to start is found without looking at those behind it.
struct Queue {
  absl::btree_map<Lane, absl::btree_set<Turn>> lanes;
  absl::btree_set<std::pair<Turn, Lane>> heads;

  void Insert(const PlannedMove& move);
  void Erase(const PlannedMove& move);
  bool operator==(const Queue&) const = default;
};

struct Timer {
  UnixNanos due;
  Lsn rebalance;
  BucketKey key;
  auto operator<=>(const Timer&) const = default;
};

// A value; owned by the World. Changed only by the functions below, which keep the indexes right.
struct MovesState {
  absl::btree_map<Lsn, Rebalance> rebalances;  // By id, so by age.
  absl::btree_map<BucketKey, Home> homes;

  // Derived; no bytes of their own. What waits is of the rebalance that is not finished; what is
  // active may be of one that was cancelled.
  Lsn current;                                                 // Not finished; 0: none.
  absl::btree_map<BucketKey, Lsn> active;                      // Which rebalance moves the bucket.
  Queue queue;                                                 // kQueued
  absl::btree_map<ServerId, absl::btree_set<BucketKey>> held;  // kHeld, by Move::about.
  absl::btree_set<Timer> timers;                               // kRetrying, and what holds slots.
  Usage usage;

  const Rebalance* Find(Lsn id) const;  // Null: not remembered.
  const Rebalance* Current() const;     // Null: none.
  const Rebalance* Newest() const;      // Null: none.

  void Insert(Rebalance rebalance);  // Its id is the greatest.
  // The rebalance must be there; so must its move in PutState.
  Rebalance& At(Lsn id);
  void PutMove(Rebalance& rebalance, PlannedMove plan, MoveState state);
  void PutState(Rebalance& rebalance, const BucketKey& key, const MoveState& state);
  // It is not the current one any more. What waits ends with `status` and `reason`.
  void Finish(Rebalance& rebalance, Status status, Reason reason, UnixNanos at);
  // Forgets finished rebalances, oldest first, until the limits hold (core/limits.h). The newest
  // stays, and those with active moves.
  void ForgetOld();

  bool operator==(const MovesState&) const = default;
};

}  // namespace pegel::moves
