#include "core/rebalance/leader_flow.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace pegel::rebalance {
namespace {

constexpr int kFar = std::numeric_limits<int>::max() / 2;

// Successive shortest paths, all paths of one length at a time (primal-dual). Nodes are the servers
// and one for slack, which takes what may stay above the minimum and gives what may come below the
// maximum. An arc from u to v is a bucket that u leads and v may lead; it costs what the change
// adds to, or saves of, the changes. Potentials keep all arcs at least 0.
class Flow {
 public:
  Flow(const Problem& problem, const LeaderRange& range, Leaders& leaders)
      : problem_(problem),
        leaders_(leaders),
        slack_(problem.servers()),
        surplus_(slack_ + 1, 0),
        lack_(slack_ + 1, 0),
        may_take_(slack_, 0),
        may_give_(slack_, 0),
        potential_(slack_ + 1, 0) {
    int64_t surplus = 0, lack = 0;
    for (int s = 0; s < slack_; ++s) {
      if (!problem.takes(s)) continue;
      const int64_t load = leaders.load(s);
      surplus += surplus_[s] = std::max<int64_t>(0, load - range.max);
      lack += lack_[s] = std::max<int64_t>(0, range.min - load);
      may_take_[s] = range.max - std::clamp(load, range.min, range.max);
      may_give_[s] = std::clamp(load, range.min, range.max) - range.min;
    }
    surplus_[slack_] = std::max<int64_t>(0, lack - surplus);
    lack_[slack_] = std::max<int64_t>(0, surplus - lack);
  }

  void Run() {
    while (Measure()) {
      while (Level() && Send()) {
      }
    }
  }

 private:
  struct Hop {
    int bucket, from, to;  // kNone: through slack.
  };

  int Price(int b, int from, int to) const {
    return leaders_.Cost(b, to) - leaders_.Cost(b, from) + potential_[from] - potential_[to];
  }

  // Calls visit(bucket, to, price) for each arc from `u`.
  template <typename Visit>
  void ForEachArc(int u, Visit visit) const {
    if (u == slack_) {
      for (int s = 0; s < slack_; ++s) {
        if (may_give_[s] > 0) visit(kNone, s, potential_[slack_] - potential_[s]);
      }
      return;
    }
    if (may_take_[u] > 0) visit(kNone, slack_, potential_[u] - potential_[slack_]);
    for (int b : leaders_.led_by(u)) {
      for (int v : leaders_.candidates(b)) {
        if (v != kNone && v != u) visit(b, v, Price(b, u, v));
      }
    }
  }

  // Distances from the surpluses (Dial's buckets), which become part of the potentials. False: no
  // lack can be reached.
  bool Measure() {
    std::vector<int> distance(slack_ + 1, kFar);
    std::vector<std::vector<int>> at(1);
    std::vector<bool> is_done(slack_ + 1, false);
    auto reach = [&](int v, int d) {
      if (d >= distance[v]) return;
      distance[v] = d;
      if (at.size() <= static_cast<size_t>(d)) at.resize(d + 1);
      at[d].push_back(v);
    };
    for (int v = 0; v <= slack_; ++v) {
      if (surplus_[v] > 0) reach(v, 0);
    }
    int nearest = kFar;
    for (int d = 0; d < static_cast<int>(at.size()) && d <= nearest; ++d) {
      for (size_t i = 0; i < at[d].size(); ++i) {  // Grows while it is read.
        const int u = at[d][i];
        if (is_done[u] || distance[u] != d) continue;
        is_done[u] = true;
        if (lack_[u] > 0) nearest = d;
        ForEachArc(u, [&](int, int v, int price) { reach(v, d + price); });
      }
    }
    if (nearest == kFar) return false;
    for (int v = 0; v <= slack_; ++v) potential_[v] += std::min(distance[v], nearest);
    return true;
  }

  // Levels over the arcs that cost nothing now. False: they lead to no lack.
  bool Level() {
    level_.assign(slack_ + 1, kNone);
    std::vector<int> queue;
    for (int v = 0; v <= slack_; ++v) {
      if (surplus_[v] == 0) continue;
      level_[v] = 0;
      queue.push_back(v);
    }
    bool is_reached = false;
    for (size_t i = 0; i < queue.size(); ++i) {
      const int u = queue[i];
      is_reached |= lack_[u] > 0;
      ForEachArc(u, [&](int, int v, int price) {
        if (price != 0 || level_[v] != kNone) return;
        level_[v] = level_[u] + 1;
        queue.push_back(v);
      });
    }
    return is_reached;
  }

  // As many units as the levels carry. False: none.
  bool Send() {
    next_.assign(slack_ + 1, 0);
    bool has_sent = false;
    for (int v = 0; v <= slack_; ++v) {
      while (surplus_[v] > 0 && level_[v] == 0 && SendFrom(v)) has_sent = true;
    }
    return has_sent;
  }

  bool SendFrom(int start) {
    std::vector<Hop> path;
    for (int u = start; lack_[u] == 0;) {
      Hop hop = NextHop(u);
      if (hop.to != kNone) {
        path.push_back(hop);
        u = hop.to;
        continue;
      }
      level_[u] = kFar;  // A dead end, which is not entered again.
      if (path.empty()) return false;
      u = path.back().from;
      path.pop_back();
    }
    --surplus_[start];
    --lack_[path.empty() ? start : path.back().to];
    for (const Hop& hop : path) Take(hop);
    return true;
  }

  // From where the last search at `u` stopped. Place 0 is slack, then come the buckets.
  Hop NextHop(int u) {
    auto is_next = [&](int v, int price) { return price == 0 && level_[v] == level_[u] + 1; };
    size_t& next = next_[u];
    if (u == slack_) {
      for (; next < static_cast<size_t>(slack_); ++next) {
        const int s = static_cast<int>(next);
        if (may_give_[s] > 0 && is_next(s, potential_[slack_] - potential_[s])) {
          return {kNone, u, s};
        }
      }
      return {kNone, u, kNone};
    }
    if (next == 0) {
      if (may_take_[u] > 0 && is_next(slack_, potential_[u] - potential_[slack_])) {
        return {kNone, u, slack_};
      }
      ++next;
    }
    for (; next <= leaders_.led_by(u).size(); ++next) {
      const int b = leaders_.led_by(u)[next - 1];
      for (int v : leaders_.candidates(b)) {
        if (v != kNone && v != u && is_next(v, Price(b, u, v))) return {b, u, v};
      }
    }
    return {kNone, u, kNone};
  }

  void Take(const Hop& hop) {
    if (hop.bucket != kNone) return leaders_.Lead(hop.bucket, hop.to);
    if (hop.to == slack_) {
      --may_take_[hop.from];
      ++may_give_[hop.from];
    } else {
      --may_give_[hop.to];
      ++may_take_[hop.to];
    }
  }

  const Problem& problem_;
  Leaders& leaders_;
  const int slack_;
  std::vector<int64_t> surplus_, lack_;
  std::vector<int64_t> may_take_, may_give_;
  std::vector<int> potential_;
  std::vector<int> level_;
  std::vector<size_t> next_;
};

}  // namespace

void BalanceLeaders(const Problem& problem, const LeaderRange& range, Leaders& leaders) {
  Flow(problem, range, leaders).Run();
}

}  // namespace pegel::rebalance
