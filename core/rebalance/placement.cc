#include "core/rebalance/placement.h"

#include <algorithm>
#include <limits>

#include "core/check.h"

namespace pegel::rebalance {

Placement::Placement(const Problem& problem) : problem_(&problem), load_(problem.servers()) {
  begin_.reserve(problem.buckets() + 1);
  begin_.push_back(0);
  for (int b = 0; b < problem.buckets(); ++b) begin_.push_back(begin_[b] + problem.want(b));
  slots_.assign(begin_.back(), kNone);
  for (int s = 0; s < problem.servers(); ++s) load_[s] = problem.fixed_replicas(s);
  if (!problem.has_space_limits()) return;
  for (int s = 0; s < problem.servers(); ++s) {
    int64_t free = problem.server(s).free_bytes;
    room_.push_back(free == kUnknownBytes ? std::numeric_limits<int64_t>::max() : free);
  }
}

bool Placement::Holds(int b, int s) const {
  std::span<const int> all = slots(b);
  return std::find(all.begin(), all.end(), s) != all.end();
}

bool Placement::UsesDomain(int b, int domain, int except) const {
  for (int s : slots(b)) {
    if (s != kNone && s != except && problem_->domain(s) == domain) return true;
  }
  return problem_->IsClosed(b, domain);
}

bool Placement::HasRoom(int b, int s) const {
  if (room_.empty() || problem_->IsHome(b, s)) return true;
  return room_[s] >= problem_->bucket(b).bytes;
}

int Placement::Missing(int b) const {
  std::span<const int> all = slots(b);
  return static_cast<int>(std::count(all.begin(), all.end(), kNone));
}

void Placement::Enter(int b, int s) {
  ++load_[s];
  if (has_lists_) on_[s].push_back(b);
  if (!room_.empty() && !problem_->IsHome(b, s)) room_[s] -= problem_->bucket(b).bytes;
}

void Placement::Leave(int b, int s) {
  --load_[s];
  if (!room_.empty() && !problem_->IsHome(b, s)) room_[s] += problem_->bucket(b).bytes;
  if (!has_lists_) return;
  auto place = std::find(on_[s].begin(), on_[s].end(), b);
  PEGEL_CHECK(place != on_[s].end(), "bucket ", b, " server ", s);
  *place = on_[s].back();
  on_[s].pop_back();
}

void Placement::Put(int b, int s) { Move(b, kNone, s); }

void Placement::Move(int b, int from, int to) {
  for (size_t i = begin_[b]; i < begin_[b + 1]; ++i) {
    if (slots_[i] != from) continue;
    slots_[i] = to;
    if (from != kNone) Leave(b, from);
    if (to != kNone) Enter(b, to);
    return;
  }
  PEGEL_CHECK(false, "bucket ", b, " is not on ", from);
}

void Placement::ListBuckets() {
  has_lists_ = true;
  on_.assign(problem_->servers(), {});
  for (int s = 0; s < problem_->servers(); ++s) {
    on_[s].reserve(load_[s] - problem_->fixed_replicas(s));
  }
  for (int b = 0; b < problem_->buckets(); ++b) {
    for (int s : slots(b)) {
      if (s != kNone) on_[s].push_back(b);
    }
  }
}

int64_t Placement::Moves() const {
  int64_t moves = 0;
  for (int b = 0; b < problem_->buckets(); ++b) {
    for (int s : slots(b)) moves += s != kNone && !problem_->IsHome(b, s);
  }
  return moves;
}

}  // namespace pegel::rebalance
