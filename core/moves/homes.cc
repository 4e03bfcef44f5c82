#include "core/moves/homes.h"

#include <algorithm>
#include <limits>

#include "absl/functional/function_ref.h"

namespace pegel::moves {
namespace {

bool IsTemporarilyOffline(const cluster::ClusterState& cluster, ServerId id) {
  const cluster::Server* server = cluster.Find(id);
  return server != nullptr && server->tag == cluster::ServerTag::kTemporaryOffline;
}

// Takes the first of `servers` away; kNoServer: there is none.
ServerId TakeFirst(Servers& servers) {
  if (servers.empty()) return kNoServer;
  ServerId first = servers.front();
  servers.erase(servers.begin());
  return first;
}

// Forgets the replicas and leaders that are at home where `is_gone` says.
void ForgetWhere(MovesState& state, absl::FunctionRef<bool(ServerId)> is_gone) {
  for (auto it = state.homes.begin(); it != state.homes.end();) {
    Home& home = it->second;
    auto gone = std::remove_if(home.replicas.begin(), home.replicas.end(),
                               [&](const Home::Replica& replica) { return is_gone(replica.home); });
    home.replicas.erase(gone, home.replicas.end());
    if (home.leader != kNoServer && is_gone(home.leader)) home.leader = kNoServer;
    it = home.is_empty() ? state.homes.erase(it) : std::next(it);
  }
}

void ForgetBetween(MovesState& state, const BucketKey& first, const BucketKey& last) {
  state.homes.erase(state.homes.lower_bound(first), state.homes.upper_bound(last));
}

constexpr int32_t kLastBucket = std::numeric_limits<int32_t>::max();

}  // namespace

std::optional<HomeChanged> HomeAfter(const World& world, const BucketKey& key,
                                     const Servers& before, const Servers& after,
                                     ServerId leader_before, ServerId leader_after) {
  auto it = world.moves.homes.find(key);
  const Home was = it == world.moves.homes.end() ? Home{} : it->second;
  Servers added, removed;
  for (ServerId server : after) {
    if (!Contains(before, server)) added.push_back(server);
  }
  for (ServerId server : before) {
    if (!Contains(after, server)) removed.push_back(server);
  }
  Home now;
  now.leader = was.leader == leader_after ? kNoServer : was.leader;
  for (Home::Replica replica : was.replicas) {
    if (Contains(after, replica.home)) continue;
    auto left = std::find(removed.begin(), removed.end(), replica.stand_in);
    if (left != removed.end()) {
      removed.erase(left);  // It was not at home itself.
      replica.stand_in = TakeFirst(added);
    }
    if (replica.stand_in != kNoServer) now.replicas.push_back(replica);
  }
  for (ServerId server : removed) {
    ServerId stand_in = TakeFirst(added);
    if (stand_in == kNoServer || !IsTemporarilyOffline(world.cluster, server)) continue;
    now.replicas.push_back({server, stand_in});
  }
  if (leader_before != leader_after && IsTemporarilyOffline(world.cluster, leader_before)) {
    now.leader = leader_before;
  }
  if (now == was) return std::nullopt;
  return HomeChanged{key, std::move(now)};
}

bool IsBack(const cluster::ClusterState& cluster, ServerId home) {
  const cluster::Server* server = cluster.Find(home);
  return server != nullptr && server->is_live && !server->tag.has_value();
}

void ForgetReturned(World& world) {
  ForgetWhere(world.moves, [&](ServerId home) { return IsBack(world.cluster, home); });
}

void ForgetHomesOn(MovesState& state, ServerId home) {
  ForgetWhere(state, [&](ServerId server) { return server == home; });
}

void ForgetHomesOf(MovesState& state, cluster::TableId table) {
  ForgetBetween(state, BucketKey{table, cluster::kNoPartition, 0},
                BucketKey{table, {std::numeric_limits<int64_t>::max()}, kLastBucket});
}

void ForgetHomesOf(MovesState& state, cluster::TableId table, cluster::PartitionId partition) {
  ForgetBetween(state, BucketKey{table, partition, 0}, BucketKey{table, partition, kLastBucket});
}

}  // namespace pegel::moves
