#include "core/moves/model.h"

#include <algorithm>

namespace pegel::moves {
namespace {

// Those of `these` that are not in `those`.
Servers Without(const Servers& these, const Servers& those) {
  Servers left;
  for (ServerId server : these) {
    if (!Contains(those, server)) left.push_back(server);
  }
  return left;
}

}  // namespace

bool Contains(const Servers& servers, ServerId server) {
  return std::find(servers.begin(), servers.end(), server) != servers.end();
}

bool Contains(const cluster::Replicas& replicas, ServerId server) {
  return std::any_of(replicas.begin(), replicas.end(),
                     [&](const cluster::Replica& replica) { return replica.server == server; });
}

bool HasSameServers(const cluster::Replicas& replicas, const Servers& servers) {
  return replicas.size() == servers.size() &&
         std::all_of(servers.begin(), servers.end(),
                     [&](ServerId server) { return Contains(replicas, server); });
}

bool PlannedMove::IsLeaderOnly() const { return origin.size() == target.size() && Added().empty(); }

Servers PlannedMove::Added() const { return Without(target, origin); }
Servers PlannedMove::Removed() const { return Without(origin, target); }

bool Move::IsActive() const {
  return state.phase == Phase::kAdding || state.phase == Phase::kSwitching ||
         state.phase == Phase::kRemoving;
}

bool Move::IsWaiting() const { return !IsActive() && state.phase != Phase::kDone; }

bool Move::HoldsSlots() const { return IsActive() && state.status == Status::kRebalancing; }

}  // namespace pegel::moves
