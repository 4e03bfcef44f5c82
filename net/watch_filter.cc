#include "net/watch_filter.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace pegel::net {
namespace {

struct Selector {
  const WatchFilter& filter;
  bool is_every_kind;

  bool operator()(const Booted&) const { return is_every_kind || filter.boots; }
  bool operator()(const AclAdded&) const { return is_every_kind || filter.acls; }
  bool operator()(const AclDropped&) const { return is_every_kind || filter.acls; }
  bool operator()(const ConfigSet& event) const { return SelectsKey(filter, event.key); }
  bool operator()(const ConfigReset& event) const { return SelectsKey(filter, event.key); }
  bool operator()(const ConfigResealed& event) const { return SelectsKey(filter, event.key); }
  bool operator()(const ServerRegistered&) const { return is_every_kind || filter.servers; }
  bool operator()(const ServerDied&) const { return is_every_kind || filter.servers; }
  bool operator()(const ServerUnregistered&) const { return is_every_kind || filter.servers; }
  bool operator()(const ServerTagged&) const { return is_every_kind || filter.servers; }
  bool operator()(const ServerUntagged&) const { return is_every_kind || filter.servers; }
  bool operator()(const TableCreated&) const { return is_every_kind || filter.tables; }
  bool operator()(const PartitionAdded&) const { return is_every_kind || filter.tables; }
  bool operator()(const BucketsPlaced&) const { return is_every_kind || filter.tables; }
  bool operator()(const TableDropped&) const { return is_every_kind || filter.tables; }
  bool operator()(const PartitionDropped&) const { return is_every_kind || filter.tables; }
  bool operator()(const ReplicasDropped&) const { return is_every_kind || filter.tables; }
  bool operator()(const BucketChanged&) const { return is_every_kind || filter.tables; }
  bool operator()(const BucketSized&) const { return is_every_kind || filter.tables; }
  bool operator()(const ReplicaStopped&) const { return is_every_kind || filter.tables; }
  bool operator()(const RebalanceCreated&) const { return is_every_kind || filter.rebalances; }
  bool operator()(const PlanDrafted&) const { return is_every_kind || filter.rebalances; }
  bool operator()(const PlanAdopted&) const { return is_every_kind || filter.rebalances; }
  bool operator()(const PlanWanted&) const { return is_every_kind || filter.rebalances; }
  bool operator()(const RebalancePaused&) const { return is_every_kind || filter.rebalances; }
  bool operator()(const RebalanceFinished&) const { return is_every_kind || filter.rebalances; }
  bool operator()(const MoveChanged&) const { return is_every_kind || filter.rebalances; }
  bool operator()(const HomeChanged&) const { return is_every_kind || filter.rebalances; }
};

bool IsEveryKind(const WatchFilter& filter) {
  return !filter.configs && !filter.acls && !filter.boots && !filter.servers && !filter.tables &&
         !filter.rebalances;
}

}  // namespace

bool Selects(const WatchFilter& filter, const Event& event) {
  return std::visit(Selector{filter, IsEveryKind(filter)}, event);
}

bool SelectsKey(const WatchFilter& filter, absl::string_view key) {
  if (!filter.configs && !IsEveryKind(filter)) return false;
  const std::vector<std::string>& prefixes = filter.key_prefixes;
  return prefixes.empty() || std::any_of(prefixes.begin(), prefixes.end(), [&](const auto& prefix) {
           return absl::StartsWith(key, prefix);
         });
}

std::vector<const Event*> Select(const WatchFilter& filter, const std::vector<Event>& events) {
  std::vector<const Event*> selected;
  for (const Event& event : events) {
    if (Selects(filter, event)) selected.push_back(&event);
  }
  return selected;
}

}  // namespace pegel::net
