// The best plan of a tiny cluster, found by trying every placement and every choice of leaders.
// Shares no code with the planner: only the model that it reads.
//
// Understands what the exhaustive test asks: every replica in sync, no pins, no space limits, the
// replication factor kept, TEMPORARY_OFFLINE as a drain or with leaders only.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/rebalance/model.h"
#include "core/rebalance/plan.h"

namespace pegel::testing {

// Sums of squares over the servers that take replicas; they are smallest where loads are as even as
// they can be (planner.md, T3).
struct Cost {
  int64_t squares = 0, price = 0;
  auto operator<=>(const Cost&) const = default;
};

struct Optimum {
  Cost replicas;       // As even as possible, then the fewest replicas to copy.
  int64_t moves = 0;   // The fewest to copy whatever the loads: what has to leave.
  Cost leaders;        // As even as possible over all placements, then the fewest to copy.
  bool fits_together;  // A placement with `replicas` lets leaders be as even as anywhere.
};

// Nothing: some bucket has no place for all its replicas.
std::optional<Optimum> BestOf(const rebalance::Cluster& cluster, bool is_by_rack,
                              rebalance::TemporaryOffline temporary);

// The most even leaders for this placement (servers of each bucket), then the fewest changes.
Cost BestLeaders(const rebalance::Cluster& cluster, rebalance::TemporaryOffline temporary,
                 const std::vector<std::vector<rebalance::ServerId>>& placement);

}  // namespace pegel::testing
