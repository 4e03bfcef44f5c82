#include "core/moves/steps.h"

#include <algorithm>
#include <limits>

#include "core/check.h"
#include "core/moves/homes.h"

namespace pegel::moves {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;
// How long a move waits for an older one of the same bucket to settle.
constexpr int64_t kBusyNanos = 5 * kNanosPerSecond;
// What a copy makes good for, however slow disks and networks are.
constexpr int64_t kSlowBytesPerSecond = 4 << 20;
constexpr int64_t kCopySecondsMax = 30 * 24 * 3600;
constexpr int64_t kBackoffNanosMax = 300 * kNanosPerSecond;

UnixNanos Later(UnixNanos time, int64_t nanos) {
  constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
  return UnixNanos{nanos > kNever - time.value ? kNever : time.value + nanos};
}

bool IsInSync(const cluster::Bucket& bucket, ServerId server) {
  for (const cluster::Replica& replica : bucket.replicas) {
    if (replica.server == server) return replica.is_in_sync;
  }
  return false;
}

bool AreInSync(const cluster::Bucket& bucket, const Servers& servers) {
  return std::all_of(servers.begin(), servers.end(),
                     [&](ServerId server) { return IsInSync(bucket, server); });
}

// Replicas on `servers`, in their order; those that were there stay in sync if they were.
cluster::Replicas On(const Servers& servers, const cluster::Bucket& bucket) {
  cluster::Replicas replicas;
  for (ServerId server : servers) replicas.push_back({server, IsInSync(bucket, server)});
  return replicas;
}

// Spreads bits, so that neighbours differ (the finaliser of MurmurHash3).
uint64_t Mix(uint64_t bits) {
  bits = (bits ^ bits >> 33) * 0xff51afd7ed558ccdULL;
  bits = (bits ^ bits >> 33) * 0xc4ceb9fe1a85ec53ULL;
  return bits ^ bits >> 33;
}

}  // namespace

int64_t BackoffNanos(Lsn rebalance, const BucketKey& key, int32_t attempt) {
  int64_t nanos = kBackoffNanosMax;
  if (attempt < 9) nanos = std::min(kNanosPerSecond << attempt, kBackoffNanosMax);
  uint64_t bits = Mix(rebalance.value);
  for (int64_t part :
       {key.table.value, key.partition.value, int64_t{key.bucket}, int64_t{attempt}}) {
    bits = Mix(bits ^ static_cast<uint64_t>(part));
  }
  return nanos / 2 + static_cast<int64_t>(bits % static_cast<uint64_t>(nanos / 2 + 1));
}

// ---- states ----

MoveState Steps::Put(const Rebalance& rebalance, const Move& move, MoveState state) {
  events_->push_back(MoveChanged{rebalance.id, move.plan.key, state});
  return state;
}

MoveState Steps::End(const Rebalance& rebalance, const Move& move, Status status, Reason reason) {
  MoveState state = move.state;
  state.status = status;
  state.phase = Phase::kDone;
  state.reason = reason;
  state.due = UnixNanos{};
  state.finished = now_;
  return Put(rebalance, move, state);
}

MoveState Steps::Park(const Rebalance& rebalance, const Move& move, Phase phase, Trouble why,
                      UnixNanos due) {
  MoveState state = move.state;
  state.status = phase == Phase::kRetrying && why.reason == Reason::kStalled ? Status::kTimeout
                                                                             : Status::kNotStarted;
  state.phase = phase;
  state.reason = why.reason;
  state.about = why.about;
  state.due = due;
  return Put(rebalance, move, state);
}

// Gives the slots back, and stays as it is until something changes.
MoveState Steps::Lapse(const Rebalance& rebalance, const Move& move, Trouble why) {
  MoveState state = move.state;
  state.status = Status::kTimeout;
  state.reason = why.reason;
  state.about = why.about;
  state.due = UnixNanos{};
  return Put(rebalance, move, state);
}

MoveState Steps::Queue(const Rebalance& rebalance, const Move& move) {
  MoveState state = move.state;
  state.phase = Phase::kQueued;
  state.due = UnixNanos{};
  return Put(rebalance, move, state);
}

MoveState Steps::GiveUp(const Rebalance& rebalance, const Move& move) {
  return End(rebalance, move, Status::kFailed, Reason::kGaveUp);
}

UnixNanos Steps::Deadline(int64_t bytes) const {
  int64_t rate = kSlowBytesPerSecond;
  if (settings_.bytes_per_sec > 0) {
    rate = settings_.bytes_per_sec / (2 * settings_.moves_per_server_max);
  }
  int64_t seconds = std::min(bytes / std::max<int64_t>(rate, 1), kCopySecondsMax);
  return Later(Later(now_, settings_.timeout_nanos), seconds * kNanosPerSecond);
}

// ---- forward ----

MoveState Steps::Start(const Rebalance& rebalance, const Move& queued) {
  const PlannedMove& plan = queued.plan;
  const cluster::Bucket* bucket = world_.cluster.Find(plan.key);
  if (bucket == nullptr) return End(rebalance, queued, Status::kCompleted, Reason::kDropped);
  if (world_.moves.active.contains(plan.key)) {
    return Park(rebalance, queued, Phase::kRetrying, {Reason::kBusy}, Later(now_, kBusyNanos));
  }
  if (!HasSameServers(bucket->replicas, plan.origin) &&
      !HasSameServers(bucket->replicas, plan.target)) {
    return Park(rebalance, queued, Phase::kReplanned, {Reason::kStale});
  }
  if (bucket->leader == kNoServer) {
    ServerId last = kNoServer;
    for (const cluster::Replica& replica : bucket->replicas) {
      if (replica.is_in_sync) last = replica.server;
    }
    return Park(rebalance, queued, Phase::kHeld, {Reason::kNoLeader, last});
  }
  if (auto trouble = HardTrouble(queued, *bucket)) {
    return Park(rebalance, queued, Phase::kReplanned, *trouble);
  }
  if (auto dead = DeadKeeper(queued)) {
    const cluster::Server* server = world_.cluster.Find(*dead);
    bool is_gone = server->tag == cluster::ServerTag::kPermanentOffline ||
                   GraceEnd(settings_, server->since) <= now_;
    return Park(rebalance, queued, is_gone ? Phase::kReplanned : Phase::kHeld,
                {Reason::kServerDead, *dead});
  }
  Move move = queued;
  MoveState& state = move.state;
  state = MoveState{Status::kRebalancing, Phase::kAdding,       Reason::kNone,        kNoServer,
                    state.attempt + 1,    bucket->bucket_epoch, bucket->leader_epoch, Deadline(0),
                    state.started,        UnixNanos{}};
  if (state.started == UnixNanos{}) state.started = now_;
  if (!std::all_of(plan.target.begin(), plan.target.end(),
                   [&](ServerId server) { return Contains(bucket->replicas, server); })) {
    return Expand(rebalance, move, *bucket);
  }
  if (auto state_after = Forward(rebalance, move, *bucket)) return *state_after;
  return Put(rebalance, move, state);
}

MoveState Steps::Expand(const Rebalance& rebalance, const Move& move,
                        const cluster::Bucket& bucket) {
  const PlannedMove& plan = move.plan;
  cluster::Bucket after = bucket;
  Servers all = plan.target;
  for (ServerId server : plan.Removed()) all.push_back(server);
  after.replicas = On(all, bucket);
  ++after.bucket_epoch;
  ChangeBucket(plan.key, after);
  MoveState state = move.state;
  state.bucket_epoch = after.bucket_epoch;
  state.due = Deadline(bucket.bytes);
  return Put(rebalance, move, state);
}

std::optional<MoveState> Steps::GoOn(const Rebalance& rebalance, const Move& move) {
  const cluster::Bucket* bucket = world_.cluster.Find(move.plan.key);
  if (bucket == nullptr) return End(rebalance, move, Status::kCompleted, Reason::kDropped);
  const MoveState& state = move.state;
  if (state.phase == Phase::kRemoving) return WaitForStops(rebalance, move);
  bool is_due = state.status == Status::kRebalancing && state.due <= now_;
  if (bucket->leader == kNoServer) {
    if (!is_due) return std::nullopt;
    return Lapse(rebalance, move, {Reason::kNoLeader, Laggard(move, *bucket)});
  }
  if (rebalance.IsFinished()) return RollBack(rebalance, move, *bucket, {Reason::kCanceled});
  if (auto trouble = HardTrouble(move, *bucket)) {
    return RollBack(rebalance, move, *bucket, *trouble);
  }
  if (state.status == Status::kTimeout) {
    return RollBack(rebalance, move, *bucket, {state.reason, state.about});
  }
  if (auto after = Forward(rebalance, move, *bucket)) return after;
  // Others need its slots more than it needs a copy that cannot be of use before a server is back.
  if (auto dead = DeadKeeper(move)) {
    return RollBack(rebalance, move, *bucket, {Reason::kServerDead, *dead});
  }
  if (!is_due) return std::nullopt;
  if (state.bucket_epoch == bucket->bucket_epoch) {
    return RollBack(rebalance, move, *bucket, {Reason::kStalled, Laggard(move, *bucket)});
  }
  MoveState patient = state;
  patient.bucket_epoch = bucket->bucket_epoch;
  patient.due = Deadline(bucket->bytes);
  return Put(rebalance, move, patient);
}

std::optional<MoveState> Steps::Forward(const Rebalance& rebalance, const Move& move,
                                        const cluster::Bucket& bucket) {
  const PlannedMove& plan = move.plan;
  if (!plan.IsLeaderOnly() && !AreInSync(bucket, plan.target)) return std::nullopt;
  if (bucket.leader != plan.new_leader) {
    if (!IsLiveInSync(bucket, plan.new_leader)) return std::nullopt;
    return Switch(rebalance, move, bucket);
  }
  if (move.state.led_epoch != bucket.leader_epoch) return std::nullopt;
  if (!HasSameServers(bucket.replicas, plan.target)) return Shrink(rebalance, move, bucket);
  bool was_in_place = move.state.phase == Phase::kAdding && plan.Added().empty();
  return End(rebalance, move, Status::kCompleted, was_in_place ? Reason::kInPlace : Reason::kNone);
}

MoveState Steps::Switch(const Rebalance& rebalance, const Move& move,
                        const cluster::Bucket& bucket) {
  const PlannedMove& plan = move.plan;
  cluster::Bucket after = bucket;
  if (HasSameServers(bucket.replicas, plan.target)) {
    after.replicas = On(plan.target, bucket);
    ChangeHome(move, plan.target, plan.new_leader);
  }
  after.leader = plan.new_leader;
  ++after.leader_epoch;
  ++after.bucket_epoch;
  ChangeBucket(plan.key, after);
  MoveState state = move.state;
  state.phase = Phase::kSwitching;
  state.bucket_epoch = after.bucket_epoch;
  state.due = Deadline(0);
  return Put(rebalance, move, state);
}

MoveState Steps::Shrink(const Rebalance& rebalance, const Move& move,
                        const cluster::Bucket& bucket) {
  const PlannedMove& plan = move.plan;
  cluster::Bucket after = bucket;
  after.replicas = On(plan.target, bucket);
  ++after.bucket_epoch;
  ChangeBucket(plan.key, after);
  Drop(plan.key, bucket, after);
  ChangeHome(move, plan.target, plan.new_leader);
  MoveState state = move.state;
  state.phase = Phase::kRemoving;
  state.bucket_epoch = after.bucket_epoch;
  state.due = Deadline(0);
  return Put(rebalance, move, state);
}

std::optional<MoveState> Steps::WaitForStops(const Rebalance& rebalance, const Move& move) {
  ServerId silent = kNoServer;
  for (ServerId server : move.plan.Removed()) {
    auto stops = world_.cluster.stops.find(server);
    if (!world_.cluster.IsLive(server) || stops == world_.cluster.stops.end()) continue;
    if (stops->second.contains(move.plan.key)) silent = server;
  }
  if (silent == kNoServer) return End(rebalance, move, Status::kCompleted, Reason::kNone);
  bool is_due = move.state.status == Status::kRebalancing && move.state.due <= now_;
  if (!is_due) return std::nullopt;
  return Lapse(rebalance, move, {Reason::kSilent, silent});
}

// ---- back ----

MoveState Steps::RollBack(const Rebalance& rebalance, const Move& move,
                          const cluster::Bucket& bucket, Trouble why) {
  const Servers settled = SettledReplicas(move, bucket);
  Settle(move, bucket, settled);
  return AfterRollBack(rebalance, move, why, settled == move.plan.origin);
}

void Steps::Settle(const Move& move, const cluster::Bucket& bucket, const Servers& settled) {
  const PlannedMove& plan = move.plan;
  cluster::Bucket after = bucket;
  after.replicas = On(settled, bucket);
  after.leader = SettledLeader(move, bucket, settled);
  if (after.leader != bucket.leader) ++after.leader_epoch;
  if (after == bucket) return;
  ++after.bucket_epoch;
  ChangeBucket(plan.key, after);
  Drop(plan.key, bucket, after);
  if (settled != plan.origin) ChangeHome(move, settled, after.leader);
}

MoveState Steps::AfterRollBack(const Rebalance& rebalance, const Move& move, Trouble why,
                               bool is_at_origin) {
  switch (why.reason) {
    case Reason::kCanceled:
      return End(rebalance, move, rebalance.status,
                 rebalance.status == Status::kCanceled ? Reason::kCanceled : Reason::kGaveUp);
    case Reason::kTargetLost:
    case Reason::kTargetTagged:
    case Reason::kTargetFailed:
      return Park(rebalance, move, Phase::kReplanned, why);
    default:
      break;
  }
  Move again = move;
  bool is_our_fault = why.reason == Reason::kStalled && !DeadKeeper(move).has_value();
  if (!is_our_fault) --again.state.attempt;
  if (again.state.attempt >= settings_.attempts_max) {
    again.state.about = why.about;
    return End(rebalance, again, Status::kFailed, why.reason);
  }
  if (!is_at_origin) return Park(rebalance, again, Phase::kReplanned, {Reason::kStale});
  if (auto dead = DeadKeeper(move)) {
    return Park(rebalance, again, Phase::kHeld, {Reason::kServerDead, *dead});
  }
  int64_t wait = BackoffNanos(rebalance.id, move.plan.key, move.state.attempt);
  return Park(rebalance, again, Phase::kRetrying, why, Later(now_, wait));
}

Servers Steps::SettledReplicas(const Move& move, const cluster::Bucket& bucket) const {
  const Servers& origin = move.plan.origin;
  Servers kept, spare;
  for (ServerId server : origin) {
    if (IsLiveInSync(bucket, server)) kept.push_back(server);
  }
  for (const cluster::Replica& replica : bucket.replicas) {
    bool is_spare = !Contains(origin, replica.server) && IsLiveInSync(bucket, replica.server);
    if (is_spare) spare.push_back(replica.server);
  }
  size_t needed = std::min(kept.size() + spare.size(), origin.size());
  if (!kept.empty() && kept.size() >= needed) return origin;
  for (size_t i = 0; kept.size() < needed; ++i) kept.push_back(spare[i]);
  for (ServerId server : origin) {
    if (kept.size() < origin.size() && !Contains(kept, server)) kept.push_back(server);
  }
  return kept;
}

ServerId Steps::SettledLeader(const Move& move, const cluster::Bucket& bucket,
                              const Servers& settled) const {
  Servers able;
  for (ServerId server : settled) {
    if (IsLiveInSync(bucket, server)) able.push_back(server);
  }
  PEGEL_CHECK(!able.empty(), "nobody can lead bucket ", move.plan.key.bucket, " of table ",
              move.plan.key.table.value, " after a roll-back");
  bool was_switched = move.state.phase == Phase::kSwitching;
  if (!was_switched && Contains(able, bucket.leader)) return bucket.leader;
  if (Contains(able, move.plan.leader)) return move.plan.leader;
  for (ServerId server : able) {
    if (server != move.plan.new_leader) return server;
  }
  return able.front();
}

// ---- what stands in the way ----

std::optional<Steps::Trouble> Steps::TargetTrouble(ServerId target) const {
  const cluster::Server* server = world_.cluster.Find(target);
  if (server == nullptr || !server->is_live) return Trouble{Reason::kTargetLost, target};
  if (server->tag.has_value()) return Trouble{Reason::kTargetTagged, target};
  return std::nullopt;
}

std::optional<Steps::Trouble> Steps::HardTrouble(const Move& move,
                                                 const cluster::Bucket& bucket) const {
  const PlannedMove& plan = move.plan;
  if (move.state.reason == Reason::kTargetFailed) {
    return Trouble{Reason::kTargetFailed, move.state.about};
  }
  for (ServerId server : plan.Added()) {
    if (auto trouble = TargetTrouble(server)) return trouble;
  }
  if (plan.leader == plan.new_leader || bucket.leader == plan.new_leader) return std::nullopt;
  return TargetTrouble(plan.new_leader);
}

// A server that is to keep its replica and is dead: while it is, no replica may be removed.
std::optional<ServerId> Steps::DeadKeeper(const Move& move) const {
  if (move.plan.IsLeaderOnly()) return std::nullopt;
  for (ServerId server : move.plan.target) {
    bool is_kept = Contains(move.plan.origin, server);
    if (is_kept && !world_.cluster.IsLive(server)) return server;
  }
  return std::nullopt;
}

// For whom the move waits.
ServerId Steps::Laggard(const Move& move, const cluster::Bucket& bucket) const {
  for (ServerId server : move.plan.target) {
    if (!IsInSync(bucket, server)) return server;
  }
  return move.plan.new_leader;
}

bool Steps::IsLiveInSync(const cluster::Bucket& bucket, ServerId server) const {
  return IsInSync(bucket, server) && world_.cluster.IsLive(server);
}

// ---- events ----

void Steps::ChangeBucket(const BucketKey& key, const cluster::Bucket& after) {
  events_->push_back(
      BucketChanged{key, after.leader, after.leader_epoch, after.bucket_epoch, after.replicas});
}

void Steps::Drop(const BucketKey& key, const cluster::Bucket& before,
                 const cluster::Bucket& after) {
  ReplicasDropped dropped{key, after.bucket_epoch, {}};
  for (const cluster::Replica& replica : before.replicas) {
    if (!Contains(after.replicas, replica.server)) dropped.servers.push_back(replica.server);
  }
  if (!dropped.servers.empty()) events_->push_back(std::move(dropped));
}

void Steps::ChangeHome(const Move& move, const Servers& after, ServerId leader) {
  auto change = HomeAfter(world_, move.plan.key, move.plan.origin, after, move.plan.leader, leader);
  if (change.has_value()) events_->push_back(*std::move(change));
}

// ---- what servers say ----

namespace {

const Move* FindActive(const MovesState& state, const BucketKey& key, Lsn* rebalance) {
  auto it = state.active.find(key);
  if (it == state.active.end()) return nullptr;
  *rebalance = it->second;
  return &state.Find(it->second)->moves.find(key)->second;
}

}  // namespace

std::optional<MoveChanged> LeaderConfirmed(const MovesState& state, const BucketKey& key,
                                           int32_t leader_epoch) {
  Lsn rebalance;
  const Move* move = FindActive(state, key, &rebalance);
  if (move == nullptr || move->state.led_epoch == leader_epoch) return std::nullopt;
  MoveChanged change{rebalance, key, move->state};
  change.state.led_epoch = leader_epoch;
  return change;
}

std::optional<MoveChanged> TargetFailed(const MovesState& state, const BucketKey& key,
                                        ServerId server) {
  Lsn rebalance;
  const Move* move = FindActive(state, key, &rebalance);
  if (move == nullptr || move->state.phase == Phase::kRemoving) return std::nullopt;
  if (!Contains(move->plan.Added(), server)) return std::nullopt;
  MoveChanged change{rebalance, key, move->state};
  change.state.reason = Reason::kTargetFailed;
  change.state.about = server;
  return change;
}

}  // namespace pegel::moves
