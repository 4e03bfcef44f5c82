#include "core/rebalance/feasibility.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace pegel::rebalance {
namespace {

absl::string_view FlussName(Goal goal) {
  switch (goal) {
    case Goal::kReplicaDistribution:
      return "ReplicaDistributionGoal";
    case Goal::kLeaderDistribution:
      return "LeaderReplicaDistributionGoal";
    case Goal::kRackAware:
      break;
  }
  return "RackAwareGoal";
}

Error Failure(std::string text) { return {ErrorCode::kRebalanceFailure, std::move(text)}; }

// Domains that hold a replica which stays are not open to the others.
int OpenDomains(const Problem& problem, int b) {
  std::vector<int> closed;
  for (const Home& home : problem.homes(b)) {
    int domain = problem.domain(home.server);
    if (home.is_fixed && domain != kNone) closed.push_back(domain);
  }
  std::sort(closed.begin(), closed.end());
  closed.erase(std::unique(closed.begin(), closed.end()), closed.end());
  return problem.domains() - static_cast<int>(closed.size());
}

struct Shortage {
  int64_t buckets = 0;
  int worst = 0, current = 0, needed = 0;  // Of the bucket that is short by most.
};

Shortage FindShortage(const Problem& problem) {
  Shortage shortage;
  for (int b = 0; b < problem.buckets(); ++b) {
    if (problem.want(b) == 0) continue;
    const int open = problem.is_by_rack() ? OpenDomains(problem, b) : problem.domains();
    if (problem.want(b) <= open) continue;
    ++shortage.buckets;
    if (problem.want(b) - open <= shortage.worst) continue;
    int fixed = 0;
    for (const Home& home : problem.homes(b)) fixed += home.is_fixed;
    shortage.worst = problem.want(b) - open;
    shortage.needed = problem.want(b) + fixed;
    shortage.current = shortage.needed - shortage.worst;
  }
  return shortage;
}

std::string RackSizes(const Problem& problem) {
  std::string text;
  for (int d = 0; d < problem.domains() && d < 10; ++d) {
    const std::vector<int>& servers = problem.servers_of(d);
    absl::StrAppend(&text, d == 0 ? "" : ", ", problem.rack_names()[problem.rack(servers.front())],
                    " (", servers.size(), ")");
  }
  if (problem.domains() > 10) absl::StrAppend(&text, " and ", problem.domains() - 10, " more");
  return text.empty() ? "none" : text;
}

Error TooFewRacks(const Problem& problem, const Shortage& shortage) {
  return Failure(absl::StrCat(
      "[RackAwareGoal] Insufficient number of racks to distribute each replica (Current: ",
      shortage.current, ", Needed: ", shortage.needed, "). ", shortage.buckets,
      shortage.buckets == 1 ? " bucket is" : " buckets are", " short by up to ", shortage.worst,
      " of them; racks with servers that take replicas: ", RackSizes(problem),
      ". Add servers in other racks, take tags off, or leave out RACK_AWARE."));
}

Error TooFewServers(const Shortage& shortage) {
  return Failure(absl::StrCat(
      "[ReplicaDistributionGoal] Insufficient number of tablet servers to host each replica "
      "(Current: ",
      shortage.current, ", Needed: ", shortage.needed, "). ", shortage.buckets,
      shortage.buckets == 1 ? " bucket is" : " buckets are", " short by up to ", shortage.worst,
      " of them. Add servers, or take tags off."));
}

}  // namespace

std::optional<Error> Refuse(const Problem& problem, const Options& options) {
  Goal first = options.goals.empty() ? Goal::kReplicaDistribution : options.goals.front();
  if (problem.takers() == 0 && first != Goal::kRackAware) {
    return Failure(absl::StrCat(
        "[", FlussName(first), "] All alive tabletServers are excluded from replica moves. ",
        problem.servers(), " servers are known and 0 are live and untagged."));
  }
  Shortage shortage = FindShortage(problem);
  if (shortage.buckets == 0) return std::nullopt;
  return problem.is_by_rack() ? TooFewRacks(problem, shortage) : TooFewServers(shortage);
}

}  // namespace pegel::rebalance
