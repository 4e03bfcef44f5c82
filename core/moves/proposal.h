// What the planner answers for a rebalance, and the commands that bring it into the log.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/command.h"
#include "core/moves/question.h"
#include "core/rebalance/plan.h"

namespace pegel::moves {

// A value; made on any thread, owned by whoever carries it to the line.
struct Proposal {
  Lsn rebalance;
  int32_t revision = 1;
  std::vector<PlannedMove> moves;  // By key.
  PlanSummary summary;
  // How loads are before and after, for who wants to see a plan that is not carried out.
  rebalance::Balance before, after;
  std::optional<std::string> refusal;  // Set: there is no plan, and this is why.
};

// Plans. Blocks its caller for as long as the planner does (core/rebalance/planner.h).
Proposal Propose(const Question& question);

// How many commands bring `proposal`: its pieces, and one that says that all are there.
size_t CommandCount(const Proposal& proposal);

// The one at `index`. They are submitted in order, by the server itself; a refusal of one ends the
// matter (core/moves/reducer.h).
Command CommandAt(const Proposal& proposal, size_t index);

}  // namespace pegel::moves
