#include "core/rebalance/leader_moves.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <vector>

#include "absl/container/btree_set.h"

namespace pegel::rebalance {
namespace {

using Key = std::pair<int64_t, int>;

// The buckets that `s` leads, those first whose new leader costs nothing extra, then small ones.
std::vector<int> Cheapest(const Problem& problem, const Leaders& leaders, int s) {
  std::vector<int> buckets = leaders.led_by(s);
  auto rank = [&](int b) {
    return std::make_tuple(problem.want(b) <= problem.Keepable(b), problem.bucket(b).bytes, b);
  };
  std::sort(buckets.begin(), buckets.end(), [&](int a, int b) { return rank(a) < rank(b); });
  return buckets;
}

std::vector<int> ByLoad(const Problem& problem, const Leaders& leaders, bool is_fullest_first) {
  std::vector<int> servers;
  for (int s = 0; s < problem.servers(); ++s) {
    if (problem.takes(s)) servers.push_back(s);
  }
  auto rank = [&](int s) {
    return std::make_pair(is_fullest_first ? -leaders.load(s) : leaders.load(s), s);
  };
  std::sort(servers.begin(), servers.end(), [&](int a, int b) { return rank(a) < rank(b); });
  return servers;
}

// One way to bring a leader from one server to another.
struct Step {
  int bucket = kNone, dropped = kNone;  // Its replica goes from `dropped` to the target.
  int back = kNone;                     // This bucket's replica goes the other way; kNone: none.
  int moves = std::numeric_limits<int>::max();  // More than without it.
};

class Exchange {
 public:
  Exchange(const Problem& problem, const LoadCost& cost, Placement& placement, Leaders& leaders)
      : problem_(problem), cost_(cost), placement_(placement), leaders_(leaders) {}

  // Leadership from `u` to `v`. False: there is no way.
  bool Try(int u, int v) {
    Step best;
    std::vector<int> buckets = leaders_.led_by(u);
    std::sort(buckets.begin(), buckets.end());
    for (int b : buckets) {
      for (int dropped : placement_.slots(b)) Consider(b, dropped, v, best);
    }
    if (best.bucket == kNone) return false;
    Apply(best, v);
    leaders_.Lead(best.bucket, v);
    return true;
  }

 private:
  int Delta(int b, int from, int to) const {
    return int{!problem_.IsHome(b, to)} - int{!problem_.IsHome(b, from)};
  }

  // Whether the loads are as even afterwards.
  bool IsFree(int from, int to) const {
    return cost_.OfOneMore(placement_.load(to)) <= cost_.OfOneMore(placement_.load(from) - 1);
  }

  void Consider(int b, int dropped, int v, Step& best) const {
    if (dropped == kNone || !problem_.takes(dropped)) return;
    if (!placement_.MayPut(b, v, dropped)) return;
    // The new replica may lead if it is a copy, or in sync at home.
    const Home* home = problem_.FindHome(b, v);
    if (home != nullptr && !home->is_in_sync) return;
    const int moves = Delta(b, dropped, v);
    if (IsFree(dropped, v)) {
      if (moves < best.moves) best = {b, dropped, kNone, moves};
      return;
    }
    if (moves - 1 >= best.moves) return;
    std::vector<int> others = placement_.buckets_on(v);
    std::sort(others.begin(), others.end());
    for (int other : others) {
      if (other == b || leaders_.leader(other) == v || !placement_.MayPut(other, dropped, v)) {
        continue;
      }
      const int both = moves + Delta(other, v, dropped);
      if (both < best.moves) best = {b, dropped, other, both};
    }
  }

  void MoveReplica(int b, int from, int to) {
    placement_.Move(b, from, to);
    const Home* home = problem_.FindHome(b, to);
    bool may_lead = home == nullptr || home->is_in_sync || to == problem_.leader(b);
    const int candidate = leaders_.IsCandidate(b, from) ? from : kNone;
    leaders_.ReplaceCandidate(b, candidate, may_lead ? to : kNone);
  }

  void Apply(const Step& step, int v) {
    if (step.back != kNone) MoveReplica(step.back, v, step.dropped);
    MoveReplica(step.bucket, step.dropped, v);
  }

  const Problem& problem_;
  const LoadCost& cost_;
  Placement& placement_;
  Leaders& leaders_;
};

bool StepOnce(const Problem& problem, Exchange& exchange, const LeaderRange& range,
              const Leaders& leaders) {
  std::vector<int> emptiest = ByLoad(problem, leaders, false);
  for (int u : ByLoad(problem, leaders, true)) {
    for (int v : emptiest) {
      const int64_t high = leaders.load(u), low = leaders.load(v);
      if (high - low < 2 || (high <= range.max && low >= range.min)) break;
      if (exchange.Try(u, v)) return true;
    }
  }
  return false;
}

}  // namespace

void LeadElsewhere(const Problem& problem, const LeaderRange& range, const NewLeaderPrice& prices,
                   Leaders& leaders) {
  absl::btree_set<Key> emptiest;
  for (int s = 0; s < problem.servers(); ++s) {
    if (problem.takes(s)) emptiest.insert({leaders.load(s), s});
  }
  auto target = [&](int b, int most_extra) {
    for (const Key& key : emptiest) {
      if (key.first >= range.max) break;
      int extra = prices.Of(b, key.second);
      if (extra != kNone && extra <= most_extra) return key.second;
    }
    return kNone;
  };
  auto lead = [&](int b, int to) {
    int from = leaders.leader(b);
    if (from != kNone) emptiest.erase({leaders.load(from), from});
    emptiest.erase({leaders.load(to), to});
    leaders.Lead(b, to);
    if (from != kNone) emptiest.insert({leaders.load(from), from});
    emptiest.insert({leaders.load(to), to});
  };
  for (int u : ByLoad(problem, leaders, true)) {
    for (int most_extra : {0, 1}) {
      for (int b : Cheapest(problem, leaders, u)) {
        const bool is_wanted = emptiest.begin()->first < range.min;
        if (leaders.load(u) <= (is_wanted ? range.min : range.max)) break;
        if (leaders.load(u) <= emptiest.begin()->first + 1) break;
        if (int to = target(b, most_extra); to != kNone && to != u) lead(b, to);
      }
    }
  }
}

bool ExchangeForLeaders(const Problem& problem, const LoadCost& load_cost, const LeaderRange& range,
                        Placement& placement, Leaders& leaders) {
  Exchange exchange(problem, load_cost, placement, leaders);
  bool has_changed = false;
  while (StepOnce(problem, exchange, range, leaders)) has_changed = true;
  return has_changed;
}

}  // namespace pegel::rebalance
