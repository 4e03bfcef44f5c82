// One step of one move: what is due for its bucket now, from the World as it is. Pure.
//
// Each step is at most one change of the bucket (with one more on its bucket_epoch) and the move's
// new state, so a crash between two steps loses nothing: the next look finds what is still due.
//
// No step takes away a replica in sync that the bucket needs: replicas are removed only when all
// planned ones are in sync; what is rolled back keeps as many live replicas in sync as the bucket
// has, up to as many as it had replicas. When no replica in sync is live, nothing is done.
#pragma once

#include <optional>
#include <vector>

#include "core/event.h"
#include "core/moves/settings.h"
#include "core/world.h"

namespace pegel::moves {

class Steps {
 public:
  // Events are added to `events`; both outlive this.
  Steps(const World& world, UnixNanos now, std::vector<Event>* events)
      : world_(world), settings_(SettingsOf(world.configs)), now_(now), events_(events) {}

  const Settings& settings() const { return settings_; }

  // Begins a queued move. Its state afterwards: always another one.
  MoveState Start(const Rebalance& rebalance, const Move& move);

  // Takes an active move on. Unset: it has to wait.
  std::optional<MoveState> GoOn(const Rebalance& rebalance, const Move& move);

  // Changes nothing but where a waiting move stands.
  MoveState Queue(const Rebalance& rebalance, const Move& move);
  MoveState GiveUp(const Rebalance& rebalance, const Move& move);

 private:
  struct Trouble {
    Reason reason = Reason::kNone;
    ServerId about = kNoServer;
  };

  MoveState Put(const Rebalance& rebalance, const Move& move, MoveState state);
  MoveState End(const Rebalance& rebalance, const Move& move, Status status, Reason reason);
  MoveState Park(const Rebalance& rebalance, const Move& move, Phase phase, Trouble why,
                 UnixNanos due = {});
  MoveState Lapse(const Rebalance& rebalance, const Move& move, Trouble why);

  MoveState Expand(const Rebalance& rebalance, const Move& move, const cluster::Bucket& bucket);
  std::optional<MoveState> Forward(const Rebalance& rebalance, const Move& move,
                                   const cluster::Bucket& bucket);
  MoveState Switch(const Rebalance& rebalance, const Move& move, const cluster::Bucket& bucket);
  MoveState Shrink(const Rebalance& rebalance, const Move& move, const cluster::Bucket& bucket);
  std::optional<MoveState> WaitForStops(const Rebalance& rebalance, const Move& move);
  MoveState RollBack(const Rebalance& rebalance, const Move& move, const cluster::Bucket& bucket,
                     Trouble why);
  void Settle(const Move& move, const cluster::Bucket& bucket, const Servers& settled);
  MoveState AfterRollBack(const Rebalance& rebalance, const Move& move, Trouble why,
                          bool is_at_origin);

  std::optional<Trouble> HardTrouble(const Move& move, const cluster::Bucket& bucket) const;
  std::optional<Trouble> TargetTrouble(ServerId target) const;
  std::optional<ServerId> DeadKeeper(const Move& move) const;
  ServerId Laggard(const Move& move, const cluster::Bucket& bucket) const;
  bool IsLiveInSync(const cluster::Bucket& bucket, ServerId server) const;
  Servers SettledReplicas(const Move& move, const cluster::Bucket& bucket) const;
  ServerId SettledLeader(const Move& move, const cluster::Bucket& bucket,
                         const Servers& settled) const;
  void ChangeBucket(const BucketKey& key, const cluster::Bucket& after);
  void Drop(const BucketKey& key, const cluster::Bucket& before, const cluster::Bucket& after);
  void ChangeHome(const Move& move, const Servers& after, ServerId leader);
  UnixNanos Deadline(int64_t bytes) const;

  const World& world_;
  const Settings settings_;
  const UnixNanos now_;
  std::vector<Event>* events_;
};

// When the attempt after `attempt` may begin: later each time, and not for all at once. No chance
// is in it: it follows from its arguments.
int64_t BackoffNanos(Lsn rebalance, const BucketKey& key, int32_t attempt);

// The event that says that the leader of a bucket leads, if a move waits to hear it. `leader_epoch`
// is the bucket's now.
std::optional<MoveChanged> LeaderConfirmed(const MovesState& state, const BucketKey& key,
                                           int32_t leader_epoch);

// The event that says that `server` cannot hold its replica, if a move was to bring it there.
std::optional<MoveChanged> TargetFailed(const MovesState& state, const BucketKey& key,
                                        ServerId server);

}  // namespace pegel::moves
