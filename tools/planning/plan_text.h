// A plan, or why there is none, as a line of JSON for programs or as tables and bars for people.
//
// The JSON is a contract that scripts rely on; keys and their order never change:
//   {"plan":[{"table_id","partition_id"?,"bucket_id","original_leader","new_leader",
//             "origin_replicas","new_replicas"}…],
//    "summary":{"moves","lower_bound","optimal","leader_changes","bytes","before":B,"after":B,
//               "unresolved":[…]}}
//   B: {"replicas":{"min","max"},"leaders":{"min","max"},"rack_violations",
//       "servers":[{"id","rack","role","replicas","leaders"}…],
//       "racks":[{"rack","servers","replicas","leaders"}…]}
//   {"error":{"code","name","message"}}
// A leader of -1: none.
#pragma once

#include <string>

#include "core/error.h"
#include "core/rebalance/plan.h"

namespace pegel::tools {

std::string PlanJson(const rebalance::Planned& planned);
std::string PlanErrorJson(const Error& error);

// The summary, bars of replicas and leaders before and after by server and by rack, the first
// `moves_max` moves.
std::string PlanTable(const rebalance::Planned& planned, size_t moves_max);

}  // namespace pegel::tools
