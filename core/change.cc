#include "core/change.h"

#include <string>

namespace pegel {
namespace {

// Nodes, pointers and short strings around the text of an event.
constexpr size_t kAround = 128;

struct Measure {
  size_t operator()(const Booted& event) const {
    size_t bytes = event.boot.cluster_id.size();
    for (const auto& [key, value] : event.boot.static_configs) {
      bytes += kAround + key.size() + config::BytesOf(value);
    }
    return bytes;
  }
  size_t operator()(const AclAdded& event) const { return Of(event.entry); }
  size_t operator()(const AclDropped& event) const { return Of(event.entry); }

  size_t operator()(const ConfigSet& event) const {
    return event.key.size() + (event.value ? config::BytesOf(*event.value) : 0);
  }
  size_t operator()(const ConfigReset& event) const { return event.key.size(); }
  size_t operator()(const ConfigResealed& event) const {
    return event.key.size() + config::BytesOf(event.value);
  }

  size_t operator()(const ServerRegistered& event) const {
    return event.rack.size() + event.address.size();
  }
  size_t operator()(const ServerDied&) const { return 0; }
  size_t operator()(const ServerUnregistered&) const { return 0; }
  size_t operator()(const ServerTagged&) const { return 0; }
  size_t operator()(const ServerUntagged&) const { return 0; }

  size_t operator()(const TableCreated& event) const { return Of(event.path); }
  size_t operator()(const PartitionAdded& event) const { return event.name.size(); }
  size_t operator()(const BucketsPlaced& event) const {
    size_t bytes = event.replicas.size() * sizeof(event.replicas.front());
    for (const auto& servers : event.replicas) bytes += servers.size() * sizeof servers.front();
    return bytes;
  }
  size_t operator()(const TableDropped& event) const { return Of(event.path); }
  size_t operator()(const PartitionDropped& event) const { return event.name.size(); }
  size_t operator()(const ReplicasDropped& event) const {
    return event.servers.size() * sizeof event.servers.front();
  }
  size_t operator()(const BucketChanged& event) const {
    return event.replicas.size() * sizeof event.replicas.front();
  }
  size_t operator()(const BucketSized&) const { return 0; }
  size_t operator()(const ReplicaStopped&) const { return 0; }

  size_t operator()(const RebalanceCreated& event) const { return event.author.name.size(); }
  size_t operator()(const PlanDrafted& event) const {
    return event.moves.size() * sizeof event.moves.front();
  }
  size_t operator()(const PlanAdopted& event) const {
    size_t bytes = 0;
    for (const std::string& sentence : event.summary.unresolved) bytes += sentence.size();
    return bytes;
  }
  size_t operator()(const PlanWanted& event) const {
    return event.avoid.size() * sizeof event.avoid.front();
  }
  size_t operator()(const RebalancePaused&) const { return 0; }
  size_t operator()(const RebalanceFinished& event) const { return event.reason.size(); }
  size_t operator()(const MoveChanged&) const { return 0; }
  size_t operator()(const HomeChanged&) const { return 0; }

  size_t Of(const cluster::TablePath& path) const {
    return path.database.size() + path.table.size();
  }
  size_t Of(const acl::Entry& entry) const {
    return entry.resource.database.size() + entry.resource.table.size() +
           entry.principal.type.size() + entry.principal.name.size();
  }
};

}  // namespace

size_t BytesOf(const Event& event) {
  return sizeof(Event) + kAround + std::visit(Measure{}, event);
}

size_t BytesOf(const ChangeSet& change) {
  size_t bytes = sizeof(ChangeSet) + kAround + change.moment.author.principal.name.size() +
                 change.moment.author.host.size();
  for (const Event& event : change.events) bytes += BytesOf(event);
  return bytes;
}

}  // namespace pegel
