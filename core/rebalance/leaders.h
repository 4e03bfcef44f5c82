// Who leads each bucket while a plan is made, and who could without a replica being moved.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/rebalance/placement.h"
#include "core/rebalance/problem.h"

namespace pegel::rebalance {

class Leaders {
 public:
  // Every leader stays where it may. The others go to the candidate that leads least; a bucket
  // without a candidate keeps its leader, wherever that is.
  static Leaders Of(const Problem& problem, const Placement& placement);

  // The same before replicas are placed: candidates are the homes that may stay. A bucket without
  // one has no leader yet (kNone).
  static Leaders OfHomes(const Problem& problem);

  // Servers that may lead: in-sync replicas at home, and replicas being added. kNone: no candidate.
  std::span<const int> candidates(int b) const {
    return {candidates_.data() + begin_[b], begin_[b + 1] - begin_[b]};
  }
  bool IsCandidate(int b, int s) const;

  int leader(int b) const { return leader_[b]; }
  // Its leader now, if that is a candidate; kNone: any choice is a change.
  int home(int b) const { return home_[b]; }
  // Changes that leading from `s` costs.
  int Cost(int b, int s) const { return home_[b] == kNone || home_[b] == s ? 0 : 1; }

  const std::vector<int>& led_by(int s) const { return led_[s]; }  // Those that may move.
  int64_t load(int s) const { return load_[s]; }                   // Fixed ones included.
  int64_t led() const { return led_count_; }  // By the servers that take replicas.

  void Lead(int b, int s);
  // A replica has moved: the candidate `to` stands for `from`, which may have been none.
  void ReplaceCandidate(int b, int from, int to);

 private:
  explicit Leaders(const Problem& problem);
  void AddCandidates(int b, std::span<const int> servers);
  void Start();

  const Problem* problem_;
  std::vector<uint32_t> begin_;
  std::vector<int> candidates_;
  std::vector<int> leader_, home_;
  std::vector<int> place_;  // In its leader's list.
  std::vector<std::vector<int>> led_;
  std::vector<int64_t> load_;
  int64_t led_count_ = 0;
};

// How many buckets a server should lead.
struct LeaderRange {
  int64_t min = 0, max = 0;
};
LeaderRange RangeOf(const Problem& problem, int64_t led, int32_t tolerance_permille);

// How many leaders are too many or too few by it, whichever is more: what is left to repair.
int64_t Unrepaired(const Problem& problem, const Leaders& leaders, const LeaderRange& range);

}  // namespace pegel::rebalance
