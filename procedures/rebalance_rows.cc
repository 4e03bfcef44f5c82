#include "procedures/rebalance_rows.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "core/check.h"
#include "core/cluster/text.h"
#include "core/limits.h"
#include "core/moves/text.h"
#include "core/rebalance/text.h"

namespace pegel::procedures {
namespace {

Value TimeText(UnixNanos time) {
  if (time == UnixNanos{}) return std::nullopt;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::FromUnixNanos(time.value),
                          absl::UTCTimeZone());
}

std::string Flag(bool value) { return value ? "true" : "false"; }

std::string ReasonOf(const RebalanceRow& row) {
  std::vector<std::string> sentences = row.summary.unresolved;
  if (!row.reason.empty()) sentences.insert(sentences.begin(), row.reason);
  return absl::StrJoin(sentences, "; ");
}

// Without its end.
void AddBucket(const moves::PlannedMove& plan, std::string* json) {
  absl::StrAppend(json, "{\"table_id\":", plan.key.table.value, ",\"bucket_id\":", plan.key.bucket);
  if (plan.key.partition != cluster::kNoPartition) {
    absl::StrAppend(json, ",\"partition_id\":", plan.key.partition.value);
  }
  absl::StrAppend(json, ",\"original_leader\":", plan.leader.value,
                  ",\"new_leader\":", plan.new_leader.value, ",\"origin_replicas\":[",
                  moves::ToText(plan.origin), "],\"new_replicas\":[", moves::ToText(plan.target),
                  "]");
}

std::string RangeText(const rebalance::Range& range) {
  return absl::StrCat(range.min, "-", range.max);
}

// Of all phases that wait.
int64_t Waiting(const RebalanceRow& row) {
  int64_t waiting = 0;
  for (moves::Phase phase : {moves::Phase::kQueued, moves::Phase::kRetrying, moves::Phase::kHeld,
                             moves::Phase::kReplanned}) {
    waiting += row.by_phase[static_cast<size_t>(phase)];
  }
  return waiting;
}

Row RowOf(const RebalanceRow& row) {
  auto status = [&](moves::Status of) {
    return absl::StrCat(row.by_status[static_cast<size_t>(of)]);
  };
  auto phase = [&](moves::Phase of) { return absl::StrCat(row.by_phase[static_cast<size_t>(of)]); };
  int64_t buckets = 0;
  for (int64_t count : row.by_status) buckets += count;
  std::string reason = ReasonOf(row);
  return {moves::IdText(row.id),
          std::string(moves::ToText(row.status)),
          moves::ProgressText(row.by_status, row.status),
          rebalance::ToText(row.goals),
          ToText(row.author),
          TimeText(row.created),
          TimeText(row.started),
          TimeText(row.finished),
          Flag(row.is_paused),
          absl::StrCat(row.revision),
          absl::StrCat(buckets),
          status(moves::Status::kCompleted),
          status(moves::Status::kFailed),
          status(moves::Status::kCanceled),
          status(moves::Status::kTimeout),
          absl::StrCat(Waiting(row)),
          phase(moves::Phase::kAdding),
          phase(moves::Phase::kSwitching),
          phase(moves::Phase::kRemoving),
          absl::StrCat(row.attempts),
          absl::StrCat(row.bytes_done),
          absl::StrCat(row.bytes_total - row.bytes_done),
          absl::StrCat(row.summary.moves),
          absl::StrCat(row.summary.lower_bound),
          Flag(row.summary.is_optimal),
          absl::StrCat(row.summary.leader_changes),
          reason.empty() ? Value() : Value(std::move(reason))};
}

}  // namespace

Table ToTable(const RebalanceBegun& begun) {
  return {.columns = {"result"}, .rows = {{moves::IdText(begun.id)}}};
}

std::string DetailJson(const RebalanceDetail& detail) {
  PEGEL_CHECK(detail.rebalance.has_value(), "the detail of no rebalance");
  const RebalanceRow& row = *detail.rebalance;
  std::string json =
      absl::StrCat("{\"rebalance_id\":\"", moves::IdText(row.id),
                   "\",\"rebalance_status\":", static_cast<int>(row.status), ",\"progress\":\"",
                   moves::ProgressText(row.by_status, row.status), "\",\"progress_for_buckets\":[");
  for (const moves::Move& move : detail.moves) {
    if (&move != &detail.moves.front()) json.push_back(',');
    AddBucket(move.plan, &json);
    absl::StrAppend(&json, ",\"rebalance_status\":", static_cast<int>(move.state.status), "}");
  }
  absl::StrAppend(&json, "]", detail.is_whole ? "" : ",\"truncated\":true", "}");
  return json;
}

Table ToTable(const RebalanceDetail& detail) {
  Table table{
      .columns = {"rebalance_id", "rebalance_status", "rebalance_progress", "rebalance_plan"},
      .rows = {}};
  if (!detail.rebalance.has_value()) return table;
  const RebalanceRow& row = *detail.rebalance;
  table.rows.push_back({moves::IdText(row.id), std::string(moves::ToText(row.status)),
                        moves::ProgressText(row.by_status, row.status), DetailJson(detail)});
  return table;
}

Table ActiveMovesTable(const RebalanceDetail& detail) {
  Table table{
      .columns = {"bucket", "phase", "status", "origin_replicas", "new_replicas", "original_leader",
                  "new_leader", "bytes", "urgency", "attempt", "started", "reason"},
      .rows = {}};
  for (const auto& [plan, state] : detail.moves) {
    std::string reason = moves::ReasonText(state.reason, state.about);
    table.rows.push_back({cluster::ToText(plan.key), std::string(moves::ToText(state.phase)),
                          std::string(moves::ToText(state.status)), moves::ToText(plan.origin),
                          moves::ToText(plan.target), absl::StrCat(plan.leader.value),
                          absl::StrCat(plan.new_leader.value), absl::StrCat(plan.bytes),
                          std::string(moves::ToText(plan.urgency)), absl::StrCat(state.attempt),
                          TimeText(state.started),
                          reason.empty() ? Value() : Value(std::move(reason))});
  }
  return table;
}

Table ToTable(const RebalanceRows& rows) {
  Table table{
      .columns = {"rebalance_id",   "status",     "progress",      "goals",       "principal",
                  "created",        "started",    "finished",      "paused",      "plans",
                  "buckets",        "completed",  "failed",        "canceled",    "timeout",
                  "waiting",        "adding",     "switching",     "removing",    "attempts",
                  "bytes_done",     "bytes_left", "replica_moves", "lower_bound", "optimal",
                  "leader_changes", "reason"},
      .rows = {}};
  table.rows.reserve(rows.rebalances.size());
  for (const RebalanceRow& row : rows.rebalances) table.rows.push_back(RowOf(row));
  return table;
}

Table ToTable(const moves::Proposal& proposal) {
  const moves::PlanSummary& summary = proposal.summary;
  std::string json = "[";
  const size_t listed = std::min(proposal.moves.size(), kListedMovesMax);
  for (size_t i = 0; i < listed; ++i) {
    if (i != 0) json.push_back(',');
    AddBucket(proposal.moves[i], &json);
    json.push_back('}');
  }
  absl::StrAppend(&json, listed < proposal.moves.size() ? ",{\"truncated\":true}" : "", "]");
  std::string unresolved = absl::StrJoin(summary.unresolved, "; ");
  return {.columns = {"buckets", "replica_moves", "lower_bound", "optimal", "leader_changes",
                      "bytes", "replicas_before", "replicas_after", "leaders_before",
                      "leaders_after", "unresolved", "rebalance_plan"},
          .rows = {{absl::StrCat(proposal.moves.size()), absl::StrCat(summary.moves),
                    absl::StrCat(summary.lower_bound), Flag(summary.is_optimal),
                    absl::StrCat(summary.leader_changes), absl::StrCat(summary.bytes),
                    RangeText(proposal.before.replicas), RangeText(proposal.after.replicas),
                    RangeText(proposal.before.leaders), RangeText(proposal.after.leaders),
                    unresolved.empty() ? Value() : Value(std::move(unresolved)), std::move(json)}}};
}

Table ToTable(const PlanAsked& asked) {
  const rebalance::Options& options = asked.options;
  return {.columns = {"goals", "tolerance_permille", "trigger_only", "drain_only",
                      "temporary_offline_mode"},
          .rows = {{rebalance::ToText(options.goals), absl::StrCat(options.tolerance_permille),
                    Flag(options.is_trigger_only), Flag(options.is_drain_only),
                    std::string(rebalance::ToText(options.temporary_offline))}}};
}

}  // namespace pegel::procedures
