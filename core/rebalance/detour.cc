#include "core/rebalance/detour.h"

#include <algorithm>

namespace pegel::rebalance {
namespace {

// One search, from the stuck replica outwards, over servers; each knows from which server and with
// which bucket it was reached. A bucket's free domains are entered once, so a chain never puts two
// of its replicas into one of them.
class Search {
 public:
  Search(const Problem& problem, const Placement& placement, const Deficits& deficits)
      : problem_(problem),
        placement_(placement),
        deficits_(deficits),
        steps_(problem.servers()),
        is_bucket_seen_(problem.buckets()) {
    for (int d = 0; d < problem.domains(); ++d) unseen_.push_back(problem.servers_of(d));
  }

  // Returns the server that ends the chain; kNone: there is none.
  int Find(const Stuck& stuck) {
    if (stuck.server != kNone) {
      std::vector<int>& mates = unseen_[problem_.domain(stuck.server)];
      mates.erase(std::find(mates.begin(), mates.end(), stuck.server));
      queue_.push_back(stuck.server);
    } else {
      EnterFree(stuck.bucket, kNone);
    }
    size_t moved_done = 0, settled_done = 0;
    while (end_ == kNone && settled_done < queue_.size()) {
      while (end_ == kNone && moved_done < queue_.size()) Leave(queue_[moved_done++], false);
      const size_t level = queue_.size();
      while (end_ == kNone && settled_done < level) Leave(queue_[settled_done++], true);
    }
    return end_;
  }

  // Backwards along the chain that ends at `s`.
  void Apply(int s, Placement& placement) const {
    while (steps_[s].bucket != kNone) {
      const Step step = steps_[s];
      placement.Move(step.bucket, step.from, s);
      if (step.from == kNone) return;
      s = step.from;
    }
  }

 private:
  struct Step {
    int bucket = kNone, from = kNone;
  };

  // Replicas on `s` go on: those at home if `is_settled`, else those that have moved.
  void Leave(int s, bool is_settled) {
    for (int b : placement_.buckets_on(s)) {
      if (problem_.IsHome(b, s) != is_settled) continue;
      Enter(problem_.domain(s), b, s);
      if (end_ == kNone && !is_bucket_seen_[b]) EnterFree(b, s);
      if (end_ != kNone) return;
    }
  }

  void EnterFree(int b, int from) {
    is_bucket_seen_[b] = true;
    for (int d = 0; d < problem_.domains() && end_ == kNone; ++d) {
      if (!unseen_[d].empty() && !placement_.UsesDomain(b, d)) Enter(d, b, from);
    }
  }

  void Enter(int domain, int b, int from) {
    std::vector<int>& servers = unseen_[domain];
    std::vector<int> closed;
    for (int s : servers) {
      if (s == from || !placement_.HasRoom(b, s)) {
        closed.push_back(s);
        continue;
      }
      steps_[s] = {b, from};
      queue_.push_back(s);
      if (end_ == kNone && deficits_.of(s) > 0) end_ = s;
    }
    servers = std::move(closed);
  }

  const Problem& problem_;
  const Placement& placement_;
  const Deficits& deficits_;
  std::vector<Step> steps_;
  std::vector<bool> is_bucket_seen_;
  std::vector<std::vector<int>> unseen_;  // Servers by domain.
  std::vector<int> queue_;
  int end_ = kNone;
};

}  // namespace

void TakeDetours(const Problem& problem, const std::vector<Stuck>& stuck, Placement& placement,
                 Deficits& deficits) {
  if (!stuck.empty()) placement.ListBuckets();
  for (const Stuck& unit : stuck) {
    Search search(problem, placement, deficits);
    int end = search.Find(unit);
    if (end == kNone) continue;
    search.Apply(end, placement);
    deficits.Set(end, deficits.of(end) - 1);
  }
}

}  // namespace pegel::rebalance
