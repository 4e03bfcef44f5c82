// Rebalances → rows and JSON, as the seed and Fluss have them (rebalance.md 6.2).
#pragma once

#include <string>

#include "core/moves/proposal.h"
#include "core/outcome.h"
#include "procedures/table.h"

namespace pegel::procedures {

// One row, `rebalance-17`, in column `result`.
Table ToTable(const RebalanceBegun& begun);

// Columns rebalance_id, rebalance_status, rebalance_progress, rebalance_plan (DetailJson); no row
// when there is no such rebalance.
Table ToTable(const RebalanceDetail& detail);

// Of ListRebalance with only_active: a row for each move that is under way, by bucket.
Table ActiveMovesTable(const RebalanceDetail& detail);

// One row for each, with columns for people and scripts that want more than Fluss shows. Times are
// UTC; NULL: not yet. The reason is that of a failure, or what the plan could not reach.
Table ToTable(const RebalanceRows& rows);

// Which goals were asked, and with which options: the rows of a plan come from who makes it.
Table ToTable(const PlanAsked& asked);

// What the planner answered to sys.plan_rebalance: one row with its measures (ranges as `min-max`
// over the servers that take replicas), and the buckets as in DetailJson, without a status;
// {"truncated":true} stands behind the first kListedMovesMax. The proposal is no refusal.
Table ToTable(const moves::Proposal& proposal);

// IMPORTANT: scripts parse this: Fluss's keys in Fluss's order, no blanks, buckets by key, statuses
// as numbers. A detail that is not whole has one more key at its end, "truncated":true.
std::string DetailJson(const RebalanceDetail& detail);

}  // namespace pegel::procedures
