#include "core/rebalance/keepers.h"

#include <algorithm>
#include <tuple>
#include <vector>

namespace pegel::rebalance {
namespace {

bool MayStay(const Problem& problem, const Home& home) {
  return !home.is_fixed && problem.takes(home.server);
}

// Puts what may stay and does not contend with another replica of the bucket. False: some contend.
bool KeepAll(const Problem& problem, Placement& placement, int b) {
  int movable = 0;
  for (const Home& home : problem.homes(b)) {
    if (!MayStay(problem, home)) continue;
    if (++movable > problem.want(b)) return false;
    if (!problem.is_by_rack()) continue;
    for (const Home& other : problem.homes(b)) {
      bool is_rival = other.is_fixed || problem.takes(other.server);
      if (is_rival && other.server != home.server &&
          problem.domain(other.server) == problem.domain(home.server)) {
        return false;
      }
    }
  }
  for (const Home& home : problem.homes(b)) {
    if (MayStay(problem, home)) placement.Put(b, home.server);
  }
  return true;
}

void KeepBest(const Problem& problem, Placement& placement, int b) {
  std::vector<Home> rivals;
  for (const Home& home : problem.homes(b)) {
    if (MayStay(problem, home) && !placement.Holds(b, home.server)) rivals.push_back(home);
  }
  auto rank = [&](const Home& home) {
    return std::make_tuple(!home.is_in_sync, placement.load(home.server),
                           home.server != problem.leader(b), home.server);
  };
  std::sort(rivals.begin(), rivals.end(),
            [&](const Home& a, const Home& b) { return rank(a) < rank(b); });
  for (const Home& home : rivals) {
    if (placement.Missing(b) == 0) return;
    if (!placement.UsesDomain(b, problem.domain(home.server))) placement.Put(b, home.server);
  }
}

}  // namespace

void KeepAtHome(const Problem& problem, Placement& placement) {
  std::vector<int> contended;  // Decided when the loads of all others are known.
  for (int b = 0; b < problem.buckets(); ++b) {
    if (problem.want(b) == 0) continue;
    bool is_begun = placement.Missing(b) < problem.want(b);
    if (is_begun || !KeepAll(problem, placement, b)) contended.push_back(b);
  }
  for (int b : contended) KeepBest(problem, placement, b);
}

}  // namespace pegel::rebalance
