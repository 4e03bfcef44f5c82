#include "core/rebalance/targets.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "core/rebalance/kind_flow.h"

namespace pegel::rebalance {
namespace {

// Settles the loads from the highest level down. Each round finds the lowest level that all servers
// not settled yet can keep, and the servers that need it: one level lower, they are exactly those
// of the domains where more room would help. They get that level or one less, and are settled.
class Leveller {
 public:
  Leveller(const Problem& problem, const Keepable& keepable)
      : problem_(problem),
        keepable_(keepable),
        flow_(problem),
        load_(problem.servers()),
        settled_room_(problem.domains(), kNone) {
    for (int s = 0; s < problem.servers(); ++s) load_[s] = problem.fixed_replicas(s);
  }

  Targets Run() {
    while (!IsSettled()) SettleLevel();
    Targets targets{std::move(load_), true, std::move(tight_)};
    int64_t min = -1, max = -1;
    for (int s = 0; s < problem_.servers(); ++s) {
      if (!problem_.takes(s)) continue;
      min = min < 0 ? targets.load[s] : std::min(min, targets.load[s]);
      max = std::max(max, targets.load[s]);
    }
    targets.is_even = max - min <= 1;
    if (targets.is_even) targets.tight.clear();
    return targets;
  }

 private:
  bool IsSettled() const {
    return std::none_of(settled_room_.begin(), settled_room_.end(),
                        [](int64_t room) { return room == kNone; });
  }

  // Of each domain, when no server may have more than `level`.
  std::vector<int64_t> RoomsAt(int64_t level) const {
    std::vector<int64_t> rooms = settled_room_;
    for (int d = 0; d < problem_.domains(); ++d) {
      if (settled_room_[d] != kNone) continue;
      rooms[d] = 0;
      for (int s : problem_.servers_of(d)) {
        rooms[d] += std::max<int64_t>(0, level - problem_.fixed_replicas(s));
      }
    }
    return rooms;
  }

  int64_t LowestLevel() {
    int64_t low = 0, high = problem_.wanted();  // It is above low; high is enough.
    for (int s = 0; s < problem_.servers(); ++s) {
      if (problem_.takes(s)) high = std::max(high, problem_.fixed_replicas(s) + problem_.wanted());
    }
    if (flow_.Fill(RoomsAt(low)) == 0) return low;
    while (high - low > 1) {
      int64_t middle = low + (high - low) / 2;
      (flow_.Fill(RoomsAt(middle)) == 0 ? high : low) = middle;
    }
    return high;
  }

  void SettleLevel() {
    const int64_t level = LowestLevel();
    int64_t extra = level == 0 ? 0 : flow_.Fill(RoomsAt(level - 1));
    std::vector<bool> is_short =
        extra == 0 ? std::vector<bool>(problem_.domains(), true) : flow_.Short();
    std::vector<int> pool;
    for (int d = 0; d < problem_.domains(); ++d) {
      if (!is_short[d] || settled_room_[d] != kNone) continue;
      for (int s : problem_.servers_of(d)) pool.push_back(s);
    }
    const int64_t base = std::max<int64_t>(0, level - 1);
    for (int s : pool) load_[s] = std::max(load_[s], base);
    Explain(pool, level, extra);
    Raise(pool, level, extra);
    Settle(is_short);
  }

  // `extra` servers of the pool get one more: those first that have it already.
  void Raise(std::vector<int> pool, int64_t level, int64_t extra) {
    auto rank = [&](int s) {
      return std::make_tuple(keepable_.homes[s] < level, keepable_.kept[s] < level,
                             -keepable_.kept[s], s);
    };
    std::sort(pool.begin(), pool.end(), [&](int a, int b) { return rank(a) < rank(b); });
    for (int s : pool) {
      if (extra == 0) return;
      if (load_[s] >= level || !flow_.Grow(problem_.domain(s))) continue;
      ++load_[s];
      --extra;
    }
  }

  void Settle(const std::vector<bool>& is_short) {
    for (int d = 0; d < problem_.domains(); ++d) {
      if (!is_short[d] || settled_room_[d] != kNone) continue;
      settled_room_[d] = 0;
      for (int s : problem_.servers_of(d)) {
        settled_room_[d] += load_[s] - problem_.fixed_replicas(s);
      }
    }
  }

  // Only the first level says why the loads are not even: it is the highest.
  void Explain(const std::vector<int>& pool, int64_t level, int64_t extra) {
    if (!tight_.empty()) return;
    int64_t held = extra;
    std::vector<int> racks;
    for (int s : pool) {
      held += load_[s];
      racks.push_back(problem_.rack(s));
    }
    std::sort(racks.begin(), racks.end());
    racks.erase(std::unique(racks.begin(), racks.end()), racks.end());
    const int64_t average = problem_.wanted() / std::max(1, problem_.takers());
    tight_ = absl::StrCat(pool.size(), pool.size() == 1 ? " server" : " servers", " in ",
                          racks.size() == 1 ? "rack" : "racks");
    for (size_t i = 0; i < racks.size() && i < 10; ++i) {
      absl::StrAppend(&tight_, i == 0 ? " " : ", ", problem_.rack_names()[racks[i]]);
    }
    if (racks.size() > 10) absl::StrAppend(&tight_, " and ", racks.size() - 10, " more");
    absl::StrAppend(&tight_, " must hold ", held, " replicas, up to ", level,
                    " each, where an even share is ", average, " to ", average + 1);
  }

  const Problem& problem_;
  const Keepable& keepable_;
  KindFlow flow_;
  std::vector<int64_t> load_;
  std::vector<int64_t> settled_room_;  // By domain; kNone: not settled.
  std::string tight_;
};

}  // namespace

Keepable CountKeepable(const Problem& problem) {
  Keepable keepable;
  keepable.homes.resize(problem.servers());
  for (int s = 0; s < problem.servers(); ++s) keepable.homes[s] = problem.fixed_replicas(s);
  keepable.kept = keepable.homes;
  for (int b = 0; b < problem.buckets(); ++b) {
    if (problem.want(b) == 0) continue;
    for (const Home& home : problem.homes(b)) {
      if (home.is_fixed || !problem.takes(home.server)) continue;
      ++keepable.homes[home.server];
      bool is_alone = true;
      for (const Home& other : problem.homes(b)) {
        is_alone &= other.server == home.server || !problem.is_by_rack() ||
                    problem.domain(other.server) != problem.domain(home.server) ||
                    (!other.is_fixed && !problem.takes(other.server));
      }
      keepable.kept[home.server] += is_alone;
    }
  }
  return keepable;
}

Targets EvenTargets(const Problem& problem, const Keepable& keepable) {
  return Leveller(problem, keepable).Run();
}

Targets NearTargets(const Problem& problem, const Keepable& keepable, int64_t min, int64_t max) {
  Targets targets{keepable.kept, true, ""};
  int64_t over = -problem.wanted();  // What is in the targets beyond what is to be placed.
  std::vector<int> takers;
  for (int s = 0; s < problem.servers(); ++s) {
    if (!problem.takes(s)) continue;
    const int64_t fixed = problem.fixed_replicas(s);
    targets.load[s] = std::max(fixed, std::clamp(targets.load[s], min, max));
    over += targets.load[s] - fixed;
    takers.push_back(s);
  }
  // The fullest give first and the emptiest take first, one unit a round.
  for (bool has_moved = true; over != 0 && has_moved;) {
    has_moved = false;
    std::sort(takers.begin(), takers.end(), [&](int a, int b) {
      int64_t x = targets.load[a], y = targets.load[b];
      return std::make_pair(over > 0 ? -x : x, a) < std::make_pair(over > 0 ? -y : y, b);
    });
    const int64_t edge = takers.empty() ? 0 : targets.load[takers.front()];
    for (int s : takers) {
      if (over == 0 || targets.load[s] != edge) break;
      bool can_move = over > 0 ? targets.load[s] > std::max(min, problem.fixed_replicas(s))
                               : targets.load[s] < max;
      if (!can_move) continue;
      targets.load[s] += over > 0 ? -1 : 1;
      over += over > 0 ? -1 : 1;
      has_moved = true;
    }
  }
  KindFlow flow(problem);
  std::vector<int64_t> rooms(problem.domains(), 0);
  for (int s : takers) {
    rooms[problem.domain(s)] += targets.load[s] - problem.fixed_replicas(s);
  }
  if (over != 0 || flow.Fill(rooms) != 0) targets.load.clear();
  return targets;
}

}  // namespace pegel::rebalance
