#include "core/rebalance/cycles.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace pegel::rebalance {
namespace {

constexpr int64_t kWorkMax = 200'000'000;   // Arcs looked at; below a second.
constexpr int64_t kUnitsMaxSoft = 100'000;  // Three costs in one integer: no overflow up to here.

// How a server was reached.
struct Parent {
  enum class Kind : uint8_t { kNobody, kBucket, kNeighbour, kSlack };
  Kind kind = Kind::kNobody;
  int bucket = kNone;
  int from = kNone;  // kNeighbour: a server of the same domain, by the bucket's replica there.
};

struct Change {
  int bucket, from, to;
};

// Bellman and Ford's search over servers, buckets and one node for slack, through which a unit of
// load goes from one server to another without a replica. All distances begin at 0, so any negative
// cycle is found, wherever it is.
class CycleSearch {
 public:
  CycleSearch(const Problem& problem, const LoadCost& cost, bool prefers_racks,
              const Placement& placement)
      : problem_(problem),
        cost_(cost),
        prefers_racks_(prefers_racks),
        placement_(placement),
        share_cost_(2 * problem.wanted() + 2),
        load_cost_(prefers_racks ? share_cost_ * share_cost_ : share_cost_),
        servers_(problem.servers(), 0),
        buckets_(problem.buckets(), 0),
        parents_(problem.servers()),
        bucket_parents_(problem.buckets(), kNone) {}

  // The changes of some cycles that do not touch; empty: there is none, or `work` is used up.
  std::vector<Change> Find(int64_t& work) {
    for (bool has_changed = true; has_changed && work > 0;) {
      has_changed = Pass(work);
      if (std::vector<Change> changes = Cycles(); !changes.empty()) return changes;
    }
    return {};
  }

 private:
  struct Offer {
    int64_t distance = std::numeric_limits<int64_t>::max();
    Parent parent;
  };

  bool Pass(int64_t& work) {
    bool has_changed = false;
    offers_.assign(problem_.domains(), {});
    for (int b = 0; b < problem_.buckets(); ++b) {
      if (problem_.want(b) == 0) continue;
      has_changed |= EnterBucket(b);
      OfferHomes(b, has_changed);
      OfferDomains(b);
      work -= problem_.domains() + problem_.want(b);
    }
    for (int d = 0; d < problem_.domains(); ++d) {
      for (int s : problem_.servers_of(d)) has_changed |= Relax(s, offers_[d]);
    }
    has_changed |= PassSlack();
    return has_changed;
  }

  bool Relax(int s, const Offer& offer) {
    if (offer.distance >= servers_[s]) return false;
    servers_[s] = offer.distance;
    parents_[s] = offer.parent;
    return true;
  }

  int64_t MoveCost(int b, int s) const { return problem_.IsHome(b, s) ? 0 : 1; }

  int InRack(int b, int rack) const {
    int count = 0;
    for (int s : placement_.slots(b)) count += s != kNone && problem_.rack(s) == rack;
    for (const Home& home : problem_.homes(b)) {
      count += home.is_fixed && problem_.rack(home.server) == rack;
    }
    return count;
  }

  int64_t LeaveCost(int b, int s) const {
    bool is_shared = prefers_racks_ && InRack(b, problem_.rack(s)) > 1;
    return -MoveCost(b, s) - (is_shared ? share_cost_ : 0);
  }
  int64_t EnterCost(int b, int s) const {
    return prefers_racks_ && InRack(b, problem_.rack(s)) > 0 ? share_cost_ : 0;
  }

  // A replica may leave its domain for good.
  bool EnterBucket(int b) {
    bool has_changed = false;
    for (int s : placement_.slots(b)) {
      if (s == kNone || !problem_.takes(s)) continue;
      int64_t distance = servers_[s] + LeaveCost(b, s);
      if (distance >= buckets_[b]) continue;
      buckets_[b] = distance;
      bucket_parents_[b] = s;
      has_changed = true;
    }
    return has_changed;
  }

  // Coming home costs no move.
  void OfferHomes(int b, bool& has_changed) {
    for (const Home& home : problem_.homes(b)) {
      const int s = home.server;
      if (home.is_fixed || !problem_.takes(s) || placement_.Holds(b, s)) continue;
      if (!placement_.UsesDomain(b, problem_.domain(s))) {
        has_changed |= Relax(s, {buckets_[b] + EnterCost(b, s), {Parent::Kind::kBucket, b, kNone}});
        continue;
      }
      for (int from : placement_.slots(b)) {
        if (from == kNone || !problem_.takes(from) || problem_.domain(from) != problem_.domain(s)) {
          continue;
        }
        has_changed |=
            Relax(s, {servers_[from] - MoveCost(b, from), {Parent::Kind::kNeighbour, b, from}});
      }
    }
  }

  // To any server of a domain that the bucket does not use, or of the one that a replica is in.
  void OfferDomains(int b) {
    for (int d = 0; d < problem_.domains(); ++d) {
      if (placement_.UsesDomain(b, d)) continue;
      int64_t distance = buckets_[b] + EnterCost(b, problem_.servers_of(d).front()) + 1;
      if (distance >= offers_[d].distance) continue;
      offers_[d] = {distance, {Parent::Kind::kBucket, b, kNone}};
    }
    if (!problem_.is_by_rack()) return;
    for (int s : placement_.slots(b)) {
      if (s == kNone || !problem_.takes(s)) continue;
      int64_t distance = servers_[s] - MoveCost(b, s) + 1;
      Offer& offer = offers_[problem_.domain(s)];
      if (distance < offer.distance) offer = {distance, {Parent::Kind::kNeighbour, b, s}};
    }
  }

  bool PassSlack() {
    bool has_changed = false;
    for (int s = 0; s < problem_.servers(); ++s) {
      if (!problem_.takes(s)) continue;
      int64_t distance = servers_[s] + load_cost_ * cost_.OfOneMore(placement_.load(s));
      if (distance >= slack_) continue;
      slack_ = distance;
      slack_parent_ = s;
      has_changed = true;
    }
    for (int s = 0; s < problem_.servers(); ++s) {
      if (!problem_.takes(s) || placement_.load(s) == problem_.fixed_replicas(s)) continue;
      int64_t distance = slack_ - load_cost_ * cost_.OfOneMore(placement_.load(s) - 1);
      has_changed |= Relax(s, {distance, {Parent::Kind::kSlack, kNone, kNone}});
    }
    return has_changed;
  }

  int Before(int s) const {
    const Parent& parent = parents_[s];
    switch (parent.kind) {
      case Parent::Kind::kNobody:
        return kNone;
      case Parent::Kind::kBucket:
        return bucket_parents_[parent.bucket];
      case Parent::Kind::kNeighbour:
        return parent.from;
      case Parent::Kind::kSlack:
        return slack_parent_;
    }
    return kNone;
  }

  // Following the parents from each server: a server met twice on one way is on a cycle.
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
        int before = Before(s);
        if (parents_[s].kind != Parent::Kind::kSlack) {
          changes.push_back({parents_[s].bucket, before, s});
        }
        s = before;
      } while (s != first);
    }
    return changes;
  }

  const Problem& problem_;
  const LoadCost& cost_;
  const bool prefers_racks_;
  const Placement& placement_;
  const int64_t share_cost_, load_cost_;
  std::vector<int64_t> servers_, buckets_;  // Distances.
  std::vector<Parent> parents_;
  std::vector<int> bucket_parents_;
  int64_t slack_ = 0;
  int slack_parent_ = kNone;
  std::vector<Offer> offers_;  // By domain, of one pass.
};

}  // namespace

bool CancelCycles(const Problem& problem, const LoadCost& cost, bool prefers_racks,
                  Placement& placement) {
  if (problem.has_space_limits()) return false;
  if (prefers_racks && problem.wanted() > kUnitsMaxSoft) return false;
  for (int64_t work = kWorkMax; work > 0;) {
    std::vector<Change> changes = CycleSearch(problem, cost, prefers_racks, placement).Find(work);
    if (changes.empty()) return work > 0;
    for (const Change& change : changes) placement.Move(change.bucket, change.from, change.to);
  }
  return false;
}

}  // namespace pegel::rebalance
