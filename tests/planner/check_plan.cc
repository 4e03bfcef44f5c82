#include "tests/planner/check_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "absl/strings/str_cat.h"

namespace pegel::testing {
namespace {

using cluster::BucketKey;
using cluster::ServerTag;
using rebalance::Balance;
using rebalance::Bucket;
using rebalance::BucketMove;
using rebalance::Cluster;
using rebalance::Goal;
using rebalance::Options;
using rebalance::Plan;
using rebalance::Planned;
using rebalance::Replica;
using rebalance::Server;
using rebalance::ServerId;
using rebalance::TemporaryOffline;

std::string NameOf(const BucketKey& key) {
  return absl::StrCat("bucket ", key.table.value, "/", key.partition.value, "/", key.bucket);
}

bool IsTemporary(const Server& server, const Options& options, TemporaryOffline mode) {
  return server.tag == ServerTag::kTemporaryOffline && options.temporary_offline == mode;
}

bool Drains(const Server& server, const Options& options) {
  return server.tag == ServerTag::kPermanentOffline ||
         IsTemporary(server, options, TemporaryOffline::kDrain) ||
         (!server.is_live && server.is_grace_over);
}

bool Takes(const Server& server, const Options& options) {
  return server.is_live && !Drains(server, options) &&
         !IsTemporary(server, options, TemporaryOffline::kLeadersOnly);
}

std::map<ServerId, Server> ById(const Cluster& cluster) {
  std::map<ServerId, Server> servers;
  for (const Server& server : cluster.servers) servers[server.id] = server;
  return servers;
}

std::string RackOf(const Server& server) { return server.rack; }

// The domain in which a bucket may have one replica.
std::string DomainOf(const Server& server, const Options& options) {
  return options.Has(Goal::kRackAware) ? RackOf(server) : absl::StrCat("#", server.id.value);
}

std::map<ServerId, int64_t> Loads(const Cluster& cluster, const Options& options) {
  std::map<ServerId, int64_t> loads;
  for (const Server& server : cluster.servers) {
    if (Takes(server, options)) loads[server.id] = 0;
  }
  for (const Replica& replica : cluster.replicas) {
    if (auto load = loads.find(replica.server); load != loads.end()) ++load->second;
  }
  return loads;
}

struct Even {
  int64_t low = 0, extra = 0;  // Every server `low` replicas, `extra` of them one more.
};

Even EvenLoads(const Cluster& cluster, const Options& options) {
  const auto servers = static_cast<int64_t>(Loads(cluster, options).size());
  const auto replicas = static_cast<int64_t>(cluster.replicas.size());
  if (servers == 0) return {};  // And no replicas: RACK_AWARE plans even so.
  return {replicas / servers, replicas % servers};
}

// Copied replicas are, and whoever leads; what stays is what it was.
bool IsInSync(std::span<const Replica> before, ServerId id, const BucketMove& move) {
  for (const Replica& replica : before) {
    if (replica.server == id) return replica.is_in_sync || id == move.new_leader;
  }
  return true;
}

class Laws {
 public:
  Laws(const Cluster& cluster, const Options& options, const Planned& planned)
      : cluster_(cluster), options_(options), planned_(planned), servers_(ById(cluster)) {}

  std::vector<std::string> Check() {
    for (const Bucket& bucket : cluster_.buckets) before_[bucket.key] = &bucket;
    Cluster after = AfterPlan(cluster_, planned_.plan);
    CheckOrder();
    for (const BucketMove& move : planned_.plan.moves) CheckMove(move);
    for (const Bucket& bucket : after.buckets) CheckBucket(after, bucket);
    CheckSummary(after);
    return std::move(wrong_);
  }

 private:
  template <typename... Args>
  void Say(const Args&... args) {
    wrong_.push_back(absl::StrCat(args...));
  }

  void CheckOrder() {
    const std::vector<BucketMove>& moves = planned_.plan.moves;
    for (size_t i = 1; i < moves.size(); ++i) {
      if (!(moves[i - 1].key < moves[i].key)) Say("moves are not sorted by key");
    }
  }

  void CheckMove(const BucketMove& move) {
    const Bucket& bucket = *before_.at(move.key);
    if (bucket.is_pinned) Say(NameOf(move.key), " is pinned and moves");
    if (bucket.leader == rebalance::kNoLeader) Say(NameOf(move.key), " is leaderless and moves");
    auto origin = planned_.plan.OriginOf(move);
    std::set<ServerId> old(origin.begin(), origin.end());
    std::set<ServerId> seen;
    int64_t added = 0;
    for (ServerId id : planned_.plan.NewOf(move)) {
      if (!seen.insert(id).second) Say(NameOf(move.key), " has two replicas on ", id.value);
      if (old.contains(id)) continue;
      ++added;
      if (!Takes(servers_.at(id), options_)) {
        Say(NameOf(move.key), " goes to ", id.value, ", which takes no replicas");
      }
    }
    moves_ += added;
    bytes_ += added * bucket.bytes;
    changes_ += move.leader != move.new_leader;
    if (added != move.added_count) Say(NameOf(move.key), " counts its added replicas wrongly");
    if (move.new_count != move.origin_count) Say(NameOf(move.key), " changes its factor");
    if (move.bytes != bucket.bytes) Say(NameOf(move.key), " has other bytes");
    if (seen == old && move.leader == move.new_leader) Say(NameOf(move.key), " moves nothing");
    if (move.new_leader != rebalance::kNoLeader &&
        planned_.plan.NewOf(move).front() != move.new_leader) {
      Say(NameOf(move.key), " does not name its new leader first");
    }
    if (move.new_leader != move.leader) CheckNewLeader(bucket, move);
  }

  // Out of sync only where no other could lead: it is waited for.
  void CheckNewLeader(const Bucket& bucket, const BucketMove& move) {
    const ServerId leader = move.new_leader;
    if (!servers_.contains(leader)) return Say(NameOf(bucket.key), " is led by nobody");
    if (!Takes(servers_.at(leader), options_)) {
      Say(NameOf(bucket.key), " is to be led by ", leader.value, ", which takes no leaders");
    }
    std::set<ServerId> behind;
    for (const Replica& replica : cluster_.ReplicasOf(bucket)) {
      if (!replica.is_in_sync) behind.insert(replica.server);
    }
    if (!behind.contains(leader)) return;
    for (ServerId id : planned_.plan.NewOf(move)) {
      if (Takes(servers_.at(id), options_) && !behind.contains(id)) {
        Say(NameOf(bucket.key), " is to be led by ", leader.value, ", which is not in sync as ",
            id.value, " is");
      }
    }
  }

  // Whether there is anything to copy its replicas from.
  bool CanMove(const Bucket& bucket) const {
    if (bucket.is_pinned || bucket.leader == rebalance::kNoLeader) return false;
    for (const Replica& replica : cluster_.ReplicasOf(bucket)) {
      bool is_source = replica.is_in_sync || replica.server == bucket.leader;
      if (is_source && servers_.at(replica.server).is_live) return true;
    }
    return false;
  }

  void CheckBucket(const Cluster& after, const Bucket& bucket) {
    const Bucket& old = *before_.at(bucket.key);
    bool is_led = bucket.leader == old.leader;
    std::set<std::string> racks;
    for (const Replica& replica : after.ReplicasOf(bucket)) {
      const Server& server = servers_.at(replica.server);
      is_led |= replica.server == bucket.leader;
      if (!CanMove(old)) continue;
      if (Drains(server, options_)) {
        Say(NameOf(bucket.key), " stays on drained server ", server.id.value);
      }
      const bool is_kept = !Takes(server, options_);
      if (options_.Has(Goal::kRackAware) && !racks.insert(RackOf(server)).second && !is_kept &&
          options_.goals.front() == Goal::kRackAware) {
        shared_ += 1;
        shared_names_ = NameOf(bucket.key);
      }
    }
    if (!is_led) Say(NameOf(bucket.key), " is led by a server without a replica of it");
  }

  void CheckSummary(const Cluster& after) {
    const rebalance::Summary& summary = planned_.summary;
    if (summary.moves != moves_) Say("says ", summary.moves, " moves, has ", moves_);
    if (summary.bytes != bytes_) Say("says ", summary.bytes, " bytes, has ", bytes_);
    if (summary.leader_changes != changes_) {
      Say("says ", summary.leader_changes, " leader changes, has ", changes_);
    }
    if (summary.lower_bound > summary.moves) Say("the lower bound is above the moves");
    if (summary.is_optimal && summary.lower_bound != summary.moves) {
      Say("calls itself optimal with ", summary.moves, " moves over a bound of ",
          summary.lower_bound);
    }
    CheckBalance(cluster_, summary.before, "before");
    CheckBalance(after, summary.after, "after");
    if (shared_ > 0 && KeepsNothing()) Say(shared_names_, " shares a rack");
  }

  // No server stands in the way of keeping racks apart.
  bool KeepsNothing() const {
    for (const auto& [id, server] : servers_) {
      if (!Takes(server, options_) && !Drains(server, options_)) return false;
    }
    return true;
  }

  void CheckBalance(const Cluster& cluster, const Balance& balance, const char* when) {
    std::map<ServerId, int64_t> leaders = Loads(cluster, options_), loads = leaders;
    for (auto& [id, count] : leaders) count = 0;
    for (const Bucket& bucket : cluster.buckets) {
      if (auto load = leaders.find(bucket.leader); load != leaders.end()) ++load->second;
    }
    auto range = [](const std::map<ServerId, int64_t>& counts) {
      rebalance::Range range;
      bool is_first = true;
      for (const auto& [id, count] : counts) {
        range.min = is_first ? count : std::min(range.min, count);
        range.max = is_first ? count : std::max(range.max, count);
        is_first = false;
      }
      return range;
    };
    if (!(balance.replicas == range(loads))) Say("counts replicas wrongly ", when);
    if (!(balance.leaders == range(leaders))) Say("counts leaders wrongly ", when);
    if (balance.servers.size() != servers_.size()) Say("does not list every server ", when);
    int64_t replicas = 0, in_racks = 0;
    for (const rebalance::ServerLoad& load : balance.servers) replicas += load.replicas;
    for (const rebalance::RackLoad& load : balance.racks) in_racks += load.replicas;
    const auto all = static_cast<int64_t>(cluster.replicas.size());
    if (replicas != all || in_racks != all) Say("loses replicas ", when);
  }

  const Cluster& cluster_;
  const Options& options_;
  const Planned& planned_;
  const std::map<ServerId, Server> servers_;
  std::map<BucketKey, const Bucket*> before_;
  int64_t moves_ = 0, bytes_ = 0, changes_ = 0, shared_ = 0;
  std::string shared_names_;
  std::vector<std::string> wrong_;
};

}  // namespace

Cluster AfterPlan(const Cluster& cluster, const Plan& plan) {
  std::map<BucketKey, const BucketMove*> moves;
  for (const BucketMove& move : plan.moves) moves[move.key] = &move;
  Cluster after;
  after.servers = cluster.servers;
  for (Bucket bucket : cluster.buckets) {
    auto found = moves.find(bucket.key);
    auto replicas = cluster.ReplicasOf(bucket);
    if (found == moves.end()) {
      after.Add(bucket, replicas);
      continue;
    }
    const BucketMove& move = *found->second;
    moves.erase(found);
    auto origin = plan.OriginOf(move);
    bool is_same = std::equal(origin.begin(), origin.end(), replicas.begin(), replicas.end(),
                              [](ServerId id, const Replica& r) { return id == r.server; });
    if (!is_same) throw std::runtime_error(NameOf(bucket.key) + ": its origin is another");
    if (move.leader != bucket.leader) throw std::runtime_error(NameOf(bucket.key) + ": its leader");
    bucket.leader = move.new_leader;
    std::vector<Replica> placed;
    for (ServerId id : plan.NewOf(move)) placed.push_back({id, IsInSync(replicas, id, move)});
    after.Add(bucket, placed);
  }
  if (!moves.empty()) throw std::runtime_error(NameOf(moves.begin()->first) + " is not known");
  return after;
}

bool IsAllFree(const Cluster& cluster, const Options& options) {
  for (const Server& server : cluster.servers) {
    if (!Takes(server, options) && !Drains(server, options)) return false;
  }
  const std::map<ServerId, Server> servers = ById(cluster);
  for (const Bucket& bucket : cluster.buckets) {
    if (bucket.is_pinned || bucket.leader == rebalance::kNoLeader) return false;
    for (const Replica& replica : cluster.ReplicasOf(bucket)) {
      if (!replica.is_in_sync || !servers.at(replica.server).is_live) return false;
    }
  }
  return true;
}

bool HasUniformFactor(const Cluster& cluster) {
  return std::all_of(cluster.buckets.begin(), cluster.buckets.end(), [&](const Bucket& bucket) {
    return bucket.replica_count == cluster.buckets.front().replica_count;
  });
}

bool CanBeEven(const Cluster& cluster, const Options& options) {
  std::map<std::string, int64_t> domains;
  for (const Server& server : cluster.servers) {
    if (Takes(server, options)) ++domains[DomainOf(server, options)];
  }
  std::vector<int64_t> sizes;
  for (const auto& [name, size] : domains) sizes.push_back(size);
  std::sort(sizes.begin(), sizes.end());
  const Even even = EvenLoads(cluster, options);
  const auto count = static_cast<int64_t>(sizes.size());
  int64_t servers = 0;
  for (int64_t j = 1; j <= count; ++j) {
    servers += sizes[j - 1];
    int64_t must_hold = 0;  // What does not fit into the other domains.
    for (const Bucket& bucket : cluster.buckets) {
      must_hold += std::max<int64_t>(0, bucket.replica_count + j - count);
    }
    if (must_hold > even.low * servers + std::min(even.extra, servers)) return false;
  }
  return true;
}

int64_t MovesAtLeast(const Cluster& cluster, const Options& options, bool is_even) {
  const std::map<ServerId, Server> servers = ById(cluster);
  std::map<ServerId, int64_t> here = Loads(cluster, options);
  int64_t forced = 0;
  for (const Bucket& bucket : cluster.buckets) {
    std::set<std::string> domains;
    for (const Replica& replica : cluster.ReplicasOf(bucket)) {
      const Server& server = servers.at(replica.server);
      if (Takes(server, options)) domains.insert(DomainOf(server, options));
    }
    forced += bucket.replica_count - static_cast<int64_t>(domains.size());
  }
  if (!is_even) return forced;
  const Even even = EvenLoads(cluster, options);
  int64_t kept = 0, above = 0;
  for (const auto& [id, load] : here) {
    kept += std::min(load, even.low);
    above += load > even.low;
  }
  kept += std::min(above, even.extra);
  return std::max(forced, static_cast<int64_t>(cluster.replicas.size()) - kept);
}

bool CanBeMoreEven(const Cluster& after, const Options& options) {
  const std::map<ServerId, Server> servers = ById(after);
  std::map<ServerId, int64_t> loads = Loads(after, options);
  std::map<ServerId, std::set<ServerId>> steps;  // A replica may go from one to the other.
  for (const Bucket& bucket : after.buckets) {
    std::map<std::string, int> used;
    for (const Replica& replica : after.ReplicasOf(bucket)) {
      ++used[DomainOf(servers.at(replica.server), options)];
    }
    for (const Replica& replica : after.ReplicasOf(bucket)) {
      const std::string own = DomainOf(servers.at(replica.server), options);
      for (const auto& [to, load] : loads) {
        const std::string domain = DomainOf(servers.at(to), options);
        const bool is_free = !used.contains(domain) || (domain == own && used[domain] == 1);
        if (is_free && to != replica.server) steps[replica.server].insert(to);
      }
    }
  }
  for (const auto& [from, load] : loads) {
    std::set<ServerId> reached = {from};
    std::vector<ServerId> queue = {from};
    for (size_t i = 0; i < queue.size(); ++i) {
      for (ServerId to : steps[queue[i]]) {
        if (!reached.insert(to).second) continue;
        if (load >= loads.at(to) + 2) return true;
        queue.push_back(to);
      }
    }
  }
  return false;
}

std::vector<std::string> CheckPlan(const Cluster& cluster, const Options& options,
                                   const Planned& planned) {
  try {
    return Laws(cluster, options, planned).Check();
  } catch (const std::exception& error) {
    return {error.what()};
  }
}

}  // namespace pegel::testing
