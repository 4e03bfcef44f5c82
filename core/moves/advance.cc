#include "core/moves/advance.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/cluster/refuse.h"
#include "core/limits.h"
#include "core/moves/steps.h"

namespace pegel::moves {
namespace {

// A rebalance plans again at most so often, and so many times.
constexpr int64_t kReplanNanosMin = 30'000'000'000;
constexpr int32_t kRevisionsMax = 10;

// Nothing of this rebalance is under way or about to be, and some moves need another plan. What
// waits for a server does not keep the others.
bool NeedsPlan(const Rebalance& rebalance) {
  return rebalance.status == Status::kRebalancing && !rebalance.awaits_plan &&
         rebalance.Count(Phase::kReplanned) > 0 && rebalance.Count(Status::kRebalancing) == 0 &&
         rebalance.Count(Phase::kQueued) == 0 && rebalance.Count(Phase::kRetrying) == 0;
}

UnixNanos ReplanAt(const Rebalance& rebalance) {
  return UnixNanos{rebalance.planned.value + kReplanNanosMin};
}

std::string FailureText(const Rebalance& rebalance) {
  return absl::StrCat(rebalance.Count(Status::kFailed), " of ", rebalance.moves.size(),
                      " buckets could not be moved; sys.list_rebalance names them.");
}

class Advance {
 public:
  Advance(const World& world, UnixNanos now, size_t steps_max)
      : world_(world),
        now_(now),
        steps_(world, now, &events_),
        steps_left_(steps_max),
        usage_(world.moves.usage) {}

  std::vector<Event> Run() {
    GoOnWithActive();
    if (const Rebalance* current = world_.moves.Current()) {
      QueueThoseDue(*current);
      QueueThoseReleased(*current);
      StartQueued(*current);
      if (events_.empty()) Conclude(*current);
    }
    return std::move(events_);
  }

 private:
  // One move has another state. False: enough for one record.
  bool Count(const Move& before, const MoveState& after) {
    Move now = before;
    now.state = after;
    if (before.HoldsSlots() && !now.HoldsSlots()) usage_.Give(before.plan);
    if (!before.HoldsSlots() && now.HoldsSlots()) usage_.Take(before.plan);
    return --steps_left_ > 0;
  }

  void GoOnWithActive() {
    for (const auto& [key, id] : world_.moves.active) {
      if (steps_left_ == 0) return;
      const Rebalance& rebalance = *world_.moves.Find(id);
      const Move& move = rebalance.moves.find(key)->second;
      if (auto after = steps_.GoOn(rebalance, move)) Count(move, *after);
    }
  }

  void Queue(const Rebalance& current, const BucketKey& key) {
    const Move& move = current.moves.find(key)->second;
    Count(move, steps_.Queue(current, move));
  }

  void QueueThoseDue(const Rebalance& current) {
    for (const Timer& timer : world_.moves.timers) {
      if (steps_left_ == 0 || timer.due > now_) return;
      if (timer.rebalance != current.id) continue;
      auto it = current.moves.find(timer.key);
      if (it->second.state.phase == Phase::kRetrying) Queue(current, timer.key);
    }
  }

  void QueueThoseReleased(const Rebalance& current) {
    for (const auto& [server, keys] : world_.moves.held) {
      bool is_back = world_.cluster.Find(server) == nullptr || world_.cluster.IsLive(server);
      if (!is_back && !IsGone(server)) continue;
      for (const BucketKey& key : keys) {
        if (steps_left_ == 0) return;
        // One that has its data nowhere else waits for it, however long it takes.
        bool is_only_here = current.moves.find(key)->second.state.reason == Reason::kNoLeader;
        if (is_back || !is_only_here) Queue(current, key);
      }
    }
  }

  bool IsGone(ServerId id) const {
    const cluster::Server& server = *world_.cluster.Find(id);
    return server.tag == cluster::ServerTag::kPermanentOffline ||
           GraceEnd(steps_.settings(), server.since) <= now_;
  }

  bool HasSlots(const Lane& lane) const {
    const Settings& settings = steps_.settings();
    if (lane.destinations.empty()) return true;
    if (usage_.Of(lane.source).out >= settings.moves_per_server_max) return false;
    return std::all_of(lane.destinations.begin(), lane.destinations.end(), [&](ServerId server) {
      return usage_.Of(server).in < settings.moves_per_server_max;
    });
  }

  // In the order of their turns. A lane without slots is left at once, with all behind its head.
  void StartQueued(const Rebalance& current) {
    if (current.status != Status::kRebalancing || current.awaits_plan || current.is_paused) return;
    const Settings& settings = steps_.settings();
    const moves::Queue& queue = world_.moves.queue;
    std::set<std::pair<Turn, Lane>> behind;  // Next ones of lanes whose head has started.
    auto head = queue.heads.begin();
    while (steps_left_ > 0 && (head != queue.heads.end() || !behind.empty())) {
      bool is_head = behind.empty() || (head != queue.heads.end() && *head < *behind.begin());
      std::pair<Turn, Lane> next = is_head ? *head : *behind.begin();
      is_head ? (void)++head : (void)behind.erase(behind.begin());
      const auto& [turn, lane] = next;
      const Move& move = current.moves.find(turn.key)->second;
      bool is_full = move.plan.IsLeaderOnly() ? usage_.leader_moves >= settings.leader_moves_max
                                              : usage_.moves >= settings.moves_max;
      if (is_full && turn.urgency == Urgency::kLeader) return;
      if (is_full && behind.empty()) {
        // Only changes of leaders may still start, and they come last.
        auto leaders = queue.heads.lower_bound({Turn{Urgency::kLeader, 0, {}}, Lane{}});
        bool is_before = leaders == queue.heads.end() || *head < *leaders;
        if (head != queue.heads.end() && is_before) head = leaders;
      }
      if (is_full || !HasSlots(lane)) continue;
      Count(move, steps_.Start(current, move));
      const auto& turns = queue.lanes.find(lane)->second;
      auto after = turns.upper_bound(turn);
      if (after != turns.end()) behind.insert({*after, lane});
    }
  }

  // Only when nothing else was due, so that the counts are what they will be.
  void Conclude(const Rebalance& current) {
    const int64_t final = current.Count(Status::kCompleted) + current.Count(Status::kFailed);
    const bool is_adopted = current.status == Status::kRebalancing && !current.awaits_plan;
    if (is_adopted && final == static_cast<int64_t>(current.moves.size())) {
      bool is_good = current.Count(Status::kFailed) == 0;
      events_.push_back(RebalanceFinished{current.id,
                                          is_good ? Status::kCompleted : Status::kFailed,
                                          is_good ? "" : FailureText(current), now_});
      return;
    }
    if (!NeedsPlan(current) || current.is_paused) return;
    if (current.revision >= kRevisionsMax) return GiveUp(current);
    if (now_ < ReplanAt(current)) return;
    events_.push_back(PlanWanted{current.id, current.revision + 1, ServersToAvoid(current)});
  }

  void GiveUp(const Rebalance& current) {
    for (const auto& [key, move] : current.moves) {
      if (steps_left_ == 0) return;
      if (move.state.phase != Phase::kReplanned) continue;
      Count(move, steps_.GiveUp(current, move));
    }
  }

  static std::vector<ServerId> ServersToAvoid(const Rebalance& rebalance) {
    std::set<ServerId> servers(rebalance.avoid.begin(), rebalance.avoid.end());
    for (const auto& [key, move] : rebalance.moves) {
      if (move.state.reason == Reason::kTargetFailed) servers.insert(move.state.about);
    }
    return {servers.begin(), servers.end()};
  }

  const World& world_;
  const UnixNanos now_;
  std::vector<Event> events_;
  Steps steps_;
  size_t steps_left_;
  Usage usage_;  // As it will be.
};

}  // namespace

Decision Decide(const World& world, const Moment& now, const AdvanceMoves&) {
  if (auto refusal = cluster::RefuseOthers(now)) return *refusal;
  return Decision{Result{Done{}}, Advance(world, now.time, kStepsMax).Run()};
}

bool HasWork(const World& world, UnixNanos now) {
  if (world.moves.active.empty() && world.moves.current == Lsn{}) return false;
  return !Advance(world, now, 1).Run().empty();
}

std::optional<UnixNanos> NextWakeAt(const World& world, UnixNanos now) {
  const MovesState& moves = world.moves;
  std::optional<UnixNanos> first;
  auto consider = [&](UnixNanos time) {
    if (time > now) first = first ? std::min(*first, time) : time;
  };
  if (!moves.timers.empty()) consider(moves.timers.begin()->due);
  const Rebalance* current = moves.Current();
  if (current == nullptr) return first;
  if (NeedsPlan(*current) && !current->is_paused) consider(ReplanAt(*current));
  if (moves.held.empty()) return first;
  const Settings settings = SettingsOf(world.configs);
  for (const auto& [id, keys] : moves.held) {
    const cluster::Server* server = world.cluster.Find(id);
    if (server != nullptr) consider(GraceEnd(settings, server->since));
  }
  return first;
}

}  // namespace pegel::moves
