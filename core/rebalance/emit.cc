#include "core/rebalance/emit.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"

namespace pegel::rebalance {
namespace {

ServerId IdOf(const Problem& problem, int s) {
  return s == kNone ? kNoLeader : problem.server(s).id;
}

// The new list of a bucket: the old one, in which the replicas that come take the places of those
// that leave, and the leader changes places with the first.
class NewList {
 public:
  NewList(const Problem& problem, const Placement& placement)
      : problem_(problem), placement_(placement) {}

  // Valid until the next call.
  const std::vector<int>& Of(int b, int leader) {
    list_.clear();
    added_.clear();
    for (int s : placement_.slots(b)) {
      if (s != kNone && !problem_.IsHome(b, s)) added_.push_back(s);
    }
    std::sort(added_.begin(), added_.end());
    added_count_ = added_.size();
    size_t next = 0;
    left_ = 0;
    for (const Home& home : problem_.homes(b)) {
      if (home.is_fixed || placement_.Holds(b, home.server)) {
        list_.push_back(home.server);
        continue;
      }
      ++left_;
      if (next < added_.size()) list_.push_back(added_[next++]);
    }
    list_.insert(list_.end(), added_.begin() + next, added_.end());
    auto first = std::find(list_.begin(), list_.end(), leader);
    if (first != list_.end()) std::iter_swap(list_.begin(), first);
    return list_;
  }
  size_t added() const { return added_count_; }
  bool is_same_set() const { return added_count_ == 0 && left_ == 0; }

 private:
  const Problem& problem_;
  const Placement& placement_;
  std::vector<int> list_, added_;
  size_t added_count_ = 0, left_ = 0;
};

// Replicas and leaders of each server, counted one by one.
class Count {
 public:
  explicit Count(const Problem& problem)
      : problem_(problem), replicas_(problem.servers()), leaders_(problem.servers()) {}

  void Add(std::span<const int> servers, int leader) {
    racks_.clear();
    for (int s : servers) {
      ++replicas_[s];
      racks_.push_back(problem_.rack(s));
    }
    if (leader != kNone) ++leaders_[leader];
    std::sort(racks_.begin(), racks_.end());
    auto last = std::unique(racks_.begin(), racks_.end());
    violations_ += racks_.end() - last;
  }

  Balance Result() const {
    Balance balance;
    balance.rack_violations = violations_;
    balance.racks.resize(problem_.rack_names().size());
    for (size_t r = 0; r < balance.racks.size(); ++r) {
      balance.racks[r].rack = problem_.rack_names()[r];
    }
    bool is_first = true;
    for (int s = 0; s < problem_.servers(); ++s) {
      const std::string& rack = problem_.rack_names()[problem_.rack(s)];
      balance.servers.push_back(
          {problem_.server(s).id, rack, problem_.role(s), replicas_[s], leaders_[s]});
      RackLoad& load = balance.racks[problem_.rack(s)];
      ++load.servers;
      load.replicas += replicas_[s];
      load.leaders += leaders_[s];
      if (!problem_.takes(s)) continue;
      Widen(balance.replicas, replicas_[s], is_first);
      Widen(balance.leaders, leaders_[s], is_first);
      is_first = false;
    }
    return balance;
  }

 private:
  static void Widen(Range& range, int64_t value, bool is_first) {
    range.min = is_first ? value : std::min(range.min, value);
    range.max = is_first ? value : std::max(range.max, value);
  }

  const Problem& problem_;
  std::vector<int64_t> replicas_, leaders_;
  std::vector<int> racks_;
  int64_t violations_ = 0;
};

struct Leftovers {
  int64_t replicas = 0, leaders = 0;
};

void ReportLeftovers(const Problem& problem, const std::vector<Leftovers>& left, Summary& summary) {
  for (int s = 0; s < problem.servers(); ++s) {
    if (left[s].replicas == 0 && left[s].leaders == 0) continue;
    summary.unresolved.push_back(absl::StrCat(
        "server ", problem.server(s).id.value, " keeps ", left[s].replicas, " replicas and ",
        left[s].leaders,
        " leaders that should leave it: their buckets are being moved, have no replica to copy "
        "from, no other server that may lead them, or no server with room for them"));
  }
}

}  // namespace

Plan EmitPlan(const Problem& problem, const Placement& placement, const Leaders& leaders,
              Summary& summary) {
  Plan plan;
  NewList lists(problem, placement);
  std::vector<Leftovers> left(problem.servers());
  for (int b = 0; b < problem.buckets(); ++b) {
    const int leader = leaders.leader(b);
    const std::vector<int>& list = lists.Of(b, leader);
    for (int s : list) left[s].replicas += problem.role(s) == Role::kDrains;
    if (leader != kNone) left[leader].leaders += !problem.takes(leader) && !problem.is_pinned(b);
    if (leader != kNone && problem.is_pinned(b)) {
      left[leader].leaders += problem.role(leader) == Role::kDrains;
    }
    summary.moves += static_cast<int64_t>(lists.added());
    summary.bytes += static_cast<int64_t>(lists.added()) * problem.bucket(b).bytes;
    summary.leader_changes += leader != problem.leader(b);
    if (lists.is_same_set() && leader == problem.leader(b)) continue;
    BucketMove move{problem.bucket(b).key,
                    problem.bucket(b).leader,
                    IdOf(problem, leader),
                    static_cast<uint32_t>(plan.servers.size()),
                    static_cast<uint16_t>(problem.homes(b).size()),
                    static_cast<uint16_t>(list.size()),
                    static_cast<uint16_t>(lists.added()),
                    problem.bucket(b).bytes};
    for (const Home& home : problem.homes(b)) plan.servers.push_back(IdOf(problem, home.server));
    for (int s : list) plan.servers.push_back(IdOf(problem, s));
    plan.moves.push_back(move);
  }
  ReportLeftovers(problem, left, summary);
  return plan;
}

Balance BalanceBefore(const Problem& problem) {
  Count count(problem);
  std::vector<int> list;
  for (int b = 0; b < problem.buckets(); ++b) {
    list.clear();
    for (const Home& home : problem.homes(b)) list.push_back(home.server);
    count.Add(list, problem.leader(b));
  }
  return count.Result();
}

Balance BalanceAfter(const Problem& problem, const Placement& placement, const Leaders& leaders) {
  Count count(problem);
  NewList lists(problem, placement);
  for (int b = 0; b < problem.buckets(); ++b) {
    count.Add(lists.Of(b, leaders.leader(b)), leaders.leader(b));
  }
  return count.Result();
}

}  // namespace pegel::rebalance
