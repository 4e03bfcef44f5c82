#include "tests/planner/random_cluster.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace pegel::testing {
namespace {

using rebalance::Bucket;
using rebalance::Cluster;
using rebalance::Replica;
using rebalance::Server;
using rebalance::ServerId;

template <typename T>
void Shuffle(Random& random, std::vector<T>& values) {
  for (size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random.Below(i)]);
}

Server RandomServer(Random& random, const ClusterKind& kind, int place, int racks) {
  Server server;
  server.id = ServerId{place * 3 + static_cast<int32_t>(random.Below(3))};
  if (kind.has_racks) {
    uint64_t rack = kind.has_even_racks ? place % racks : random.Below(racks);
    if (!kind.has_even_racks && random.OneIn(2)) rack = random.Below(rack + 1);
    server.rack = absl::StrCat("r", rack);
  }
  if (kind.has_tags && random.OneIn(5)) {
    server.tag = random.OneIn(2) ? cluster::ServerTag::kPermanentOffline
                                 : cluster::ServerTag::kTemporaryOffline;
  }
  if (kind.has_dead && random.OneIn(6)) {
    server.is_live = false;
    server.is_grace_over = random.OneIn(2);
  }
  return server;
}

std::vector<Replica> RandomReplicas(Random& random, const ClusterKind& kind,
                                    const std::vector<Server>& servers, int count) {
  std::vector<Replica> replicas;
  const size_t crowd = std::max<size_t>(count, kind.is_skewed ? servers.size() / 2 : 0);
  const size_t among = kind.is_skewed && !random.OneIn(8) ? crowd : servers.size();
  while (static_cast<int>(replicas.size()) < count) {
    const ServerId id = servers[random.Below(among)].id;
    bool is_new = std::none_of(replicas.begin(), replicas.end(),
                               [&](const Replica& replica) { return replica.server == id; });
    if (is_new) replicas.push_back({id, !(kind.has_stragglers && random.OneIn(10))});
  }
  return replicas;
}

}  // namespace

ClusterKind RandomKind(Random& random) {
  ClusterKind kind;
  kind.has_racks = random.OneIn(2);
  kind.has_even_racks = kind.has_racks && random.OneIn(2);
  kind.has_tags = random.OneIn(2);
  kind.has_mixed_factors = random.OneIn(4);
  kind.is_skewed = random.OneIn(2);
  kind.has_dead = random.OneIn(5);
  kind.has_stragglers = random.OneIn(5);
  return kind;
}

std::string ToText(const ClusterKind& kind) {
  std::string text;
  auto add = [&](bool is_so, const char* word) {
    if (is_so) absl::StrAppend(&text, text.empty() ? "" : " ", word);
  };
  add(kind.has_racks, kind.has_even_racks ? "even-racks" : "racks");
  add(kind.has_tags, "tags");
  add(kind.has_mixed_factors, "mixed-factors");
  add(kind.is_skewed, "skewed");
  add(kind.has_dead, "dead");
  add(kind.has_stragglers, "stragglers");
  return text.empty() ? "plain" : text;
}

Cluster RandomCluster(Random& random, const ClusterKind& kind) {
  Cluster cluster;
  const int count = 2 + static_cast<int>(random.Below(random.OneIn(4) ? 39 : 11));
  const int racks = 1 + static_cast<int>(random.Below(std::min(count, 6)));
  for (int s = 0; s < count; ++s) {
    cluster.servers.push_back(RandomServer(random, kind, s, racks));
  }
  const int buckets = static_cast<int>(random.Below(random.OneIn(8) ? 400 : 60));
  const int most = std::min(count, 1 + static_cast<int>(random.Below(4)));
  for (int b = 0; b < buckets; ++b) {
    const int factor = kind.has_mixed_factors ? 1 + static_cast<int>(random.Below(most)) : most;
    std::vector<Replica> replicas = RandomReplicas(random, kind, cluster.servers, factor);
    Bucket bucket;
    bucket.key = {{b / 7}, {b % 2 == 0 ? -1 : b % 5}, b};
    bucket.leader = replicas[random.OneIn(3) ? random.Below(replicas.size()) : 0].server;
    bucket.bytes = static_cast<int64_t>(random.Below(1000));
    if (kind.has_stragglers) {
      if (random.OneIn(12)) bucket.leader = rebalance::kNoLeader;
      bucket.is_pinned = random.OneIn(12);
      for (Replica& replica : replicas) replica.is_in_sync |= replica.server == bucket.leader;
    }
    cluster.Add(bucket, replicas);
  }
  return cluster;
}

Cluster Shuffled(Random& random, const Cluster& cluster) {
  Cluster other;
  other.servers = cluster.servers;
  Shuffle(random, other.servers);
  std::vector<Bucket> buckets = cluster.buckets;
  Shuffle(random, buckets);
  for (const Bucket& bucket : buckets) other.Add(bucket, cluster.ReplicasOf(bucket));
  return other;
}

std::string ToText(const Cluster& cluster) {
  std::string text;
  for (const Server& server : cluster.servers) {
    absl::StrAppend(
        &text, "server ", server.id.value, " rack '", server.rack, "'",
        server.tag ? (*server.tag == cluster::ServerTag::kPermanentOffline ? " PERMANENT_OFFLINE"
                                                                           : " TEMPORARY_OFFLINE")
                   : "",
        server.is_live         ? ""
        : server.is_grace_over ? " dead for long"
                               : " dead",
        "\n");
  }
  for (const Bucket& bucket : cluster.buckets) {
    absl::StrAppend(&text, "bucket ", bucket.key.table.value, "/", bucket.key.partition.value, "/",
                    bucket.key.bucket, " leader ", bucket.leader.value, " on");
    for (const Replica& replica : cluster.ReplicasOf(bucket)) {
      absl::StrAppend(&text, " ", replica.server.value, replica.is_in_sync ? "" : "?");
    }
    absl::StrAppend(&text, bucket.is_pinned ? " pinned\n" : "\n");
  }
  return text;
}

}  // namespace pegel::testing
