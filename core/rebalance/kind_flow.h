// How many replicas each domain can take: a flow from kinds of buckets to domains.
//
// Buckets that want equally many replicas and may not use the same domains are of one kind, so the
// network has a handful of kinds times the domains, however many buckets there are. A kind of c
// buckets that want r replicas each sends c * r units, at most c into one domain; every such flow
// is a placement with one replica of a bucket in a domain, because a 0-1 matrix with equal row sums
// r and column sums at most c exists (Gale and Ryser).
#pragma once

#include <cstdint>
#include <vector>

#include "core/rebalance/problem.h"

namespace pegel::rebalance {

class KindFlow {
 public:
  explicit KindFlow(const Problem& problem);  // Nothing flows, no domain has room.

  // Sends as much as fits into rooms of these sizes, from nothing. Returns what is left.
  int64_t Fill(const std::vector<int64_t>& rooms);

  // One unit more of room in `domain`. True: a unit that was left uses it. Else it is taken back.
  bool Grow(int domain);

  // Whether more room in each domain would let a unit flow that is left now.
  std::vector<bool> Short() const;

 private:
  struct Kind {
    int64_t buckets = 0;
    int want = 0;
    std::vector<int> closed;  // Domains that hold a replica which stays.
    int64_t left = 0;
    std::vector<int64_t> sent;  // By domain.
  };

  bool IsOpen(const Kind& kind, int domain) const;
  bool Augment();
  void Push(int domain, int64_t units);

  int domains_ = 0;
  std::vector<Kind> kinds_;
  std::vector<int64_t> rooms_;  // Left.
  int64_t left_ = 0;
  // Of the last search: the kind from which a domain was reached, the domain from which a kind was.
  std::vector<int> from_kind_, from_domain_;
};

}  // namespace pegel::rebalance
