#include "core/rebalance/bound.h"

#include <algorithm>

namespace pegel::rebalance {

int64_t ForcedMoves(const Problem& problem) {
  int64_t forced = 0;
  for (int b = 0; b < problem.buckets(); ++b) {
    if (problem.want(b) > 0) forced += std::max(0, problem.want(b) - problem.Keepable(b));
  }
  return forced;
}

int64_t MovesForLoads(const Problem& problem, const Keepable& keepable,
                      const std::vector<int64_t>& targets) {
  int64_t kept = 0;
  for (int s = 0; s < problem.servers(); ++s) {
    if (!problem.takes(s)) continue;
    kept += std::min(keepable.homes[s], targets[s]) - problem.fixed_replicas(s);
  }
  return std::max(ForcedMoves(problem), problem.wanted() - kept);
}

int64_t MovesForRange(const Problem& problem, const Keepable& keepable, int64_t min, int64_t max) {
  int64_t kept = 0, lacking = 0;
  for (int s = 0; s < problem.servers(); ++s) {
    if (!problem.takes(s)) continue;
    const int64_t fixed = problem.fixed_replicas(s);
    kept += std::min(keepable.homes[s], std::max(max, fixed)) - fixed;
    lacking += std::max<int64_t>(0, min - keepable.homes[s]);
  }
  return std::max({ForcedMoves(problem), problem.wanted() - kept, lacking});
}

}  // namespace pegel::rebalance
