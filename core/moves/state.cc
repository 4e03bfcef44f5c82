#include "core/moves/state.h"

#include <algorithm>

#include "core/check.h"
#include "core/limits.h"

namespace pegel::moves {
namespace {

int64_t BytesToCopy(const PlannedMove& move) {
  return move.bytes * static_cast<int64_t>(move.Added().size());
}

bool HasTimer(const Move& move) {
  return move.state.due != UnixNanos{} &&
         (move.HoldsSlots() || move.state.phase == Phase::kRetrying);
}

// Adds to the rebalance's counts (`sign` 1), or takes away from them (-1).
void Count(Rebalance& rebalance, const Move& move, int64_t sign) {
  rebalance.by_status[static_cast<size_t>(move.state.status)] += sign;
  rebalance.by_phase[static_cast<size_t>(move.state.phase)] += sign;
  rebalance.attempts += sign * move.state.attempt;
  rebalance.bytes_total += sign * BytesToCopy(move.plan);
  if (move.state.status == Status::kCompleted) {
    rebalance.bytes_done += sign * BytesToCopy(move.plan);
  }
}

void Hold(MovesState& state, ServerId server, const BucketKey& key) {
  state.held[server].insert(key);
}

void Unhold(MovesState& state, ServerId server, const BucketKey& key) {
  auto it = state.held.find(server);
  PEGEL_CHECK(it != state.held.end(), "no move is held by server ", server.value);
  it->second.erase(key);
  if (it->second.empty()) state.held.erase(it);
}

void Begin(MovesState& state, Rebalance& rebalance, const Move& move) {
  const BucketKey& key = move.plan.key;
  Count(rebalance, move, 1);
  if (move.state.phase == Phase::kQueued) state.queue.Insert(move.plan);
  if (move.state.phase == Phase::kHeld) Hold(state, move.state.about, key);
  if (HasTimer(move)) state.timers.insert({move.state.due, rebalance.id, key});
  if (move.HoldsSlots()) state.usage.Take(move.plan);
  if (!move.IsActive()) return;
  bool is_new = state.active.emplace(key, rebalance.id).second;
  PEGEL_CHECK(is_new, "two moves of bucket ", key.bucket, " of table ", key.table.value);
}

void End(MovesState& state, Rebalance& rebalance, const Move& move) {
  const BucketKey& key = move.plan.key;
  Count(rebalance, move, -1);
  if (move.state.phase == Phase::kQueued) state.queue.Erase(move.plan);
  if (move.state.phase == Phase::kHeld) Unhold(state, move.state.about, key);
  if (HasTimer(move)) state.timers.erase({move.state.due, rebalance.id, key});
  if (move.HoldsSlots()) state.usage.Give(move.plan);
  if (move.IsActive()) state.active.erase(key);
}

bool HasActive(const Rebalance& rebalance) {
  return rebalance.Count(Phase::kAdding) + rebalance.Count(Phase::kSwitching) +
             rebalance.Count(Phase::kRemoving) >
         0;
}

}  // namespace

Lane LaneOf(const PlannedMove& move) {
  Lane lane;
  const Servers added = move.Added();
  lane.destinations.assign(added.begin(), added.end());
  if (lane.destinations.empty()) return lane;
  std::sort(lane.destinations.begin(), lane.destinations.end());
  lane.source = move.leader != kNoServer ? move.leader : move.origin.front();
  return lane;
}

Turn TurnOf(const PlannedMove& move) { return Turn{move.urgency, move.bytes, move.key}; }

Slots Usage::Of(ServerId server) const {
  auto it = servers.find(server);
  return it == servers.end() ? Slots{} : it->second;
}

void Usage::Add(const PlannedMove& move, int32_t sign) {
  (move.IsLeaderOnly() ? leader_moves : moves) += sign;
  const Lane lane = LaneOf(move);
  auto add = [&](ServerId server, int32_t in, int32_t out) {
    Slots& slots = servers[server];
    slots.in += in;
    slots.out += out;
    if (slots == Slots{}) servers.erase(server);
  };
  for (ServerId server : lane.destinations) add(server, sign, 0);
  if (!lane.destinations.empty()) add(lane.source, 0, sign);
}

void Queue::Insert(const PlannedMove& move) {
  const Lane lane = LaneOf(move);
  const Turn turn = TurnOf(move);
  absl::btree_set<Turn>& turns = lanes[lane];
  if (turns.empty() || turn < *turns.begin()) {
    if (!turns.empty()) heads.erase({*turns.begin(), lane});
    heads.insert({turn, lane});
  }
  turns.insert(turn);
}

void Queue::Erase(const PlannedMove& move) {
  const Lane lane = LaneOf(move);
  const Turn turn = TurnOf(move);
  auto it = lanes.find(lane);
  PEGEL_CHECK(it != lanes.end(), "a move is not in the queue: bucket ", move.key.bucket);
  bool was_first = *it->second.begin() == turn;
  it->second.erase(turn);
  if (was_first) heads.erase({turn, lane});
  if (it->second.empty()) {
    lanes.erase(it);
  } else if (was_first) {
    heads.insert({*it->second.begin(), lane});
  }
}

const Rebalance* MovesState::Find(Lsn id) const {
  auto it = rebalances.find(id);
  return it == rebalances.end() ? nullptr : &it->second;
}

const Rebalance* MovesState::Current() const { return Find(current); }

const Rebalance* MovesState::Newest() const {
  return rebalances.empty() ? nullptr : &rebalances.rbegin()->second;
}

void MovesState::Insert(Rebalance rebalance) {
  PEGEL_CHECK(current == Lsn{} || rebalance.IsFinished(), "two rebalances run");
  if (!rebalance.IsFinished()) current = rebalance.id;
  const Lsn id = rebalance.id;
  absl::btree_map<BucketKey, Move> moves = std::move(rebalance.moves);
  rebalance.moves.clear();
  Rebalance& placed = rebalances.emplace(id, std::move(rebalance)).first->second;
  for (auto& [key, move] : moves) PutMove(placed, std::move(move.plan), move.state);
}

Rebalance& MovesState::At(Lsn id) {
  auto it = rebalances.find(id);
  PEGEL_CHECK(it != rebalances.end(), "no rebalance ", id.value);
  return it->second;
}

void MovesState::PutMove(Rebalance& rebalance, PlannedMove plan, MoveState state) {
  auto [it, is_new] = rebalance.moves.try_emplace(plan.key);
  if (!is_new) End(*this, rebalance, it->second);
  it->second = Move{std::move(plan), state};
  Begin(*this, rebalance, it->second);
}

void MovesState::PutState(Rebalance& rebalance, const BucketKey& key, const MoveState& state) {
  auto it = rebalance.moves.find(key);
  PEGEL_CHECK(it != rebalance.moves.end(), "rebalance ", rebalance.id.value,
              " does not move bucket ", key.bucket, " of table ", key.table.value);
  End(*this, rebalance, it->second);
  it->second.state = state;
  Begin(*this, rebalance, it->second);
}

void MovesState::Finish(Rebalance& rebalance, Status status, Reason reason, UnixNanos at) {
  for (auto& [key, move] : rebalance.moves) {
    if (!move.IsWaiting()) continue;
    End(*this, rebalance, move);
    move.state.status = status;
    move.state.phase = Phase::kDone;
    move.state.reason = reason;
    move.state.due = UnixNanos{};
    move.state.finished = at;
    Begin(*this, rebalance, move);
  }
  rebalance.draft.clear();
  rebalance.draft_chunks = 0;
  rebalance.awaits_plan = false;
  rebalance.status = status;
  rebalance.finished = at;
  if (current == rebalance.id) current = Lsn{};
}

void MovesState::ForgetOld() {
  size_t moves = 0;
  for (const auto& [id, rebalance] : rebalances) moves += rebalance.moves.size();
  for (auto it = rebalances.begin(); it != rebalances.end();) {
    bool fits = rebalances.size() <= kRebalancesMax && moves <= kRebalanceMovesMax;
    if (fits || it->first == rebalances.rbegin()->first) return;
    const Rebalance& rebalance = it->second;
    if (!rebalance.IsFinished() || HasActive(rebalance)) {
      ++it;
      continue;
    }
    moves -= rebalance.moves.size();
    it = rebalances.erase(it);
  }
}

}  // namespace pegel::moves
