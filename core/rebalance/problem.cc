#include "core/rebalance/problem.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"

namespace pegel::rebalance {
namespace {

constexpr char kDefaultRack[] = "default_rack";  // Fluss's name for servers without one.

std::string RackOf(const Server& server) {
  return server.rack.empty() ? kDefaultRack : server.rack;
}

Role RoleOf(const Server& server, TemporaryOffline temporary) {
  using cluster::ServerTag;
  if (server.tag == ServerTag::kPermanentOffline) return Role::kDrains;
  if (!server.is_live && server.is_grace_over) return Role::kDrains;
  if (server.tag == ServerTag::kTemporaryOffline && temporary != TemporaryOffline::kIgnore) {
    return temporary == TemporaryOffline::kDrain ? Role::kDrains : Role::kKeeps;
  }
  return server.is_live ? Role::kTakes : Role::kKeeps;
}

std::string NameOf(const cluster::BucketKey& key) {
  std::string partition = key.partition == cluster::kNoPartition
                              ? ""
                              : absl::StrCat(" partition ", key.partition.value);
  return absl::StrCat("table ", key.table.value, partition, " bucket ", key.bucket);
}

std::vector<uint32_t> Counted(size_t n) {
  std::vector<uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

}  // namespace

std::variant<Problem, Error> Problem::Of(const Cluster& cluster, const Options& options) {
  Problem problem(cluster, options);
  std::string wrong = problem.OrderServers();
  if (wrong.empty()) wrong = problem.OrderBuckets();
  for (int b = 0; b < problem.buckets() && wrong.empty(); ++b) wrong = problem.TakeHomes(b);
  if (!wrong.empty()) return Error{ErrorCode::kInvalidArgument, wrong};
  for (int b = 0; b < problem.buckets(); ++b) problem.SettleBucket(b);
  return problem;
}

// Returns what is wrong with them; empty: nothing.
std::string Problem::OrderServers() {
  const std::vector<Server>& all = cluster_->servers;
  server_order_ = Counted(all.size());
  std::sort(server_order_.begin(), server_order_.end(),
            [&](uint32_t a, uint32_t b) { return all[a].id < all[b].id; });
  for (int s = 0; s < servers(); ++s) {
    if (s > 0 && server(s).id == server(s - 1).id) {
      return absl::StrCat("server ", server(s).id.value, " stands twice in the cluster");
    }
    roles_.push_back(RoleOf(server(s), options_->temporary_offline));
    takers_ += takes(s);
    has_space_limits_ |= takes(s) && server(s).free_bytes != kUnknownBytes;
    rack_names_.push_back(RackOf(server(s)));
  }
  std::sort(rack_names_.begin(), rack_names_.end());
  rack_names_.erase(std::unique(rack_names_.begin(), rack_names_.end()), rack_names_.end());
  for (int s = 0; s < servers(); ++s) {
    auto rack = std::lower_bound(rack_names_.begin(), rack_names_.end(), RackOf(server(s)));
    racks_.push_back(static_cast<int>(rack - rack_names_.begin()));
  }
  fixed_replicas_.assign(servers(), 0);
  fixed_leaders_.assign(servers(), 0);
  const int64_t id_max = servers() == 0 ? -1 : server(servers() - 1).id.value;
  if (id_max > 4 * int64_t{servers()} + 1024 || (servers() > 0 && server(0).id.value < 0))
    return "";
  by_id_.assign(id_max + 1, kNone);
  for (int s = 0; s < servers(); ++s) by_id_[server(s).id.value] = s;
  return "";
}

std::string Problem::OrderBuckets() {
  const std::vector<Bucket>& all = cluster_->buckets;
  bucket_order_ = Counted(all.size());
  auto is_before = [&](uint32_t a, uint32_t b) { return all[a].key < all[b].key; };
  if (!std::is_sorted(bucket_order_.begin(), bucket_order_.end(), is_before)) {
    std::sort(bucket_order_.begin(), bucket_order_.end(), is_before);
  }
  for (size_t b = 1; b < all.size(); ++b) {
    const cluster::BucketKey& key = all[bucket_order_[b]].key;
    if (key != all[bucket_order_[b - 1]].key) continue;
    return absl::StrCat(NameOf(key), " stands twice in the cluster");
  }
  want_.assign(all.size(), 0);
  leaders_.assign(all.size(), kNone);
  is_pinned_.assign(all.size(), 0);
  home_begin_.reserve(all.size() + 1);
  home_begin_.push_back(0);
  homes_.reserve(cluster_->replicas.size());
  return "";
}

int Problem::Find(ServerId id) const {
  if (!by_id_.empty()) {
    bool is_in = id.value >= 0 && static_cast<size_t>(id.value) < by_id_.size();
    return is_in ? by_id_[id.value] : kNone;
  }
  auto place = std::lower_bound(
      server_order_.begin(), server_order_.end(), id,
      [&](uint32_t s, ServerId wanted) { return cluster_->servers[s].id < wanted; });
  bool is_found = place != server_order_.end() && cluster_->servers[*place].id == id;
  return is_found ? static_cast<int>(place - server_order_.begin()) : kNone;
}

std::string Problem::TakeHomes(int b) {
  for (const Replica& replica : cluster_->ReplicasOf(bucket(b))) {
    int s = Find(replica.server);
    if (s == kNone) {
      return absl::StrCat(NameOf(bucket(b).key), " has a replica on server ", replica.server.value,
                          ", which is not among the cluster's servers");
    }
    for (size_t i = home_begin_[b]; i < homes_.size(); ++i) {
      if (homes_[i].server != s) continue;
      return absl::StrCat(NameOf(bucket(b).key), " has two replicas on server ",
                          replica.server.value);
    }
    homes_.push_back({s, replica.is_in_sync, false});
    if (replica.server == bucket(b).leader) leaders_[b] = s;
  }
  home_begin_.push_back(static_cast<uint32_t>(homes_.size()));
  return "";
}

// Whether there is a replica to copy from: without one, nothing that is planned could happen.
bool Problem::HasSource(int b) const {
  return std::any_of(homes(b).begin(), homes(b).end(), [&](const Home& home) {
    return server(home.server).is_live && (home.is_in_sync || home.server == leaders_[b]);
  });
}

// Which of its replicas stay, and how many are to be placed. A bucket with more replicas than it
// should have loses the ones on servers that only keep theirs first, the dead ones before.
void Problem::SettleBucket(int b) {
  std::span<Home> its_homes(homes_.data() + home_begin_[b], home_begin_[b + 1] - home_begin_[b]);
  is_pinned_[b] = bucket(b).is_pinned || leaders_[b] == kNone || !HasSource(b);
  int staying = 0, movable = 0;
  for (Home& home : its_homes) {
    home.is_fixed = is_pinned_[b] || roles_[home.server] == Role::kKeeps;
    staying += home.is_fixed;
    movable += takes(home.server);
  }
  const int factor = bucket(b).replication_factor;
  if (!is_pinned_[b]) {
    want_[b] = static_cast<uint16_t>(factor == 0 ? its_homes.size() : factor);
    for (bool is_live : {false, true}) {
      for (Home& home : its_homes) {
        if (staying + movable <= want_[b]) break;
        if (!home.is_fixed || server(home.server).is_live != is_live) continue;
        home.is_fixed = false;
        --staying;
      }
    }
    want_[b] = static_cast<uint16_t>(std::max(0, want_[b] - staying));
  }
  for (const Home& home : its_homes) fixed_replicas_[home.server] += home.is_fixed;
  if (is_pinned_[b] && leaders_[b] != kNone) ++fixed_leaders_[leaders_[b]];
  wanted_ += want_[b];
}

void Problem::SetDomains(bool is_by_rack) {
  is_by_rack_ = is_by_rack;
  domain_of_.assign(servers(), kNone);
  domain_servers_.clear();
  std::vector<int> domain_of_rack(rack_names_.size(), kNone);
  for (int rack = 0, count = 0; is_by_rack && rack < static_cast<int>(rack_names_.size()); ++rack) {
    bool has_taker = false;
    for (int s = 0; s < servers(); ++s) has_taker |= takes(s) && racks_[s] == rack;
    if (has_taker) domain_of_rack[rack] = count++;
  }
  for (int s = 0; s < servers(); ++s) {
    if (!is_by_rack && !takes(s)) continue;
    int domain = is_by_rack ? domain_of_rack[racks_[s]] : domains();
    domain_of_[s] = domain;
    if (domain == kNone) continue;
    if (domain >= domains()) domain_servers_.resize(domain + 1);
    if (takes(s)) domain_servers_[domain].push_back(s);
  }
}

bool Problem::IsClosed(int b, int domain) const {
  if (!is_by_rack_) return false;
  for (const Home& home : homes(b)) {
    if (home.is_fixed && domain_of_[home.server] == domain) return true;
  }
  return false;
}

int Problem::Keepable(int b) const {
  int keepable = 0;
  std::span<const Home> all = homes(b);
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].is_fixed || !takes(all[i].server)) continue;
    const int domain = domain_of_[all[i].server];
    bool is_first = !IsClosed(b, domain);
    for (size_t j = 0; j < i; ++j) {
      is_first &= all[j].is_fixed || !takes(all[j].server) || domain_of_[all[j].server] != domain;
    }
    keepable += is_first;
  }
  return keepable;
}

const Home* Problem::FindHome(int b, int s) const {
  for (const Home& home : homes(b)) {
    if (home.server == s) return &home;
  }
  return nullptr;
}

}  // namespace pegel::rebalance
