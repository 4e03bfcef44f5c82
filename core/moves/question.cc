#include "core/moves/question.h"

#include <algorithm>

#include "core/moves/homes.h"
#include "core/moves/settings.h"

namespace pegel::moves {
namespace {

// The bucket as if those of its replicas that may come back were back. Unset: there are none.
std::optional<cluster::Bucket> AtHome(const World& world, const BucketKey& key,
                                      const cluster::Bucket& bucket) {
  auto it = world.moves.homes.find(key);
  if (it == world.moves.homes.end()) return std::nullopt;
  cluster::Bucket home = bucket;
  for (const Home::Replica& replica : it->second.replicas) {
    if (!IsBack(world.cluster, replica.home) || Contains(home.replicas, replica.home)) continue;
    for (cluster::Replica& place : home.replicas) {
      if (place.server != replica.stand_in) continue;
      place = {replica.home, true};
      if (home.leader == replica.stand_in) home.leader = replica.home;
    }
  }
  const ServerId leader = it->second.leader;
  for (const cluster::Replica& replica : home.replicas) {
    bool may_lead = replica.server == leader && replica.is_in_sync;
    if (may_lead && IsBack(world.cluster, leader)) home.leader = leader;
  }
  if (home == bucket) return std::nullopt;
  return home;
}

}  // namespace

QuestionBuilder::QuestionBuilder(Lsn rebalance, int32_t revision, rebalance::Options options,
                                 std::vector<ServerId> avoid)
    : avoid_(std::move(avoid)) {
  question_.rebalance = rebalance;
  question_.revision = revision;
  question_.options = std::move(options);
}

bool QuestionBuilder::Step(const World& world, UnixNanos now, size_t buckets_max) {
  const auto& tables = world.cluster.tables;
  size_t left = buckets_max;
  auto table = next_ ? tables.lower_bound(next_->table) : tables.begin();
  for (; table != tables.end(); ++table) {
    const auto& partitions = table->second.partitions;
    bool is_same_table = next_ && next_->table == table->first;
    auto partition = is_same_table ? partitions.lower_bound(next_->partition) : partitions.begin();
    for (; partition != partitions.end(); ++partition) {
      const std::vector<cluster::Bucket>& buckets = partition->second.buckets;
      bool is_same = is_same_table && next_->partition == partition->first;
      for (size_t i = is_same ? next_->bucket : 0; i < buckets.size(); ++i) {
        BucketKey key{table->first, partition->first, static_cast<int32_t>(i)};
        if (left-- == 0) {
          next_ = key;
          return false;
        }
        Add(world, table->second, key, buckets[i]);
      }
    }
  }
  if (AddServers(world, now)) return true;
  // A server was forgotten meanwhile whose replicas were copied before.
  *this = QuestionBuilder(question_.rebalance, question_.revision, question_.options, avoid_);
  return false;
}

void QuestionBuilder::Add(const World& world, const cluster::Table& table, const BucketKey& key,
                          const cluster::Bucket& bucket) {
  const bool is_pinned = world.moves.active.contains(key);
  std::optional<cluster::Bucket> home;
  if (!is_pinned && bucket.leader != kNoServer) home = AtHome(world, key, bucket);
  if (home.has_value()) {
    Return back{key, bucket.leader, {}};
    for (const cluster::Replica& replica : bucket.replicas) back.replicas.push_back(replica.server);
    question_.returns.push_back(std::move(back));
  }
  const cluster::Bucket& shown = home.has_value() ? *home : bucket;
  absl::InlinedVector<rebalance::Replica, 4> replicas;
  for (const cluster::Replica& replica : shown.replicas) {
    replicas.push_back({replica.server, replica.is_in_sync});
    seen_.insert(replica.server);
  }
  rebalance::Bucket planned;
  planned.key = key;
  planned.leader = shown.leader;
  planned.replication_factor = static_cast<uint16_t>(table.replication_factor);
  planned.is_pinned = is_pinned;
  // Where some servers are full, every replica takes some room.
  planned.bytes = avoid_.empty() ? bucket.bytes : std::max<int64_t>(bucket.bytes, 1);
  question_.cluster.Add(planned, {replicas.data(), replicas.size()});
}

bool QuestionBuilder::AddServers(const World& world, UnixNanos now) {
  for (ServerId server : seen_) {
    if (world.cluster.Find(server) == nullptr) return false;
  }
  const Settings settings = SettingsOf(world.configs);
  for (const auto& [id, server] : world.cluster.servers) {
    rebalance::Server planned;
    planned.id = id;
    planned.rack = server.rack;
    planned.tag = server.tag;
    planned.is_live = server.is_live;
    planned.is_grace_over = !server.is_live && GraceEnd(settings, server.since) <= now;
    bool is_full = std::find(avoid_.begin(), avoid_.end(), id) != avoid_.end();
    if (is_full) planned.free_bytes = 0;
    question_.cluster.servers.push_back(std::move(planned));
  }
  return true;
}

}  // namespace pegel::moves
