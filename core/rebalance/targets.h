// How many replicas each server should have: the most even loads that can be placed at all.
//
// "Most even" is the least majorised vector of loads: its largest load is as small as can be, then
// the second largest, and so on; it is also the one with the smallest sum of squares. If loads that
// differ by one at most are possible, it is one of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/rebalance/problem.h"

namespace pegel::rebalance {

struct Targets {
  std::vector<int64_t> load;  // By server, what is fixed included.
  bool is_even = false;       // The servers that take replicas differ by one at most.
  // Why they cannot be even: the servers that must hold more than their share. Empty: they are.
  std::string tight;
};

// What a server could keep: its load if nothing were moved there. Among equally even loads those
// are chosen that keep the most.
struct Keepable {
  std::vector<int64_t> homes;  // All replicas there that could stay, what is fixed included.
  std::vector<int64_t> kept;   // Without those of which only one in its domain can stay.
};
Keepable CountKeepable(const Problem& problem);

// Every bucket must find enough domains (feasibility.h).
Targets EvenTargets(const Problem& problem, const Keepable& keepable);

// Within [min, max] as near to what is there as can be; `load` is empty when that cannot be placed.
Targets NearTargets(const Problem& problem, const Keepable& keepable, int64_t min, int64_t max);

}  // namespace pegel::rebalance
