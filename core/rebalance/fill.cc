#include "core/rebalance/fill.h"

#include <algorithm>
#include <tuple>

namespace pegel::rebalance {
namespace {

// kNone: there is none.
int Destination(const Placement& placement, const Deficits& deficits, int b, int from) {
  return deficits.Neediest([&](int domain) { return !placement.UsesDomain(b, domain, from); },
                           [&](int s) { return placement.MayPut(b, s, from); });
}

void PutMissing(const Problem& problem, Placement& placement, Deficits& deficits,
                std::vector<Stuck>& stuck) {
  for (int b = 0; b < problem.buckets(); ++b) {
    for (int missing = placement.Missing(b); missing > 0; --missing) {
      int to = Destination(placement, deficits, b, kNone);
      if (to == kNone) {
        stuck.push_back({b, kNone});
        continue;
      }
      placement.Put(b, to);
      deficits.Set(to, deficits.of(to) - 1);
    }
  }
}

// Followers before leaders, so that leaders stay; small buckets before large ones.
void SortByCost(const Problem& problem, int s, std::vector<int>& buckets) {
  auto rank = [&](int b) {
    return std::make_tuple(problem.leader(b) == s, problem.bucket(b).bytes, b);
  };
  std::sort(buckets.begin(), buckets.end(), [&](int a, int b) { return rank(a) < rank(b); });
}

// Each bucket is looked at once: what finds no place now finds none later, as deficits only shrink.
void MoveSurplus(const Problem& problem, const std::vector<int64_t>& targets, Placement& placement,
                 Deficits& deficits, std::vector<Stuck>& stuck) {
  std::vector<std::vector<int>> held(problem.servers());
  std::vector<int> fullest;
  for (int s = 0; s < problem.servers(); ++s) {
    if (problem.takes(s) && placement.load(s) > targets[s]) fullest.push_back(s);
  }
  if (fullest.empty()) return;
  for (int b = 0; b < problem.buckets(); ++b) {
    for (int s : placement.slots(b)) {
      if (s != kNone && problem.takes(s) && placement.load(s) > targets[s]) held[s].push_back(b);
    }
  }
  std::sort(fullest.begin(), fullest.end(), [&](int a, int b) {
    return std::make_pair(targets[a] - placement.load(a), a) <
           std::make_pair(targets[b] - placement.load(b), b);
  });
  for (int from : fullest) {
    SortByCost(problem, from, held[from]);
    for (int b : held[from]) {
      if (placement.load(from) == targets[from]) break;
      int to = Destination(placement, deficits, b, from);
      if (to == kNone) continue;
      placement.Move(b, from, to);
      deficits.Set(to, deficits.of(to) - 1);
    }
    held[from] = {};
    for (int64_t n = placement.load(from); n > targets[from]; --n) stuck.push_back({kNone, from});
  }
}

void LeaveAtHome(const Problem& problem, Placement& placement, int b) {
  for (const Home& home : problem.homes(b)) {
    if (placement.Missing(b) == 0) return;
    if (!home.is_fixed && !placement.Holds(b, home.server)) placement.Put(b, home.server);
  }
}

}  // namespace

std::vector<Stuck> FillTo(const Problem& problem, const std::vector<int64_t>& targets,
                          Placement& placement, Deficits& deficits) {
  std::vector<Stuck> stuck;
  for (int s = 0; s < problem.servers(); ++s) {
    if (problem.takes(s)) deficits.Set(s, targets[s] - placement.load(s));
  }
  PutMissing(problem, placement, deficits, stuck);
  MoveSurplus(problem, targets, placement, deficits, stuck);
  return stuck;
}

void PlaceHomeless(const Problem& problem, Placement& placement) {
  constexpr int64_t kFar = int64_t{1} << 40;  // More than any load: everybody lacks something.
  Deficits deficits(problem);
  for (int s = 0; s < problem.servers(); ++s) {
    if (problem.takes(s)) deficits.Set(s, kFar - placement.load(s));
  }
  std::vector<Stuck> stuck;
  PutMissing(problem, placement, deficits, stuck);
  for (const Stuck& unit : stuck) LeaveAtHome(problem, placement, unit.bucket);
}

}  // namespace pegel::rebalance
