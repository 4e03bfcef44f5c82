#include "core/durable_view.h"

#include <algorithm>

#include "core/acl/authorize.h"
#include "core/fold.h"
#include "core/moves/settings.h"

namespace pegel {
namespace {

// Only entries on the cluster itself decide about the cluster.
bool IsOnCluster(const acl::Entry& entry) { return entry.resource == acl::Resource{}; }

// Evolves the view by the events that it holds. True: who may watch may have changed.
struct Viewer {
  World& world;

  bool operator()(const Booted& event) const {
    Evolve(world, event);
    return true;
  }
  bool operator()(const AclAdded& event) const { return OnEntry(event, event.entry); }
  bool operator()(const AclDropped& event) const { return OnEntry(event, event.entry); }

  bool operator()(const ConfigSet& event) const {
    Evolve(world, event);
    if (event.key != moves::kBytesPerSecKey) world.configs.dynamics[event.key].value.reset();
    return false;
  }
  bool operator()(const ConfigReset& event) const {
    Evolve(world, event);
    return false;
  }
  bool operator()(const ConfigResealed& event) const {
    if (event.is_static) Evolve(world, event);
    return false;
  }

  // The view holds no servers, no tables and no rebalances.
  bool operator()(const ServerRegistered&) const { return false; }
  bool operator()(const ServerDied&) const { return false; }
  bool operator()(const ServerUnregistered&) const { return false; }
  bool operator()(const ServerTagged&) const { return false; }
  bool operator()(const ServerUntagged&) const { return false; }
  bool operator()(const TableCreated&) const { return false; }
  bool operator()(const PartitionAdded&) const { return false; }
  bool operator()(const BucketsPlaced&) const { return false; }
  bool operator()(const TableDropped&) const { return false; }
  bool operator()(const PartitionDropped&) const { return false; }
  bool operator()(const ReplicasDropped&) const { return false; }
  bool operator()(const BucketChanged&) const { return false; }
  bool operator()(const BucketSized&) const { return false; }
  bool operator()(const ReplicaStopped&) const { return false; }
  bool operator()(const RebalanceCreated&) const { return false; }
  bool operator()(const PlanDrafted&) const { return false; }
  bool operator()(const PlanAdopted&) const { return false; }
  bool operator()(const PlanWanted&) const { return false; }
  bool operator()(const RebalancePaused&) const { return false; }
  bool operator()(const RebalanceFinished&) const { return false; }
  bool operator()(const MoveChanged&) const { return false; }
  bool operator()(const HomeChanged&) const { return false; }

  bool OnEntry(const Event& event, const acl::Entry& entry) const {
    if (!IsOnCluster(entry)) return false;
    Evolve(world, event);
    return true;
  }
};

}  // namespace

DurableView::DurableView(const World& world) {
  world_.lsn = world.lsn;
  world_.security = world.security;
  world_.configs = world.configs;
  for (auto& [key, entry] : world_.configs.dynamics) {
    if (key != moves::kBytesPerSecKey) entry.value.reset();
  }
  for (const acl::Entry& entry : world.acls.Select({.resource = acl::Resource{}})) {
    world_.acls.Add(entry);
  }
}

bool DurableView::Apply(const ChangeSet& change) {
  world_.lsn = Lsn{change.moment.lsn.value - 1};  // As in a fold; lsns between had no events.
  bool may_change_rights = false;
  for (const Event& event : change.events) {
    may_change_rights |= std::visit(Viewer{world_}, event);
  }
  world_.lsn = change.moment.lsn;
  return may_change_rights;
}

std::optional<Error> DurableView::WhyMayNotWatch(const Author& author) const {
  return WhyMayNot(author, acl::Operation::kDescribe);
}

std::optional<Error> DurableView::WhyMayNot(const Author& author, acl::Operation operation) const {
  acl::Request request = acl::RequestOf(author, operation, acl::Resource{});
  if (acl::Authorize(world_.security, world_.acls, request).is_allowed) return std::nullopt;
  return Error{ErrorCode::kAuthorization, acl::DenialText(request)};
}

Lsn DurableView::ConfigChangedAt(const std::string& key) const {
  const config::ConfigState& configs = world_.configs;
  Lsn changed;
  if (auto it = configs.statics.find(key); it != configs.statics.end())
    changed = it->second.changed;
  if (auto it = configs.dynamics.find(key); it != configs.dynamics.end()) {
    changed = std::max(changed, it->second.changed);
  }
  if (auto it = configs.resets.find(key); it != configs.resets.end()) {
    changed = std::max(changed, it->second);
  }
  return changed;
}

int64_t DurableView::CopyBytesPerSec() const { return moves::BytesPerSecOf(world_.configs); }

}  // namespace pegel
