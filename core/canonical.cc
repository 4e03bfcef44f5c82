#include "core/canonical.h"

#include "core/canonical_kinds.h"
#include "core/sha256.h"

namespace pegel {
namespace {

// IMPORTANT: hashed into stored records; kinds are never renumbered, fields only appended under a
// new kind.
enum class EventKind : uint16_t {
  kBooted = 1,
  kAclAdded = 10,
  kAclDropped = 11,
  kConfigSet = 20,
  kConfigReset = 21,
  kConfigResealed = 22,
  kServerRegistered = 30,
  kServerDied = 31,
  kServerUnregistered = 32,
  kServerTagged = 33,
  kServerUntagged = 34,
  kTableCreated = 40,
  kPartitionAdded = 41,
  kBucketsPlaced = 42,
  kTableDropped = 43,
  kPartitionDropped = 44,
  kReplicasDropped = 45,
  kBucketChanged = 46,
  kBucketSized = 47,
  kReplicaStopped = 48,
  kRebalanceCreated = 50,
  kPlanDrafted = 51,
  kPlanAdopted = 52,
  kPlanWanted = 53,
  kRebalancePaused = 54,
  kRebalanceFinished = 55,
  kMoveChanged = 56,
  kHomeChanged = 57,
};

class Encoder {
 public:
  template <typename T>
  void Number(T number) {
    auto bits = static_cast<uint64_t>(number);
    for (size_t i = sizeof(T); i-- > 0;) out_.push_back(static_cast<char>(bits >> (8 * i)));
  }
  void Put(const std::string& text) {
    Number(static_cast<uint32_t>(text.size()));
    out_.append(text);
  }
  template <size_t N>
  void Put(const std::array<uint8_t, N>& bytes) {
    out_.append(bytes.begin(), bytes.end());
  }
  void Put(const Principal& principal) {
    Put(principal.type);
    Put(principal.name);
  }
  void Put(const acl::Resource& resource) {
    Put(resource.database);
    Put(resource.table);
  }
  void Put(const acl::Host& host) {
    Number(static_cast<uint8_t>(host.is_any));
    Put(host.address);
    Number(host.prefix_bits);
  }
  void Put(acl::Operation operation) { Number(operation); }
  void Put(acl::Permission permission) { Number(permission); }
  template <typename T>
  void Put(const std::optional<T>& value) {
    Number(static_cast<uint8_t>(value.has_value()));
    if (value.has_value()) Put(*value);
  }
  void Put(const acl::Entry& entry) {
    Put(entry.resource);
    Put(entry.principal);
    Put(entry.host);
    Put(entry.operation);
    Put(entry.permission);
  }
  void Put(const acl::Filter& filter) {
    Put(filter.resource);
    Put(filter.principal);
    Put(filter.host);
    Put(filter.operation);
    Put(filter.permission);
  }
  template <typename T>
  void Put(const std::vector<T>& list) {
    Number(static_cast<uint32_t>(list.size()));
    for (const T& element : list) Put(element);
  }
  template <typename T>
  void Put(const std::map<std::string, T>& by_key) {
    Number(static_cast<uint32_t>(by_key.size()));
    for (const auto& [key, value] : by_key) {
      Put(key);
      Put(value);
    }
  }
  void Put(Lsn lsn) { Number(lsn.value); }
  void Put(const config::Sealed& sealed) {
    Put(sealed.key_id);
    Put(sealed.box);
  }
  void Put(const config::SealedEntry& entry) {
    Put(entry.name);
    Put(entry.value);
  }
  void Put(const config::SealedMap& map) { Put(map.entries); }
  void Put(const config::Value& value) {
    Number(static_cast<uint8_t>(value.index()));
    std::visit([&](const auto& form) { Put(form); }, value);
  }
  void Put(const config::Change& change) {
    Number(change.op);
    Put(change.key);
    Put(change.value);
  }
  void Put(const config::StaticEntry& entry) {
    Put(entry.value);
    Put(entry.changed);
  }
  void Put(const config::DynamicEntry& entry) {
    Put(entry.value);
    Put(entry.changed);
  }
  void Put(const config::ConfigState& configs) {
    Put(configs.statics);
    Put(configs.dynamics);
    Put(configs.resets);
  }
  void Put(const Boot& boot) {
    Put(boot.cluster_id);
    Number(boot.behaviour);
    Put(boot.static_configs);
  }
  void Put(const AddAcl& command) { Put(command.entry); }
  void Put(const DropAcl& command) { Put(command.filter); }
  void Put(const ListAcl& command) { Put(command.filter); }
  void Put(const AlterConfigs& command) { Put(command.changes); }
  void Put(const GetConfigs& command) { Put(command.keys); }
  void Put(const ResealSecrets& command) {
    Put(command.statics);
    Put(command.dynamics);
  }
  void Put(cluster::ServerId id) { Number(id.value); }
  void Put(cluster::ServerTag tag) { Number(tag); }
  void Put(const cluster::Rack& rack) { Put(rack.name); }
  void Put(const cluster::Selector& selector) {
    Number(static_cast<uint8_t>(selector.index()));
    std::visit([&](const auto& form) { Put(form); }, selector);
  }
  void Put(const cluster::Server& server) {
    Put(server.id);
    Put(server.rack);
    Put(server.address);
    Put(server.epoch);
    Number(static_cast<uint8_t>(server.is_live));
    Number(server.since.value);
    Put(server.tag);
  }
  void Put(const RegisterServer& command) {
    Put(command.id);
    Put(command.rack);
    Put(command.address);
  }
  void Put(const ServerLost& command) {
    Put(command.id);
    Put(command.epoch);
  }
  void Put(const UnregisterServer& command) { Put(command.id); }
  void Put(const AddServerTag& command) {
    Put(command.selectors);
    Put(command.tag);
  }
  void Put(const RemoveServerTag& command) {
    Put(command.selectors);
    Put(command.tag);
  }
  void Put(const ListServers&) {}
  void Put(const ListServerTags&) {}
  void Put(cluster::TableId id) { Number(id.value); }
  void Put(cluster::PartitionId id) { Number(id.value); }
  void Put(const cluster::BucketKey& key) {
    Put(key.table);
    Put(key.partition);
    Number(key.bucket);
  }
  void Put(const cluster::TablePath& path) {
    Put(path.database);
    Put(path.table);
  }
  void Put(const cluster::Replicas& replicas) {
    Number(static_cast<uint32_t>(replicas.size()));
    for (const cluster::Replica& replica : replicas) {
      Put(replica.server);
      Number(static_cast<uint8_t>(replica.is_in_sync));
    }
  }
  void Put(const cluster::Bucket& bucket) {
    Put(bucket.replicas);
    Put(bucket.leader);
    Number(bucket.leader_epoch);
    Number(bucket.bucket_epoch);
    Number(bucket.bytes);
  }
  void Put(const CreateTable& command) {
    Put(command.path);
    Number(command.bucket_count);
    Number(command.replication_factor);
    Number(static_cast<uint8_t>(command.is_partitioned));
  }
  void Put(const DropTable& command) { Put(command.path); }
  void Put(const AddPartition& command) {
    Put(command.path);
    Put(command.name);
  }
  void Put(const DropPartition& command) {
    Put(command.path);
    Put(command.name);
  }
  void Put(const ListTables&) {}
  void Put(const ListBuckets& command) {
    Put(command.path);
    Put(command.server);
    Number(static_cast<uint8_t>(command.only_leaderless));
    Put(command.after);
    Number(command.limit);
  }
  void Put(const cluster::InSyncReport& item) {
    Put(item.key);
    Number(item.leader_epoch);
    Number(item.bucket_epoch);
    Put(item.in_sync);
  }
  void Put(const cluster::SizeReport& item) {
    Put(item.key);
    Number(item.bytes);
  }
  void Put(const cluster::DoneReport& item) {
    Put(item.key);
    Number(item.bucket_epoch);
    Number(item.kind);
  }
  void Put(const cluster::FailedReport& item) {
    Put(item.key);
    Number(item.bucket_epoch);
    Put(item.reason);
  }
  void Put(const ReplicaReport& command) {
    Put(command.id);
    Put(command.epoch);
    Put(command.in_sync);
    Put(command.sizes);
    Put(command.done);
    Put(command.failed);
  }
  void Put(rebalance::Goal goal) { Number(goal); }
  void Put(const rebalance::Options& options) {
    Put(options.goals);
    Number(options.tolerance_permille);
    Number(static_cast<uint8_t>(options.is_trigger_only));
    Number(static_cast<uint8_t>(options.is_drain_only));
    Number(options.temporary_offline);
  }
  void Put(UnixNanos time) { Number(time.value); }
  void Put(const moves::Servers& servers) {
    Number(static_cast<uint32_t>(servers.size()));
    for (cluster::ServerId server : servers) Put(server);
  }
  void Put(const moves::PlannedMove& move) {
    Put(move.key);
    Put(move.leader);
    Put(move.new_leader);
    Put(move.origin);
    Put(move.target);
    Number(move.bytes);
    Number(move.urgency);
  }
  void Put(const moves::MoveState& state) {
    Number(state.status);
    Number(state.phase);
    Number(state.reason);
    Put(state.about);
    Number(state.attempt);
    Number(state.bucket_epoch);
    Number(state.led_epoch);
    Put(state.due);
    Put(state.started);
    Put(state.finished);
  }
  void Put(const moves::Move& move) {
    Put(move.plan);
    Put(move.state);
  }
  void Put(const moves::PlanSummary& summary) {
    Number(summary.moves);
    Number(summary.lower_bound);
    Number(static_cast<uint8_t>(summary.is_optimal));
    Number(summary.leader_changes);
    Number(summary.bytes);
    Put(summary.unresolved);
  }
  void Put(const moves::Home& home) {
    Number(static_cast<uint32_t>(home.replicas.size()));
    for (const moves::Home::Replica& replica : home.replicas) {
      Put(replica.home);
      Put(replica.stand_in);
    }
    Put(home.leader);
  }
  void Put(const StartRebalance& command) { Put(command.goals); }
  void Put(const CancelRebalance& command) { Put(command.id); }
  void Put(const PauseRebalance& command) { Put(command.id); }
  void Put(const ResumeRebalance& command) { Put(command.id); }
  void Put(const ListRebalance& command) {
    Put(command.id);
    Number(static_cast<uint8_t>(command.only_active));
  }
  void Put(const ListRebalances&) {}
  void Put(const PlanRebalance& command) { Put(command.goals); }
  void Put(const PlanChunk& command) {
    Put(command.rebalance);
    Number(command.revision);
    Number(command.index);
    Put(command.moves);
  }
  void Put(const PlanReady& command) {
    Put(command.rebalance);
    Number(command.revision);
    Number(command.chunks);
    Put(command.summary);
    Put(command.refusal);
  }
  void Put(const AdvanceMoves&) {}
  void Put(const Command& command) {
    Number(KindOf(command));
    std::visit([&](const auto& c) { Put(c); }, command);
  }
  void Put(const Booted& event) {
    Number(EventKind::kBooted);
    Put(event.boot);
  }
  void Put(const AclAdded& event) {
    Number(EventKind::kAclAdded);
    Put(event.entry);
  }
  void Put(const AclDropped& event) {
    Number(EventKind::kAclDropped);
    Put(event.entry);
  }
  void Put(const ConfigSet& event) {
    Number(EventKind::kConfigSet);
    Put(event.key);
    Put(event.value);
  }
  void Put(const ConfigReset& event) {
    Number(EventKind::kConfigReset);
    Put(event.key);
  }
  void Put(const ConfigResealed& event) {
    Number(EventKind::kConfigResealed);
    Put(event.key);
    Number(static_cast<uint8_t>(event.is_static));
    Put(event.value);
  }
  void Put(const ServerRegistered& event) {
    Number(EventKind::kServerRegistered);
    Put(event.id);
    Put(event.rack);
    Put(event.address);
    Put(event.epoch);
    Number(event.since.value);
  }
  void Put(const ServerDied& event) {
    Number(EventKind::kServerDied);
    Put(event.id);
    Put(event.epoch);
    Number(event.since.value);
  }
  void Put(const ServerUnregistered& event) {
    Number(EventKind::kServerUnregistered);
    Put(event.id);
  }
  void Put(const ServerTagged& event) {
    Number(EventKind::kServerTagged);
    Put(event.id);
    Put(event.tag);
  }
  void Put(const ServerUntagged& event) {
    Number(EventKind::kServerUntagged);
    Put(event.id);
    Put(event.tag);
  }
  void Put(const TableCreated& event) {
    Number(EventKind::kTableCreated);
    Put(event.id);
    Put(event.path);
    Number(event.bucket_count);
    Number(event.replication_factor);
    Number(static_cast<uint8_t>(event.is_partitioned));
  }
  void Put(const PartitionAdded& event) {
    Number(EventKind::kPartitionAdded);
    Put(event.table);
    Put(event.partition);
    Put(event.name);
  }
  void Put(const BucketsPlaced& event) {
    Number(EventKind::kBucketsPlaced);
    Put(event.table);
    Put(event.partition);
    Put(event.replicas);
  }
  void Put(const TableDropped& event) {
    Number(EventKind::kTableDropped);
    Put(event.id);
    Put(event.path);
  }
  void Put(const PartitionDropped& event) {
    Number(EventKind::kPartitionDropped);
    Put(event.table);
    Put(event.partition);
    Put(event.name);
  }
  void Put(const ReplicasDropped& event) {
    Number(EventKind::kReplicasDropped);
    Put(event.key);
    Number(event.bucket_epoch);
    Put(event.servers);
  }
  void Put(const BucketChanged& event) {
    Number(EventKind::kBucketChanged);
    Put(event.key);
    Put(event.leader);
    Number(event.leader_epoch);
    Number(event.bucket_epoch);
    Put(event.replicas);
  }
  void Put(const BucketSized& event) {
    Number(EventKind::kBucketSized);
    Put(event.key);
    Number(event.bytes);
  }
  void Put(const ReplicaStopped& event) {
    Number(EventKind::kReplicaStopped);
    Put(event.key);
    Put(event.server);
  }
  void Put(const RebalanceCreated& event) {
    Number(EventKind::kRebalanceCreated);
    Put(event.id);
    Put(event.options);
    Put(event.author);
    Put(event.created);
  }
  void Put(const PlanDrafted& event) {
    Number(EventKind::kPlanDrafted);
    Put(event.rebalance);
    Number(event.revision);
    Number(event.index);
    Put(event.moves);
  }
  void Put(const PlanAdopted& event) {
    Number(EventKind::kPlanAdopted);
    Put(event.rebalance);
    Number(event.revision);
    Put(event.summary);
    Put(event.at);
  }
  void Put(const PlanWanted& event) {
    Number(EventKind::kPlanWanted);
    Put(event.rebalance);
    Number(event.revision);
    Put(event.avoid);
  }
  void Put(const RebalancePaused& event) {
    Number(EventKind::kRebalancePaused);
    Put(event.rebalance);
    Number(static_cast<uint8_t>(event.is_paused));
  }
  void Put(const RebalanceFinished& event) {
    Number(EventKind::kRebalanceFinished);
    Put(event.rebalance);
    Number(event.status);
    Put(event.reason);
    Put(event.at);
  }
  void Put(const MoveChanged& event) {
    Number(EventKind::kMoveChanged);
    Put(event.rebalance);
    Put(event.key);
    Put(event.state);
  }
  void Put(const HomeChanged& event) {
    Number(EventKind::kHomeChanged);
    Put(event.key);
    Put(event.home);
  }
  void Put(const Error& error) {
    Number(OutcomeKind::kRejected);
    Number(error.code);
    Put(error.message);
  }
  void Put(const Done&) { Number(OutcomeKind::kDone); }
  void Put(const AclEntries& listed) {
    Number(OutcomeKind::kAclEntries);
    Put(listed.entries);
  }
  void Put(const ConfigEntry& entry) {
    Put(entry.key);
    Put(entry.value);
    Number(entry.source);
  }
  void Put(const ConfigEntries& listed) {
    Number(OutcomeKind::kConfigEntries);
    Put(listed.entries);
  }
  void Put(const ServerRow& row) {
    Put(row.server);
    Number(row.replicas);
    Number(row.leaders);
    Number(row.in_sync);
  }
  void Put(const ServerRows& listed) {
    Number(OutcomeKind::kServerRows);
    Put(listed.servers);
  }
  void Put(const ServerTagRow& row) {
    Put(row.id);
    Put(row.tag);
  }
  void Put(const ServerTagRows& listed) {
    Number(OutcomeKind::kServerTagRows);
    Put(listed.tags);
  }
  void Put(const TableRow& row) {
    Put(row.id);
    Put(row.path);
    Number(row.bucket_count);
    Number(row.replication_factor);
    Number(static_cast<uint8_t>(row.is_partitioned));
    Number(row.partitions);
  }
  void Put(const TableRows& listed) {
    Number(OutcomeKind::kTableRows);
    Put(listed.tables);
  }
  void Put(const BucketRow& row) {
    Put(row.key);
    Put(row.path);
    Put(row.partition);
    Put(row.bucket);
  }
  void Put(const BucketRows& listed) {
    Number(OutcomeKind::kBucketRows);
    Put(listed.buckets);
    Number(static_cast<uint8_t>(listed.is_last));
  }
  void Put(const ReportRefusal& refusal) {
    Number(refusal.part);
    Number(refusal.index);
    Put(refusal.error);
  }
  void Put(const ReportJudged& judged) {
    Number(OutcomeKind::kReportJudged);
    Put(judged.refused);
  }
  void Put(const RebalanceBegun& begun) {
    Number(OutcomeKind::kRebalanceBegun);
    Put(begun.id);
  }
  void Put(const RebalanceRow& row) {
    Put(row.id);
    Number(row.status);
    Put(row.goals);
    Put(row.author);
    Put(row.created);
    Put(row.started);
    Put(row.finished);
    Number(row.revision);
    Number(static_cast<uint8_t>(row.awaits_plan));
    Number(static_cast<uint8_t>(row.is_paused));
    Put(row.summary);
    for (int64_t count : row.by_status) Number(count);
    for (int64_t count : row.by_phase) Number(count);
    Number(row.attempts);
    Number(row.bytes_total);
    Number(row.bytes_done);
    Put(row.reason);
  }
  void Put(const RebalanceDetail& detail) {
    Number(OutcomeKind::kRebalanceDetail);
    Put(detail.rebalance);
    Put(detail.moves);
    Number(static_cast<uint8_t>(detail.is_whole));
  }
  void Put(const RebalanceRows& listed) {
    Number(OutcomeKind::kRebalanceRows);
    Put(listed.rebalances);
  }
  void Put(const PlanAsked& asked) {
    Number(OutcomeKind::kPlanAsked);
    Put(asked.options);
  }
  void Put(const Result& result) {
    std::visit([&](const auto& r) { Put(r); }, result);
  }
  void Put(const Outcome& outcome) {
    std::visit([&](const auto& o) { Put(o); }, outcome);
  }
  void Put(const Decision& decision) {
    Put(decision.outcome);
    Number(static_cast<uint32_t>(decision.events.size()));
    for (const Event& event : decision.events) {
      std::visit([&](const auto& e) { Put(e); }, event);
    }
  }
  void Put(const acl::AclState& acls) {
    Number(static_cast<uint32_t>(acls.size()));
    acls.ForEach([&](const acl::Entry& entry) { Put(entry); });
  }
  void Put(const cluster::Partition& partition) {
    Put(partition.name);
    Put(partition.buckets);
  }
  void Put(const cluster::Table& table) {
    Put(table.id);
    Put(table.path);
    Number(table.bucket_count);
    Number(table.replication_factor);
    Number(static_cast<uint8_t>(table.is_partitioned));
    Number(static_cast<uint32_t>(table.partitions.size()));
    for (const auto& [id, partition] : table.partitions) {
      Put(id);
      Put(partition);
    }
  }
  void PutServers(const cluster::ClusterState& cluster) {
    Number(static_cast<uint32_t>(cluster.servers.size()));
    for (const auto& [id, server] : cluster.servers) Put(server);
  }
  // Indexes and totals are derived and have no bytes.
  void PutTables(const cluster::ClusterState& cluster) {
    Number(static_cast<uint32_t>(cluster.tables.size()));
    for (const auto& [id, table] : cluster.tables) Put(table);
    Number(static_cast<uint32_t>(cluster.stops.size()));
    for (const auto& [server, stops] : cluster.stops) {
      Put(server);
      Number(static_cast<uint32_t>(stops.size()));
      for (const auto& [key, epoch] : stops) {
        Put(key);
        Number(epoch);
      }
    }
  }
  void Put(const moves::Rebalance& rebalance) {
    Put(rebalance.id);
    Put(rebalance.options);
    Put(rebalance.author);
    Put(rebalance.created);
    Put(rebalance.started);
    Put(rebalance.finished);
    Number(rebalance.status);
    Put(rebalance.reason);
    Number(static_cast<uint8_t>(rebalance.is_paused));
    Number(rebalance.revision);
    Number(static_cast<uint8_t>(rebalance.awaits_plan));
    Put(rebalance.planned);
    Put(rebalance.summary);
    Put(rebalance.avoid);
    Number(static_cast<uint32_t>(rebalance.moves.size()));
    for (const auto& [key, move] : rebalance.moves) Put(move);
    Number(static_cast<uint32_t>(rebalance.draft.size()));
    for (const auto& [key, move] : rebalance.draft) Put(move);
    Number(rebalance.draft_chunks);
  }
  void PutRebalances(const moves::MovesState& state) {
    Number(static_cast<uint32_t>(state.rebalances.size()));
    for (const auto& [id, rebalance] : state.rebalances) Put(rebalance);
    Number(static_cast<uint32_t>(state.homes.size()));
    for (const auto& [key, home] : state.homes) {
      Put(key);
      Put(home);
    }
  }
  void Put(const AnsweredRequests& requests) {
    Number(static_cast<uint32_t>(requests.size()));
    requests.ForEach([&](const RequestKey& key, const Answer& answer) {
      Put(key.principal);
      Number(key.id.high);
      Number(key.id.low);
      Number(answer.lsn.value);
      Number(answer.time.value);
      Put(answer.fingerprint);
      Put(answer.outcome);
    });
  }
  // World::security is derived from the static configs and has no bytes of its own.
  void Put(const World& world) {
    Number(kWorldFormat);
    Number(world.lsn.value);
    Number(world.time.value);
    Number(world.behaviour);
    Put(world.cluster_id);
    Put(world.configs);
    Put(world.acls);
    PutServers(world.cluster);
    Put(world.requests);
    // What later versions added follows as numbered sections, each only when it holds something: a
    // World that an older version could have folded keeps its bytes, and its digest.
    if (!world.cluster.tables.empty() || !world.cluster.stops.empty()) {
      Number(kTablesSection);
      PutTables(world.cluster);
    }
    if (!world.moves.rebalances.empty() || !world.moves.homes.empty()) {
      Number(kRebalancesSection);
      PutRebalances(world.moves);
    }
  }

  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

template <typename T>
std::string EncodeValue(const T& value) {
  Encoder encoder;
  encoder.Put(value);
  return encoder.Take();
}

}  // namespace

std::string Encode(const World& world) { return EncodeValue(world); }
std::string Encode(const Command& command) { return EncodeValue(command); }
std::string Encode(const Decision& decision) { return EncodeValue(decision); }

Hash256 Digest(const World& world) { return Sha256(Encode(world)); }

}  // namespace pegel
