#include "core/rebalance/deficits.h"

namespace pegel::rebalance {

Deficits::Deficits(const Problem& problem)
    : problem_(&problem), deficits_(problem.servers(), 0), servers_(problem.domains()) {}

void Deficits::Set(int s, int64_t deficit) {
  const int domain = problem_->domain(s);
  Order& servers = servers_[domain];
  const int64_t first = servers.empty() ? 0 : servers.begin()->first;
  if (deficits_[s] > 0) servers.erase({-deficits_[s], s});
  deficits_[s] = deficit;
  if (deficit > 0) servers.insert({-deficit, s});
  const int64_t now_first = servers.empty() ? 0 : servers.begin()->first;
  if (now_first == first) return;
  if (first < 0) domains_.erase({first, domain});
  if (now_first < 0) domains_.insert({now_first, domain});
}

}  // namespace pegel::rebalance
