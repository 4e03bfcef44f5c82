#include "tests/planner/brute_force.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace pegel::testing {
namespace {

using rebalance::Bucket;
using rebalance::Cluster;
using rebalance::ServerId;
using rebalance::TemporaryOffline;

using Mask = uint32_t;  // A set of servers by their place in the cluster.

struct World {
  std::vector<int> racks;
  Mask takers = 0, keepers = 0;
  struct One {
    Mask homes = 0;
    int leader = 0;
  };
  std::vector<One> buckets;
};

int PlaceOf(const Cluster& cluster, ServerId id) {
  for (size_t s = 0; s < cluster.servers.size(); ++s) {
    if (cluster.servers[s].id == id) return static_cast<int>(s);
  }
  return -1;
}

World Read(const Cluster& cluster, TemporaryOffline temporary) {
  World world;
  std::vector<std::string> names;
  for (size_t s = 0; s < cluster.servers.size(); ++s) {
    const rebalance::Server& server = cluster.servers[s];
    auto name = std::find(names.begin(), names.end(), server.rack);
    world.racks.push_back(static_cast<int>(name - names.begin()));
    if (name == names.end()) names.push_back(server.rack);
    const bool is_permanent = server.tag == cluster::ServerTag::kPermanentOffline;
    const bool is_temporary = server.tag == cluster::ServerTag::kTemporaryOffline;
    if (!is_permanent && !is_temporary) world.takers |= Mask{1} << s;
    if (is_temporary && temporary == TemporaryOffline::kLeadersOnly) world.keepers |= Mask{1} << s;
  }
  for (const Bucket& bucket : cluster.buckets) {
    World::One one;
    for (const rebalance::Replica& replica : cluster.ReplicasOf(bucket)) {
      one.homes |= Mask{1} << PlaceOf(cluster, replica.server);
    }
    one.leader = PlaceOf(cluster, bucket.leader);
    world.buckets.push_back(one);
  }
  return world;
}

bool SharesRack(const World& world, Mask placed, Mask fixed) {
  for (size_t s = 0; s < world.racks.size(); ++s) {
    if (!(placed >> s & 1)) continue;
    for (size_t other = 0; other < world.racks.size(); ++other) {
      if (other == s || world.racks[other] != world.racks[s]) continue;
      if ((placed | fixed) >> other & 1) return true;
    }
  }
  return false;
}

// Every set of servers that take replicas to which this bucket's may go.
std::vector<Mask> Choices(const World& world, const World::One& bucket, bool is_by_rack) {
  const Mask fixed = bucket.homes & world.keepers;
  const int want = std::popcount(bucket.homes) - std::popcount(fixed);
  std::vector<Mask> choices;
  for (Mask mask = 0; mask < Mask{1} << world.racks.size(); ++mask) {
    if ((mask & ~world.takers) != 0 || std::popcount(mask) != want) continue;
    if (is_by_rack && SharesRack(world, mask, fixed)) continue;
    choices.push_back(mask);
  }
  return choices;
}

using Loads = std::vector<int64_t>;

int64_t Squares(const Loads& loads) {
  int64_t sum = 0;
  for (int64_t load : loads) sum += load * load;
  return sum;
}

// Tries each choice of each bucket in turn; `at_end` sees the sets chosen.
void TryAll(const std::vector<std::vector<Mask>>& choices, std::vector<Mask>& chosen,
            const std::function<void()>& at_end) {
  if (chosen.size() == choices.size()) return at_end();
  for (Mask mask : choices[chosen.size()]) {
    chosen.push_back(mask);
    TryAll(choices, chosen, at_end);
    chosen.pop_back();
  }
}

// The smallest (squares, changes) over all leaders among the sets.
class LeaderSearch {
 public:
  explicit LeaderSearch(const World& world) : world_(world) {}

  Cost Best(const std::vector<Mask>& sets) {
    best_ = {INT64_MAX, 0};
    loads_.assign(world_.racks.size(), 0);
    Try(sets, 0, 0);
    return best_;
  }

 private:
  void Try(const std::vector<Mask>& sets, size_t b, int64_t changes) {
    if (b == sets.size()) {
      best_ = std::min(best_, Cost{Squares(loads_), changes});
      return;
    }
    if (sets[b] == 0) return Try(sets, b + 1, changes);  // Nobody else can lead it.
    for (size_t s = 0; s < world_.racks.size(); ++s) {
      if (!(sets[b] >> s & 1)) continue;
      ++loads_[s];
      Try(sets, b + 1, changes + (static_cast<int>(s) != world_.buckets[b].leader));
      --loads_[s];
    }
  }

  const World& world_;
  Loads loads_;
  Cost best_;
};

}  // namespace

std::optional<Optimum> BestOf(const Cluster& cluster, bool is_by_rack, TemporaryOffline temporary) {
  const World world = Read(cluster, temporary);
  std::vector<std::vector<Mask>> choices;
  for (const World::One& bucket : world.buckets) {
    choices.push_back(Choices(world, bucket, is_by_rack));
    if (choices.back().empty()) return std::nullopt;
  }
  Optimum best{{INT64_MAX, 0}, INT64_MAX, {INT64_MAX, 0}, false};
  int64_t leaders_of_best = INT64_MAX;  // Among the placements of `best.replicas`.
  LeaderSearch search(world);
  std::vector<Mask> chosen;
  TryAll(choices, chosen, [&] {
    Loads loads(world.racks.size(), 0);
    int64_t moves = 0;
    for (size_t b = 0; b < chosen.size(); ++b) {
      moves += std::popcount(chosen[b] & ~world.buckets[b].homes);
      for (size_t s = 0; s < loads.size(); ++s) loads[s] += chosen[b] >> s & 1;
    }
    const int64_t leaders = search.Best(chosen).squares;
    best.moves = std::min(best.moves, moves);
    best.leaders = std::min(best.leaders, Cost{leaders, moves});
    const Cost cost{Squares(loads), moves};
    if (cost < best.replicas) leaders_of_best = INT64_MAX;
    if (cost <= best.replicas) leaders_of_best = std::min(leaders_of_best, leaders);
    best.replicas = std::min(best.replicas, cost);
  });
  best.fits_together = leaders_of_best == best.leaders.squares;
  return best;
}

Cost BestLeaders(const Cluster& cluster, TemporaryOffline temporary,
                 const std::vector<std::vector<ServerId>>& placement) {
  const World world = Read(cluster, temporary);
  std::vector<Mask> sets;
  for (const std::vector<ServerId>& servers : placement) {
    Mask mask = 0;
    for (ServerId id : servers) mask |= Mask{1} << PlaceOf(cluster, id);
    sets.push_back(mask & world.takers);
  }
  return LeaderSearch(world).Best(sets);
}

}  // namespace pegel::testing
