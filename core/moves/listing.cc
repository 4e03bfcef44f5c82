// ListRebalance and ListRebalances: what is remembered, without the past of what is forgotten.
#include <algorithm>

#include "core/cluster/refuse.h"
#include "core/limits.h"
#include "core/moves/reducer.h"
#include "core/moves/text.h"

namespace pegel::moves {
namespace {

RebalanceRow RowOf(const Rebalance& rebalance) {
  RebalanceRow row;
  row.id = rebalance.id;
  row.status = rebalance.status;
  row.goals = rebalance.options.goals;
  row.author = rebalance.author;
  row.created = rebalance.created;
  row.started = rebalance.started;
  row.finished = rebalance.finished;
  row.revision = rebalance.revision;
  row.awaits_plan = rebalance.awaits_plan;
  row.is_paused = rebalance.is_paused;
  row.summary = rebalance.summary;
  row.by_status = rebalance.by_status;
  row.by_phase = rebalance.by_phase;
  row.attempts = rebalance.attempts;
  row.bytes_total = rebalance.bytes_total;
  row.bytes_done = rebalance.bytes_done;
  row.reason = rebalance.reason;
  return row;
}

// Of an older one by its id, else the newest. An id that is not remembered, or no id at all, has no
// rebalance.
const Rebalance* Meant(const MovesState& state, const std::optional<std::string>& id) {
  if (!id.has_value()) return state.Newest();
  std::optional<Lsn> lsn = ParseId(*id);
  return lsn ? state.Find(*lsn) : nullptr;
}

void AddActive(const MovesState& state, const Rebalance& rebalance, RebalanceDetail* detail) {
  for (const auto& [key, id] : state.active) {
    if (id == rebalance.id) detail->moves.push_back(rebalance.moves.find(key)->second);
  }
}

}  // namespace

Decision Decide(const World& world, const Moment& now, const ListRebalance& command) {
  if (auto refusal = cluster::RefuseAuthor(world, now, acl::Operation::kDescribe)) return *refusal;
  RebalanceDetail detail;
  const Rebalance* rebalance = Meant(world.moves, command.id);
  if (rebalance == nullptr) return Decision{Result{std::move(detail)}, {}};
  detail.rebalance = RowOf(*rebalance);
  if (command.only_active) {
    AddActive(world.moves, *rebalance, &detail);
  } else {
    for (const auto& [key, move] : rebalance->moves) {
      if (detail.moves.size() == kListedMovesMax) break;
      detail.moves.push_back(move);
    }
    detail.is_whole = detail.moves.size() == rebalance->moves.size();
  }
  return Decision{Result{std::move(detail)}, {}};
}

Decision Decide(const World& world, const Moment& now, const ListRebalances&) {
  if (auto refusal = cluster::RefuseAuthor(world, now, acl::Operation::kDescribe)) return *refusal;
  RebalanceRows rows;
  for (const auto& [id, rebalance] : world.moves.rebalances) {
    rows.rebalances.push_back(RowOf(rebalance));
  }
  std::reverse(rows.rebalances.begin(), rows.rebalances.end());
  return Decision{Result{std::move(rows)}, {}};
}

}  // namespace pegel::moves
