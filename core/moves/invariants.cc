#include "core/moves/invariants.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/cluster/text.h"
#include "core/limits.h"
#include "core/moves/settings.h"
#include "core/moves/text.h"

namespace pegel::moves {
namespace {

bool IsWithin(const cluster::Replicas& replicas, const PlannedMove& plan) {
  return std::all_of(replicas.begin(), replicas.end(), [&](const cluster::Replica& replica) {
    return Contains(plan.origin, replica.server) || Contains(plan.target, replica.server);
  });
}

std::string ProblemOfActive(const cluster::ClusterState& cluster, const Move& move) {
  const cluster::Bucket* bucket = cluster.Find(move.plan.key);
  if (bucket == nullptr) return "";  // Dropped; the next step says so.
  if (!IsWithin(bucket->replicas, move.plan)) return "a replica is on a server of neither list";
  switch (move.state.phase) {
    case Phase::kAdding:
    case Phase::kSwitching:
      for (ServerId server : move.plan.target) {
        if (!Contains(bucket->replicas, server)) return "a planned replica is missing";
      }
      return "";
    default:
      return HasSameServers(bucket->replicas, move.plan.target) ? ""
                                                                : "its replicas are not as planned";
  }
}

std::string ProblemOf(const World& world, const Rebalance& rebalance, const Move& move) {
  const MoveState& state = move.state;
  bool is_final = state.status == Status::kFailed || state.status == Status::kCompleted ||
                  state.status == Status::kCanceled;
  if (is_final != (state.phase == Phase::kDone)) return "its status and phase do not go together";
  if (rebalance.IsFinished() && move.IsWaiting()) return "it waits, and its rebalance has ended";
  if (is_final != (state.finished != UnixNanos{})) return "it has the wrong end";
  if (move.IsActive() && state.attempt < 1) return "it is under way without an attempt";
  return move.IsActive() ? ProblemOfActive(world.cluster, move) : "";
}

std::string ProblemOf(const World& world, const Rebalance& rebalance) {
  for (const auto& [key, move] : rebalance.moves) {
    std::string problem = ProblemOf(world, rebalance, move);
    if (key != move.plan.key) problem = "it stands under another key";
    if (!problem.empty())
      return absl::StrCat("move of bucket ", cluster::ToText(key), ": ", problem);
  }
  bool has_draft = !rebalance.draft.empty() || rebalance.draft_chunks > 0;
  if (has_draft && !rebalance.awaits_plan) return "it keeps a draft, and waits for no plan";
  if (rebalance.IsFinished() != (rebalance.finished != UnixNanos{})) return "it has the wrong end";
  if (rebalance.status == Status::kTimeout) return "TIMEOUT is the status of a move only";
  const auto moves = static_cast<int64_t>(rebalance.moves.size());
  if (rebalance.status == Status::kCompleted && rebalance.Count(Status::kCompleted) != moves) {
    return "it is completed, and a move is not";
  }
  return "";
}

MovesState Recounted(const MovesState& state) {
  MovesState again;
  again.homes = state.homes;
  for (const auto& [id, rebalance] : state.rebalances) {
    Rebalance bare = rebalance;
    bare.by_status = {};
    bare.by_phase = {};
    bare.bytes_total = bare.bytes_done = bare.attempts = 0;
    again.Insert(std::move(bare));
  }
  return again;
}

size_t LiveInSync(const cluster::ClusterState& cluster, const cluster::Replicas& replicas) {
  return static_cast<size_t>(
      std::count_if(replicas.begin(), replicas.end(), [&](const cluster::Replica& replica) {
        return replica.is_in_sync && cluster.IsLive(replica.server);
      }));
}

}  // namespace

std::string BrokenInvariant(const World& world) {
  const MovesState& state = world.moves;
  size_t unfinished = 0;
  for (const auto& [id, rebalance] : state.rebalances) {
    std::string problem = id == rebalance.id ? ProblemOf(world, rebalance) : "it has another id";
    if (!problem.empty()) return absl::StrCat(IdText(id), ": ", problem);
    unfinished += !rebalance.IsFinished();
  }
  if (unfinished > 1) return "two rebalances run";
  for (const auto& [key, home] : state.homes) {
    if (home.is_empty() || world.cluster.Find(key) == nullptr) {
      return absl::StrCat("the home of bucket ", cluster::ToText(key), " is nowhere");
    }
  }
  MovesState again = Recounted(state);
  if (again.active != state.active) return "the active moves are others";
  if (again.usage != state.usage) return "the slots taken differ from a recount";
  if (again.queue != state.queue) return "the queue differs from a recount";
  if (again.timers != state.timers) return "the timers differ from a recount";
  return again == state ? "" : "a count differs from a recount";
}

std::string LostReplica(const World& before, const std::vector<Event>& events) {
  for (const Event& event : events) {
    const auto* change = std::get_if<BucketChanged>(&event);
    if (change == nullptr) continue;
    const cluster::Bucket& bucket = *before.cluster.Find(change->key);
    size_t origin = bucket.replicas.size();
    for (const auto& [id, rebalance] : before.moves.rebalances) {
      auto move = rebalance.moves.find(change->key);
      if (move != rebalance.moves.end()) origin = move->second.plan.target.size();
    }
    size_t had = LiveInSync(before.cluster, bucket.replicas);
    size_t has = LiveInSync(before.cluster, change->replicas);
    if (has >= std::min(had, origin)) continue;
    return absl::StrCat("bucket ", cluster::ToText(change->key), " had ", had,
                        " live replicas in sync and has ", has);
  }
  return "";
}

}  // namespace pegel::moves
