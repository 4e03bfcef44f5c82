#include "core/rebalance/leader_cycles.h"

#include <algorithm>
#include <vector>

namespace pegel::rebalance {
namespace {

constexpr int64_t kWorkMax = 100'000'000;
constexpr int64_t kBucketsMaxPriced = 100'000;  // Three costs in one integer: no overflow.

struct Change {
  int bucket, to;
};

// As CycleSearch of cycles.cc. A bucket is led by one server, so a cycle of servers never uses it
// twice and buckets need no nodes of their own.
class LeaderCycleSearch {
 public:
  LeaderCycleSearch(const Problem& problem, const LoadCost& cost, const NewLeaderPrice* prices,
                    const Leaders& leaders)
      : problem_(problem),
        cost_(cost),
        prices_(prices),
        leaders_(leaders),
        copy_cost_(2 * int64_t{problem.buckets()} + 2),
        load_cost_(prices == nullptr ? copy_cost_ : copy_cost_ * copy_cost_),
        distances_(problem.servers(), 0),
        parents_(problem.servers()) {}

  std::vector<Change> Find(int64_t& work) {
    for (bool has_changed = true; has_changed && work > 0;) {
      has_changed = Pass(work);
      if (std::vector<Change> changes = Cycles(); !changes.empty()) return changes;
    }
    return {};
  }

 private:
  static constexpr int kSlack = -2;
  struct Parent {
    int bucket = kNone;
    int from = kNone;  // kNone: nobody.
  };

  int64_t PriceOf(int b, int s) const {
    // Without prices, one that is no candidate leads only a bucket that has none.
    if (prices_ == nullptr || leaders_.IsCandidate(b, s)) return leaders_.Cost(b, s);
    return copy_cost_ * prices_->Of(b, s) + leaders_.Cost(b, s);
  }

  bool Relax(int s, int64_t distance, Parent parent) {
    if (distance >= distances_[s]) return false;
    distances_[s] = distance;
    parents_[s] = parent;
    return true;
  }

  bool Pass(int64_t& work) {
    bool has_changed = false;
    for (int u = 0; u < problem_.servers(); ++u) {
      if (!problem_.takes(u)) continue;
      for (int b : leaders_.led_by(u)) has_changed |= PassBucket(b, u, work);
    }
    return PassSlack() || has_changed;
  }

  bool PassBucket(int b, int u, int64_t& work) {
    bool has_changed = false;
    const int64_t base = distances_[u] - PriceOf(b, u);
    for (int v : leaders_.candidates(b)) {
      if (v != kNone && v != u) has_changed |= Relax(v, base + leaders_.Cost(b, v), {b, u});
    }
    work -= 4;
    if (prices_ == nullptr) return has_changed;
    work -= problem_.servers();
    for (int v = 0; v < problem_.servers(); ++v) {
      if (v == u || !problem_.takes(v) || prices_->Of(b, v) == kNone) continue;
      has_changed |= Relax(v, base + PriceOf(b, v), {b, u});
    }
    return has_changed;
  }

  bool PassSlack() {
    bool has_changed = false;
    for (int s = 0; s < problem_.servers(); ++s) {
      if (!problem_.takes(s)) continue;
      int64_t distance = distances_[s] + load_cost_ * cost_.OfOneMore(leaders_.load(s));
      if (distance >= slack_) continue;
      slack_ = distance;
      slack_parent_ = s;
      has_changed = true;
    }
    for (int s = 0; s < problem_.servers(); ++s) {
      if (!problem_.takes(s) || leaders_.led_by(s).empty()) continue;
      int64_t distance = slack_ - load_cost_ * cost_.OfOneMore(leaders_.load(s) - 1);
      has_changed |= Relax(s, distance, {kNone, kSlack});
    }
    return has_changed;
  }

  int Before(int s) const { return parents_[s].from == kSlack ? slack_parent_ : parents_[s].from; }

  std::vector<Change> Cycles() const {
    std::vector<Change> changes;
    std::vector<int> seen(problem_.servers(), kNone);
    for (int start = 0; start < problem_.servers(); ++start) {
      int s = start;
      while (s != kNone && seen[s] == kNone) {
        seen[s] = start;
        s = Before(s);
      }
      if (s == kNone || seen[s] != start) continue;
      const int first = s;
      do {
        if (parents_[s].bucket != kNone) changes.push_back({parents_[s].bucket, s});
        s = Before(s);
      } while (s != first);
    }
    return changes;
  }

  const Problem& problem_;
  const LoadCost& cost_;
  const NewLeaderPrice* prices_;
  const Leaders& leaders_;
  const int64_t copy_cost_, load_cost_;
  std::vector<int64_t> distances_;
  std::vector<Parent> parents_;
  int64_t slack_ = 0;
  int slack_parent_ = kNone;
};

}  // namespace

NewLeaderPrice::NewLeaderPrice(const Problem& problem)
    : problem_(problem), keepable_(problem.buckets(), 0) {
  for (int b = 0; b < problem.buckets(); ++b) {
    keepable_[b] = static_cast<uint16_t>(problem.Keepable(b));
  }
}

int NewLeaderPrice::Of(int b, int s) const {
  if (problem_.want(b) == 0 || !problem_.takes(s)) return kNone;
  if (problem_.IsClosed(b, problem_.domain(s))) return kNone;
  bool shares_domain = false;
  for (const Home& home : problem_.homes(b)) {
    if (home.is_fixed || !problem_.takes(home.server)) continue;
    if (home.server == s) return home.is_in_sync || s == problem_.leader(b) ? 0 : kNone;
    shares_domain |= problem_.domain(home.server) == problem_.domain(s);
  }
  const int kept = std::min<int>(keepable_[b], problem_.want(b));
  const int kept_beside = std::min(keepable_[b] - shares_domain, problem_.want(b) - 1);
  return kept - kept_beside;
}

bool CancelLeaderCycles(const Problem& problem, const LoadCost& cost, const NewLeaderPrice* prices,
                        Leaders& leaders) {
  if (prices != nullptr && (problem.buckets() > kBucketsMaxPriced || problem.has_space_limits())) {
    return false;
  }
  for (int64_t work = kWorkMax; work > 0;) {
    std::vector<Change> changes = LeaderCycleSearch(problem, cost, prices, leaders).Find(work);
    if (changes.empty()) return work > 0;
    for (const Change& change : changes) leaders.Lead(change.bucket, change.to);
  }
  return false;
}

}  // namespace pegel::rebalance
