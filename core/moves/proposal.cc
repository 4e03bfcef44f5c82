#include "core/moves/proposal.h"

#include <algorithm>

#include "absl/container/btree_map.h"
#include "core/check.h"
#include "core/limits.h"
#include "core/rebalance/planner.h"

namespace pegel::moves {
namespace {

// Says how urgent a move is, from what the planner was shown.
class Judge {
 public:
  explicit Judge(const Question& question) : question_(question) {
    for (const rebalance::Server& server : question.cluster.servers) servers_[server.id] = &server;
  }

  Urgency Of(const PlannedMove& move, const rebalance::Bucket& bucket) const {
    if (move.IsLeaderOnly()) return Urgency::kLeader;
    const Servers removed = move.Removed();
    bool is_lost = std::any_of(removed.begin(), removed.end(),
                               [&](ServerId server) { return IsGoneForGood(Find(server)); });
    if (is_lost && IsShort(bucket)) return Urgency::kRepair;
    bool is_drain = std::any_of(removed.begin(), removed.end(), [&](ServerId server) {
      return IsGoneForGood(Find(server)) || Find(server).tag.has_value();
    });
    if (is_drain) return Urgency::kDrain;
    return SharesRack(move.origin) ? Urgency::kRack : Urgency::kBalance;
  }

 private:
  const rebalance::Server& Find(ServerId id) const { return *servers_.find(id)->second; }

  static bool IsGoneForGood(const rebalance::Server& server) {
    return server.tag == cluster::ServerTag::kPermanentOffline || server.is_grace_over;
  }

  // Fewer live replicas in sync than the bucket is to have replicas.
  bool IsShort(const rebalance::Bucket& bucket) const {
    size_t good = 0;
    for (const rebalance::Replica& replica : question_.cluster.ReplicasOf(bucket)) {
      good += replica.is_in_sync && Find(replica.server).is_live;
    }
    return good < bucket.replication_factor;
  }

  bool SharesRack(const Servers& servers) const {
    for (size_t i = 1; i < servers.size(); ++i) {
      for (size_t k = 0; k < i; ++k) {
        if (Find(servers[i]).rack == Find(servers[k]).rack) return true;
      }
    }
    return false;
  }

  const Question& question_;
  absl::btree_map<ServerId, const rebalance::Server*> servers_;
};

template <typename Range>
Servers ToServers(const Range& range) {
  return Servers(range.begin(), range.end());
}

// Goes through all buckets once, with what the planner moves and what returns beside them, all by
// key.
class Merger {
 public:
  Merger(const Question& question, const rebalance::Plan& plan)
      : question_(question), plan_(plan) {}

  void Run(Proposal* proposal) {
    const Judge judge(question_);
    for (const rebalance::Bucket& bucket : question_.cluster.buckets) {
      std::optional<PlannedMove> move = Next(bucket);
      if (!move.has_value()) continue;
      move->urgency = judge.Of(*move, bucket);
      const auto added = static_cast<int64_t>(move->Added().size());
      proposal->summary.moves += added;
      proposal->summary.bytes += added * move->bytes;
      proposal->summary.leader_changes += move->leader != move->new_leader;
      proposal->moves.push_back(*std::move(move));
    }
  }

 private:
  // What is to be done for the bucket, from where it really is.
  std::optional<PlannedMove> Next(const rebalance::Bucket& bucket) {
    const bool is_moved =
        next_move_ < plan_.moves.size() && plan_.moves[next_move_].key == bucket.key;
    const bool is_return = next_return_ < question_.returns.size() &&
                           question_.returns[next_return_].key == bucket.key;
    if (!is_moved && !is_return) return std::nullopt;
    PlannedMove move;
    move.key = bucket.key;
    move.bytes = bucket.bytes;
    move.leader = move.new_leader = bucket.leader;
    if (is_moved) {
      const rebalance::BucketMove& planned = plan_.moves[next_move_++];
      move.origin = ToServers(plan_.OriginOf(planned));
      move.target = ToServers(plan_.NewOf(planned));
      move.new_leader = planned.new_leader;
    } else {
      for (const rebalance::Replica& replica : question_.cluster.ReplicasOf(bucket)) {
        move.origin.push_back(replica.server);
      }
      move.target = move.origin;
    }
    if (is_return) {
      const Return& back = question_.returns[next_return_++];
      move.origin = back.replicas;
      move.leader = back.leader;
      auto first = std::find(move.target.begin(), move.target.end(), move.new_leader);
      if (first != move.target.end()) std::iter_swap(move.target.begin(), first);
    }
    // Nobody that could lead it: there is nothing to copy from either.
    if (!Contains(move.target, move.new_leader)) return std::nullopt;
    if (move.IsLeaderOnly() && move.leader == move.new_leader) return std::nullopt;
    return move;
  }

  const Question& question_;
  const rebalance::Plan& plan_;
  size_t next_move_ = 0, next_return_ = 0;
};

// At least one: it takes the place of what came of a plan before a restart, also when nothing is to
// be moved any more.
size_t ChunkCount(const Proposal& proposal) {
  if (proposal.moves.empty()) return 1;
  return (proposal.moves.size() + kPlanChunkMovesMax - 1) / kPlanChunkMovesMax;
}

}  // namespace

Proposal Propose(const Question& question) {
  Proposal proposal;
  proposal.rebalance = question.rebalance;
  proposal.revision = question.revision;
  rebalance::Answer answer = rebalance::MakePlan(question.cluster, question.options);
  if (const Error* error = std::get_if<Error>(&answer)) {
    proposal.refusal = error->message;
    return proposal;
  }
  auto& planned = std::get<rebalance::Planned>(answer);
  Merger(question, planned.plan).Run(&proposal);
  PlanSummary& summary = proposal.summary;
  summary.lower_bound = planned.summary.lower_bound;
  summary.is_optimal = planned.summary.is_optimal;
  if (!question.returns.empty()) {
    // What comes home is more than the goals need: nothing is claimed of how few moves there are.
    summary.lower_bound = 0;
    summary.is_optimal = false;
  }
  summary.unresolved = std::move(planned.summary.unresolved);
  if (summary.unresolved.size() > kUnresolvedMax) summary.unresolved.resize(kUnresolvedMax);
  proposal.before = std::move(planned.summary.before);
  proposal.after = std::move(planned.summary.after);
  return proposal;
}

size_t CommandCount(const Proposal& proposal) {
  return proposal.refusal.has_value() ? 1 : ChunkCount(proposal) + 1;
}

Command CommandAt(const Proposal& proposal, size_t index) {
  PEGEL_CHECK(index < CommandCount(proposal), "no command ", index);
  if (proposal.refusal.has_value()) {
    return PlanReady{proposal.rebalance, proposal.revision, 0, {}, proposal.refusal};
  }
  const size_t chunks = ChunkCount(proposal);
  if (index == chunks) {
    return PlanReady{proposal.rebalance, proposal.revision, static_cast<uint32_t>(chunks),
                     proposal.summary, std::nullopt};
  }
  auto first = proposal.moves.begin() + static_cast<ptrdiff_t>(index * kPlanChunkMovesMax);
  auto last = index + 1 == chunks ? proposal.moves.end() : first + kPlanChunkMovesMax;
  return PlanChunk{proposal.rebalance, proposal.revision, static_cast<uint32_t>(index),
                   std::vector<PlannedMove>(first, last)};
}

}  // namespace pegel::moves
