#include "core/rebalance/leaders.h"

#include <algorithm>
#include <tuple>

namespace pegel::rebalance {

Leaders::Leaders(const Problem& problem)
    : problem_(&problem),
      leader_(problem.buckets(), kNone),
      home_(problem.buckets(), kNone),
      place_(problem.buckets(), kNone),
      led_(problem.servers()),
      load_(problem.servers()) {
  begin_.reserve(problem.buckets() + 1);
  begin_.push_back(0);
  for (int s = 0; s < problem.servers(); ++s) {
    load_[s] = problem.fixed_leaders(s);
    if (problem.takes(s)) led_count_ += load_[s];
  }
}

Leaders Leaders::Of(const Problem& problem, const Placement& placement) {
  Leaders leaders(problem);
  for (int b = 0; b < problem.buckets(); ++b) leaders.AddCandidates(b, placement.slots(b));
  leaders.Start();
  for (int b = 0; b < problem.buckets(); ++b) {
    if (leaders.leader_[b] != kNone || problem.is_pinned(b)) continue;
    for (int s : placement.slots(b)) {  // Out of sync, all of them: better than none.
      if (s != kNone && problem.takes(s) && leaders.leader_[b] == kNone) leaders.Lead(b, s);
    }
    if (leaders.leader_[b] == kNone) leaders.Lead(b, problem.leader(b));
  }
  return leaders;
}

Leaders Leaders::OfHomes(const Problem& problem) {
  Leaders leaders(problem);
  std::vector<int> homes;
  for (int b = 0; b < problem.buckets(); ++b) {
    homes.clear();
    for (const Home& home : problem.homes(b)) {
      bool may_stay = !home.is_fixed && problem.takes(home.server) &&
                      !problem.IsClosed(b, problem.domain(home.server));
      if (may_stay) homes.push_back(home.server);
    }
    leaders.AddCandidates(b, homes);
  }
  leaders.Start();
  return leaders;
}

void Leaders::AddCandidates(int b, std::span<const int> servers) {
  for (int s : servers) {
    bool may_lead = !problem_->is_pinned(b) && s != kNone && problem_->takes(s);
    const Home* home = may_lead ? problem_->FindHome(b, s) : nullptr;
    may_lead &= home == nullptr || home->is_in_sync || s == problem_->leader(b);
    candidates_.push_back(may_lead ? s : kNone);
    if (may_lead && s == problem_->leader(b)) home_[b] = s;
  }
  begin_.push_back(static_cast<uint32_t>(candidates_.size()));
}

void Leaders::Start() {
  for (int b = 0; b < problem_->buckets(); ++b) {
    if (problem_->is_pinned(b)) leader_[b] = problem_->leader(b);
    if (home_[b] != kNone) Lead(b, home_[b]);
  }
  for (int b = 0; b < problem_->buckets(); ++b) {
    if (leader_[b] != kNone || problem_->is_pinned(b)) continue;
    int best = kNone;
    auto rank = [&](int s) { return std::make_tuple(load_[s], !problem_->IsHome(b, s), s); };
    for (int s : candidates(b)) {
      if (s != kNone && (best == kNone || rank(s) < rank(best))) best = s;
    }
    if (best != kNone) Lead(b, best);
  }
}

bool Leaders::IsCandidate(int b, int s) const {
  std::span<const int> all = candidates(b);
  return std::find(all.begin(), all.end(), s) != all.end();
}

void Leaders::Lead(int b, int s) {
  if (int before = leader_[b]; before != kNone) {
    int last = led_[before].back();
    led_[before][place_[b]] = last;
    place_[last] = place_[b];
    led_[before].pop_back();
    --load_[before];
    led_count_ -= problem_->takes(before);
  }
  leader_[b] = s;
  place_[b] = static_cast<int>(led_[s].size());
  led_[s].push_back(b);
  ++load_[s];
  led_count_ += problem_->takes(s);
}

void Leaders::ReplaceCandidate(int b, int from, int to) {
  for (uint32_t i = begin_[b]; i < begin_[b + 1]; ++i) {
    if (candidates_[i] != from) continue;
    candidates_[i] = to;
    break;
  }
  if (from != kNone && home_[b] == from) home_[b] = kNone;
  if (to == problem_->leader(b)) home_[b] = to;
}

LeaderRange RangeOf(const Problem& problem, int64_t led, int32_t tolerance_permille) {
  const int64_t servers = problem.takers();
  if (servers == 0) return {};
  const int64_t unit = servers * 1000;
  const int64_t least = led * std::max(0, 1000 - tolerance_permille);
  const int64_t most = led * (int64_t{1000} + tolerance_permille);
  return {least / unit, (most + unit - 1) / unit};
}

int64_t Unrepaired(const Problem& problem, const Leaders& leaders, const LeaderRange& range) {
  int64_t over = 0, under = 0;
  for (int s = 0; s < problem.servers(); ++s) {
    if (!problem.takes(s)) continue;
    over += std::max<int64_t>(0, leaders.load(s) - range.max);
    under += std::max<int64_t>(0, range.min - leaders.load(s));
  }
  return std::max(over, under);
}

}  // namespace pegel::rebalance
