// Random clusters for the planner, of several kinds, and other orders of the same cluster.
#pragma once

#include <string>

#include "core/rebalance/model.h"
#include "tests/support/random.h"

namespace pegel::testing {

struct ClusterKind {
  bool has_racks = false;
  bool has_even_racks = false;
  bool has_tags = false;
  bool has_mixed_factors = false;
  bool is_skewed = false;       // Replicas crowd on few servers.
  bool has_dead = false;        // Servers, for a short time or a long one.
  bool has_stragglers = false;  // Replicas not in sync, pinned and leaderless buckets.
};
ClusterKind RandomKind(Random& random);
std::string ToText(const ClusterKind& kind);

rebalance::Cluster RandomCluster(Random& random, const ClusterKind& kind);

// The same cluster with its servers and buckets in another order.
rebalance::Cluster Shuffled(Random& random, const rebalance::Cluster& cluster);

// One bucket a line, for failures.
std::string ToText(const rebalance::Cluster& cluster);

}  // namespace pegel::testing
