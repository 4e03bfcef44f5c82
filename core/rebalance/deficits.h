// Servers that are to get replicas, those first that lack most; ties by domain and id.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "core/rebalance/problem.h"

namespace pegel::rebalance {

class Deficits {
 public:
  explicit Deficits(const Problem& problem);

  void Set(int s, int64_t deficit);  // At most 0: it takes no more.
  int64_t of(int s) const { return deficits_[s]; }

  // The first server in a domain that is_open(domain) admits and which may_take(server); kNone:
  // none. Quick, because few domains are closed to a bucket.
  template <typename IsOpen, typename MayTake>
  int Neediest(IsOpen is_open, MayTake may_take) const {
    for (const Key& domain : domains_) {
      if (!is_open(domain.second)) continue;
      for (const Key& server : servers_[domain.second]) {
        if (may_take(server.second)) return server.second;
      }
    }
    return kNone;
  }

 private:
  using Key = std::pair<int64_t, int>;  // Minus what is lacking, then the number.
  using Order = absl::btree_set<Key>;

  const Problem* problem_;
  std::vector<int64_t> deficits_;
  std::vector<Order> servers_;  // Of each domain, those that lack something.
  Order domains_;               // By the first of their servers.
};

}  // namespace pegel::rebalance
