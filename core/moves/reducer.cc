#include "core/moves/reducer.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/check.h"
#include "core/cluster/refuse.h"
#include "core/cluster/text.h"
#include "core/limits.h"
#include "core/moves/homes.h"
#include "core/moves/settings.h"
#include "core/moves/text.h"
#include "core/rebalance/text.h"

namespace pegel::moves {
namespace {

using cluster::RefuseAuthor;
using cluster::RefuseOthers;

Decision Accept(std::vector<Event> events = {}) {
  return Decision{Result{Done{}}, std::move(events)};
}

// Goals come through the RPC too, past the parser of texts.
std::optional<Decision> RefuseGoals(const std::vector<rebalance::Goal>& goals) {
  auto refuse = [](std::string text) {
    return Reject(ErrorCode::kInvalidArgument, std::move(text));
  };
  if (goals.empty()) return refuse(std::string(rebalance::ParseGoals("").status().message()));
  std::set<rebalance::Goal> seen;
  for (rebalance::Goal goal : goals) {
    if (seen.insert(goal).second) continue;
    return refuse(
        absl::StrCat("goal ", rebalance::ToText(goal), " is given twice; name each goal once"));
  }
  return std::nullopt;
}

// What cancel, pause and resume have in common: the rebalance that they mean, if it has not ended.
// `verb`: `cancel`; `participle`: `canceled`.
std::variant<const Rebalance*, Decision> FindRunning(const World& world,
                                                     const std::optional<std::string>& id,
                                                     absl::string_view verb,
                                                     absl::string_view participle) {
  const Rebalance* newest = world.moves.Newest();
  const Rebalance* meant = newest;
  if (id.has_value()) {
    std::optional<Lsn> lsn = ParseId(*id);
    meant = lsn ? world.moves.Find(*lsn) : nullptr;
  }
  if (newest == nullptr) {
    return Reject(ErrorCode::kNoRebalanceInProgress,
                  id ? absl::StrCat("Rebalance task id ", *id, " to ", verb,
                                    " does not exist: there is no rebalance.")
                     : absl::StrCat("There is no rebalance to ", verb, "."));
  }
  if (meant == nullptr) {
    return Reject(ErrorCode::kNoRebalanceInProgress,
                  absl::StrCat("Rebalance task id ", *id, " to ", verb,
                               " is not the current rebalance task id ", IdText(newest->id), "."));
  }
  if (!meant->IsFinished()) return meant;
  return Reject(ErrorCode::kRebalanceFinished,
                absl::StrCat("Rebalance ", IdText(meant->id), " is ", ToText(meant->status),
                             " and cannot be ", participle,
                             "; only one that is NOT_STARTED or REBALANCING can."));
}

Decision Pause(const World& world, const std::optional<std::string>& id, bool is_paused) {
  auto found =
      FindRunning(world, id, is_paused ? "pause" : "resume", is_paused ? "paused" : "resumed");
  if (auto* refusal = std::get_if<Decision>(&found)) return std::move(*refusal);
  const Rebalance& rebalance = *std::get<const Rebalance*>(found);
  if (rebalance.is_paused == is_paused) return Accept();
  return Accept({RebalancePaused{rebalance.id, is_paused}});
}

// The refusal, unless the rebalance waits for a plan of this revision.
std::optional<Decision> RefusePlan(const World& world, Lsn id, int32_t revision) {
  const Rebalance* rebalance = world.moves.Find(id);
  if (rebalance != nullptr && rebalance->awaits_plan && rebalance->revision == revision) {
    return std::nullopt;
  }
  return Reject(ErrorCode::kRebalanceFailure,
                absl::StrCat("Rebalance ", IdText(id), " does not wait for plan ", revision, "."));
}

// What is wrong with a planned move; empty: it makes sense.
std::string ProblemOf(const PlannedMove& move) {
  auto has_twice = [](Servers servers) {
    std::sort(servers.begin(), servers.end());
    return std::adjacent_find(servers.begin(), servers.end()) != servers.end();
  };
  if (move.origin.empty() || move.target.empty()) return "a list of replicas is empty";
  if (has_twice(move.origin) || has_twice(move.target)) return "a server stands twice";
  if (!Contains(move.target, move.new_leader)) return "the new leader gets no replica";
  if (move.IsLeaderOnly() != (move.urgency == Urgency::kLeader)) return "its urgency is wrong";
  return move.bytes < 0 ? "its bytes are negative" : "";
}

}  // namespace

Decision Decide(const World& world, const Moment& now, const StartRebalance& command) {
  if (auto refusal = RefuseAuthor(world, now, acl::Operation::kWrite)) return *refusal;
  if (auto refusal = RefuseGoals(command.goals)) return *refusal;
  if (const Rebalance* current = world.moves.Current()) {
    return Reject(
        ErrorCode::kRebalanceFailure,
        absl::StrCat("Rebalance task already exists, current rebalance id is '",
                     IdText(current->id), "'. Please wait for it to finish or cancel it first."));
  }
  return Decision{Result{RebalanceBegun{now.lsn}},
                  {RebalanceCreated{now.lsn, OptionsOf(world.configs, command.goals),
                                    now.author.principal, now.time}}};
}

Decision Decide(const World& world, const Moment& now, const CancelRebalance& command) {
  if (auto refusal = RefuseAuthor(world, now, acl::Operation::kWrite)) return *refusal;
  auto found = FindRunning(world, command.id, "cancel", "canceled");
  if (auto* refusal = std::get_if<Decision>(&found)) return std::move(*refusal);
  return Accept(
      {RebalanceFinished{std::get<const Rebalance*>(found)->id, Status::kCanceled, "", now.time}});
}

Decision Decide(const World& world, const Moment& now, const PauseRebalance& command) {
  if (auto refusal = RefuseAuthor(world, now, acl::Operation::kWrite)) return *refusal;
  return Pause(world, command.id, true);
}

Decision Decide(const World& world, const Moment& now, const ResumeRebalance& command) {
  if (auto refusal = RefuseAuthor(world, now, acl::Operation::kWrite)) return *refusal;
  return Pause(world, command.id, false);
}

Decision Decide(const World& world, const Moment& now, const PlanRebalance& command) {
  if (auto refusal = RefuseAuthor(world, now, acl::Operation::kDescribe)) return *refusal;
  if (auto refusal = RefuseGoals(command.goals)) return *refusal;
  return Decision{Result{PlanAsked{OptionsOf(world.configs, command.goals)}}, {}};
}

Decision Decide(const World& world, const Moment& now, const PlanChunk& command) {
  if (auto refusal = RefuseOthers(now)) return *refusal;
  if (auto refusal = RefusePlan(world, command.rebalance, command.revision)) return *refusal;
  const Rebalance& rebalance = *world.moves.Find(command.rebalance);
  if (command.index != 0 && command.index != rebalance.draft_chunks) {
    return Reject(ErrorCode::kRebalanceFailure,
                  absl::StrCat("Rebalance ", IdText(command.rebalance), " waits for piece ",
                               rebalance.draft_chunks, " of its plan, found ", command.index, "."));
  }
  if (command.moves.size() > kPlanChunkMovesMax) {
    return Reject(ErrorCode::kInvalidArgument,
                  absl::StrCat("plan: expected at most ", kPlanChunkMovesMax,
                               " moves in a piece, found ", command.moves.size(), "."));
  }
  for (const PlannedMove& move : command.moves) {
    std::string problem = ProblemOf(move);
    if (problem.empty()) continue;
    return Reject(ErrorCode::kInvalidArgument,
                  absl::StrCat("plan: bucket ", cluster::ToText(move.key), ": ", problem, "."));
  }
  return Accept({PlanDrafted{command.rebalance, command.revision, command.index, command.moves}});
}

Decision Decide(const World& world, const Moment& now, const PlanReady& command) {
  if (auto refusal = RefuseOthers(now)) return *refusal;
  if (auto refusal = RefusePlan(world, command.rebalance, command.revision)) return *refusal;
  const Rebalance& rebalance = *world.moves.Find(command.rebalance);
  if (command.refusal.has_value()) {
    return Accept({RebalanceFinished{rebalance.id, Status::kFailed, *command.refusal, now.time}});
  }
  if (command.chunks != rebalance.draft_chunks) {
    return Reject(
        ErrorCode::kRebalanceFailure,
        absl::StrCat("Rebalance ", IdText(command.rebalance), " has ", rebalance.draft_chunks,
                     " pieces of its plan, expected ", command.chunks, "."));
  }
  Decision decision =
      Accept({PlanAdopted{rebalance.id, rebalance.revision, command.summary, now.time}});
  if (rebalance.moves.empty() && rebalance.draft.empty()) {
    decision.events.push_back(RebalanceFinished{rebalance.id, Status::kCompleted, "", now.time});
  }
  return decision;
}

void Evolve(World& world, const RebalanceCreated& event) {
  Rebalance rebalance;
  rebalance.id = event.id;
  rebalance.options = event.options;
  rebalance.author = event.author;
  rebalance.created = event.created;
  world.moves.Insert(std::move(rebalance));
  world.moves.ForgetOld();
}

void Evolve(World& world, const PlanDrafted& event) {
  Rebalance& rebalance = world.moves.At(event.rebalance);
  if (event.index == 0) rebalance.draft.clear();
  for (const PlannedMove& move : event.moves) rebalance.draft.insert_or_assign(move.key, move);
  rebalance.draft_chunks = event.index + 1;
}

void Evolve(World& world, const PlanAdopted& event) {
  MovesState& state = world.moves;
  Rebalance& rebalance = state.At(event.rebalance);
  absl::btree_map<BucketKey, PlannedMove> draft = std::move(rebalance.draft);
  rebalance.draft.clear();
  rebalance.draft_chunks = 0;
  // A waiting move has no part in the new plan unless the plan says so again.
  std::vector<BucketKey> unneeded;
  for (const auto& [key, move] : rebalance.moves) {
    if (move.IsWaiting() && !draft.contains(key)) unneeded.push_back(key);
  }
  for (const BucketKey& key : unneeded) {
    MoveState done = rebalance.moves.find(key)->second.state;
    done.status = Status::kCompleted;
    done.phase = Phase::kDone;
    done.reason = Reason::kNotNeeded;
    done.about = kNoServer;
    done.due = UnixNanos{};
    done.finished = event.at;
    state.PutState(rebalance, key, done);
  }
  for (auto& [key, plan] : draft) {
    auto before = rebalance.moves.find(key);
    bool is_active = before != rebalance.moves.end() && before->second.IsActive();
    if (!is_active) state.PutMove(rebalance, std::move(plan), MoveState{});
  }
  rebalance.awaits_plan = false;
  rebalance.status = Status::kRebalancing;
  rebalance.planned = event.at;
  if (rebalance.started == UnixNanos{}) rebalance.started = event.at;
  PlanSummary& sum = rebalance.summary;
  sum.moves += event.summary.moves;
  sum.lower_bound += event.summary.lower_bound;
  sum.is_optimal = event.summary.is_optimal && (event.revision == 1 || sum.is_optimal);
  sum.leader_changes += event.summary.leader_changes;
  sum.bytes += event.summary.bytes;
  sum.unresolved = event.summary.unresolved;
  if (event.revision == 1) ForgetReturned(world);
}

void Evolve(World& world, const PlanWanted& event) {
  Rebalance& rebalance = world.moves.At(event.rebalance);
  rebalance.revision = event.revision;
  rebalance.awaits_plan = true;
  rebalance.avoid = event.avoid;
}

void Evolve(World& world, const RebalancePaused& event) {
  world.moves.At(event.rebalance).is_paused = event.is_paused;
}

void Evolve(World& world, const RebalanceFinished& event) {
  Rebalance& rebalance = world.moves.At(event.rebalance);
  rebalance.reason = event.reason;
  Reason why = event.status == Status::kCanceled ? Reason::kCanceled : Reason::kGaveUp;
  world.moves.Finish(rebalance, event.status, why, event.at);
  world.moves.ForgetOld();
}

void Evolve(World& world, const MoveChanged& event) {
  world.moves.PutState(world.moves.At(event.rebalance), event.key, event.state);
}

void Evolve(World& world, const HomeChanged& event) {
  if (event.home.is_empty()) {
    world.moves.homes.erase(event.key);
  } else {
    world.moves.homes.insert_or_assign(event.key, event.home);
  }
}

}  // namespace pegel::moves
