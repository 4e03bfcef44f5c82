// Which servers hold which buckets while a plan is made. Only replicas that may move are in it;
// what is fixed is counted in the loads and looked up in the problem.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/rebalance/problem.h"

namespace pegel::rebalance {

class Placement {
 public:
  explicit Placement(const Problem& problem);

  // One slot for each replica to place; kNone: not placed yet. In no order that means anything.
  std::span<const int> slots(int b) const { return {slots_.data() + begin_[b], Count(b)}; }
  const std::vector<int>& buckets_on(int s) const { return on_[s]; }
  int64_t load(int s) const { return load_[s]; }  // What is fixed included.

  bool Holds(int b, int s) const;
  // Whether a replica of `b` is in the domain, other than the one on the server `except`.
  bool UsesDomain(int b, int domain, int except = kNone) const;
  bool HasRoom(int b, int s) const;  // For the bytes of a new replica.
  int Missing(int b) const;          // Slots that are not filled.

  // Whether `b` may be put on `s`, or moved there from `from`.
  bool MayPut(int b, int s, int from = kNone) const {
    return !Holds(b, s) && !UsesDomain(b, problem_->domain(s), from) && HasRoom(b, s);
  }

  void Put(int b, int s);
  void Move(int b, int from, int to);

  // The servers' lists of buckets are not kept until this is called.
  void ListBuckets();

  int64_t Moves() const;  // Replicas that are not at home.

 private:
  size_t Count(int b) const { return begin_[b + 1] - begin_[b]; }
  void Enter(int b, int s);
  void Leave(int b, int s);

  const Problem* problem_;
  std::vector<uint32_t> begin_;
  std::vector<int> slots_;
  std::vector<int64_t> load_;
  std::vector<int64_t> room_;  // Bytes; empty: no server has a limit.
  bool has_lists_ = false;
  std::vector<std::vector<int>> on_;
};

}  // namespace pegel::rebalance
