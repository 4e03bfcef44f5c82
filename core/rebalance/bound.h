// The lower bound: why no plan can do with fewer moves.
#pragma once

#include <cstdint>
#include <vector>

#include "core/rebalance/problem.h"
#include "core/rebalance/targets.h"

namespace pegel::rebalance {

// What has to move whatever the goals: each bucket keeps at most one replica in a domain.
int64_t ForcedMoves(const Problem& problem);

// The larger of ForcedMoves and of what the loads ask for: a server keeps at most its target, and
// at most what it has.
int64_t MovesForLoads(const Problem& problem, const Keepable& keepable,
                      const std::vector<int64_t>& targets);

// The same where each load may be anything from `min` to `max`.
int64_t MovesForRange(const Problem& problem, const Keepable& keepable, int64_t min, int64_t max);

}  // namespace pegel::rebalance
