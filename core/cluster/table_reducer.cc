#include "core/cluster/table_reducer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/check.h"
#include "core/cluster/names.h"
#include "core/cluster/placement.h"
#include "core/cluster/refuse.h"
#include "core/config/numbers.h"
#include "core/config/registry.h"
#include "core/limits.h"

namespace pegel::cluster {
namespace {

acl::Resource ResourceOf(const TablePath& path) { return {path.database, path.table}; }

Decision RejectMissing(const TablePath& path) {
  return Reject(ErrorCode::kTableNotExist,
                absl::StrCat("Table ", ToText(path), " does not exist."));
}

// The value in force of an option that Fluss does not let change while the cluster runs.
int64_t StaticInt(const World& world, const std::string& key) {
  absl::string_view text = *config::FindOption(key)->default_text;
  if (auto it = world.configs.statics.find(key); it != world.configs.statics.end()) {
    if (const auto* given = std::get_if<std::string>(&it->second.value)) text = *given;
  }
  absl::StatusOr<int32_t> number = config::ParseInt(text);
  return number.ok() ? *number : 0;  // Boot refuses what is no number.
}

// Both bounds of Fluss's, and ours: one step must stay one step.
int64_t BucketsMax(const World& world) {
  return std::min<int64_t>(StaticInt(world, "max.bucket.num"), kBucketsOfPartitionMax);
}
int64_t PartitionsMax(const World& world) {
  return std::min<int64_t>(StaticInt(world, "max.partition.num"), kPartitionsOfTableMax);
}

std::optional<Decision> RefuseShape(const World& world, const CreateTable& command) {
  if (command.bucket_count <= 0) {
    return Reject(ErrorCode::kInvalidTable,
                  absl::StrCat("Table ", ToText(command.path),
                               ": expected at least 1 bucket, found ", command.bucket_count, "."));
  }
  if (int64_t max = BucketsMax(world); command.bucket_count > max) {
    return Reject(ErrorCode::kBucketMaxNum,
                  absl::StrCat("Table ", ToText(command.path), " has ", command.bucket_count,
                               " buckets, exceeding the maximum of ", max, " buckets."));
  }
  if (command.replication_factor <= 0) {
    return Reject(ErrorCode::kInvalidReplicationFactor,
                  "Replication factor must be larger than 0.");
  }
  if (command.replication_factor > static_cast<int64_t>(kReplicationFactorMax)) {
    return Reject(ErrorCode::kInvalidReplicationFactor,
                  absl::StrCat("Replication factor: ", command.replication_factor,
                               " larger than the maximum of ", kReplicationFactorMax, "."));
  }
  return std::nullopt;
}

// What stands in the way of `buckets` more, each with `factor` replicas.
std::optional<Decision> RefuseBuckets(const ClusterState& cluster, size_t candidates,
                                      int32_t buckets, int32_t factor) {
  if (static_cast<size_t>(factor) > candidates) {
    return Reject(ErrorCode::kInvalidReplicationFactor,
                  absl::StrCat("Replication factor: ", factor,
                               " larger than available tablet servers: ", candidates, ". Of ",
                               cluster.servers.size(), " known, those count that are ",
                               "live and have no tag: sys.list_servers shows which."));
  }
  int64_t buckets_then = cluster.bucket_count + buckets;
  int64_t replicas_then = cluster.replica_count + int64_t{buckets} * factor;
  if (buckets_then <= static_cast<int64_t>(kBucketsMax) &&
      replicas_then <= static_cast<int64_t>(kReplicasMax)) {
    return std::nullopt;
  }
  return Reject(ErrorCode::kLimitExceeded,
                absl::StrCat("The cluster would hold ", buckets_then, " buckets with ",
                             replicas_then, " replicas; the limits are ", kBucketsMax, " and ",
                             kReplicasMax, ". Drop tables or partitions first."));
}

BucketsPlaced Placement(TableId table, PartitionId partition,
                        const std::vector<Candidate>& candidates, int32_t buckets, int32_t factor) {
  return BucketsPlaced{table, partition, Place(candidates, buckets, factor)};
}

std::optional<PartitionId> FindPartition(const Table& table, const std::string& name) {
  for (const auto& [id, partition] : table.partitions) {
    if (partition.name == name) return id;
  }
  return std::nullopt;
}

// Tells every server that holds a replica of the partition to delete it.
void DropReplicas(TableId table, PartitionId id, const Partition& partition,
                  std::vector<Event>* events) {
  for (size_t i = 0; i < partition.buckets.size(); ++i) {
    const Bucket& bucket = partition.buckets[i];
    ReplicasDropped dropped{
        BucketKey{table, id, static_cast<int32_t>(i)}, bucket.bucket_epoch + 1, {}};
    dropped.servers.reserve(bucket.replicas.size());
    for (const Replica& replica : bucket.replicas) dropped.servers.push_back(replica.server);
    events->push_back(std::move(dropped));
  }
}

std::optional<Decision> RefuseStops(const ClusterState& cluster, int64_t more) {
  if (cluster.stop_count + more <= static_cast<int64_t>(kStopsMax)) return std::nullopt;
  return Reject(ErrorCode::kLimitExceeded,
                absl::StrCat("Servers have ", cluster.stop_count,
                             " replicas to delete and have not said that they did, and this would "
                             "be ",
                             more, " more; the limit is ", kStopsMax,
                             ". Unregister servers that are gone for good, or wait."));
}

}  // namespace

Decision Decide(const World& world, const Moment& now, const CreateTable& command) {
  const ClusterState& cluster = world.cluster;
  if (auto problem = PathProblem(command.path)) return Decision{*std::move(problem), {}};
  acl::Resource database{command.path.database, ""};
  if (auto refusal = RefuseAuthor(world, now, acl::Operation::kCreate, database)) return *refusal;
  if (cluster.Find(command.path) != nullptr) {
    return Reject(ErrorCode::kTableAlreadyExist,
                  absl::StrCat("Table ", ToText(command.path), " already exists."));
  }
  if (auto refusal = RefuseShape(world, command)) return *refusal;
  if (cluster.tables.size() >= kTablesMax) {
    return Reject(ErrorCode::kLimitExceeded,
                  absl::StrCat("The cluster holds ", cluster.tables.size(),
                               " tables, which is the limit. Drop tables first."));
  }
  TableId id{static_cast<int64_t>(now.lsn.value)};
  Decision decision{Result{Done{}},
                    {TableCreated{id, command.path, command.bucket_count,
                                  command.replication_factor, command.is_partitioned}}};
  if (command.is_partitioned) return decision;
  std::vector<Candidate> candidates = CandidatesOf(cluster);
  if (auto refusal = RefuseBuckets(cluster, candidates.size(), command.bucket_count,
                                   command.replication_factor)) {
    return *refusal;
  }
  decision.events.push_back(
      Placement(id, kNoPartition, candidates, command.bucket_count, command.replication_factor));
  return decision;
}

Decision Decide(const World& world, const Moment& now, const DropTable& command) {
  if (auto problem = PathProblem(command.path)) return Decision{*std::move(problem), {}};
  if (auto refusal = RefuseAuthor(world, now, acl::Operation::kDelete, ResourceOf(command.path))) {
    return *refusal;
  }
  const Table* table = world.cluster.Find(command.path);
  if (table == nullptr) return RejectMissing(command.path);
  int64_t buckets = static_cast<int64_t>(table->partitions.size()) * table->bucket_count;
  if (buckets > static_cast<int64_t>(kDroppedBucketsMax)) {
    return Reject(
        ErrorCode::kLimitExceeded,
        absl::StrCat("Table ", ToText(command.path), " has ", buckets,
                     " buckets, and one step drops at most ", kDroppedBucketsMax,
                     ". Drop some of its ", table->partitions.size(), " partitions first."));
  }
  if (auto refusal = RefuseStops(world.cluster, buckets * table->replication_factor)) {
    return *refusal;
  }
  Decision decision{Result{Done{}}, {}};
  for (const auto& [id, partition] : table->partitions) {
    DropReplicas(table->id, id, partition, &decision.events);
  }
  decision.events.push_back(TableDropped{table->id, table->path});
  return decision;
}

Decision Decide(const World& world, const Moment& now, const AddPartition& command) {
  const ClusterState& cluster = world.cluster;
  if (auto problem = PathProblem(command.path)) return Decision{*std::move(problem), {}};
  if (auto refusal = RefuseAuthor(world, now, acl::Operation::kWrite, ResourceOf(command.path))) {
    return *refusal;
  }
  const Table* table = cluster.Find(command.path);
  if (table == nullptr) return RejectMissing(command.path);
  if (!table->is_partitioned) {
    return Reject(ErrorCode::kTableNotPartitioned,
                  "Only partitioned table support create partition.");
  }
  if (auto problem = PartitionNameProblem(command.name)) return Decision{*std::move(problem), {}};
  if (FindPartition(*table, command.name).has_value()) {
    return Reject(ErrorCode::kPartitionAlreadyExists,
                  absl::StrCat("Partition '", command.name, "' already exists for table ",
                               ToText(command.path)));
  }
  if (int64_t max = PartitionsMax(world); static_cast<int64_t>(table->partitions.size()) >= max) {
    return Reject(ErrorCode::kPartitionMaxNum,
                  absl::StrCat("Exceed the maximum number of partitions for table ",
                               ToText(command.path), ", only allow ", max, " partitions."));
  }
  std::vector<Candidate> candidates = CandidatesOf(cluster);
  if (auto refusal = RefuseBuckets(cluster, candidates.size(), table->bucket_count,
                                   table->replication_factor)) {
    return *refusal;
  }
  PartitionId id{static_cast<int64_t>(now.lsn.value)};
  return Decision{
      Result{Done{}},
      {PartitionAdded{table->id, id, command.name},
       Placement(table->id, id, candidates, table->bucket_count, table->replication_factor)}};
}

Decision Decide(const World& world, const Moment& now, const DropPartition& command) {
  if (auto problem = PathProblem(command.path)) return Decision{*std::move(problem), {}};
  if (auto refusal = RefuseAuthor(world, now, acl::Operation::kWrite, ResourceOf(command.path))) {
    return *refusal;
  }
  const Table* table = world.cluster.Find(command.path);
  if (table == nullptr) return RejectMissing(command.path);
  if (!table->is_partitioned) {
    return Reject(ErrorCode::kTableNotPartitioned,
                  "Only partitioned table support drop partition.");
  }
  if (auto problem = PartitionNameProblem(command.name)) return Decision{*std::move(problem), {}};
  std::optional<PartitionId> id = FindPartition(*table, command.name);
  if (!id.has_value()) {
    return Reject(ErrorCode::kPartitionNotExists,
                  absl::StrCat("Partition '", command.name, "' does not exist for table ",
                               ToText(command.path)));
  }
  if (auto refusal =
          RefuseStops(world.cluster, int64_t{table->bucket_count} * table->replication_factor)) {
    return *refusal;
  }
  Decision decision{Result{Done{}}, {}};
  DropReplicas(table->id, *id, table->partitions.find(*id)->second, &decision.events);
  decision.events.push_back(PartitionDropped{table->id, *id, command.name});
  return decision;
}

Decision Decide(const World& world, const Moment& now, const ListTables&) {
  if (auto refusal = RefuseAuthor(world, now, acl::Operation::kDescribe)) return *refusal;
  TableRows rows;
  rows.tables.reserve(world.cluster.table_ids.size());
  for (const auto& [path, id] : world.cluster.table_ids) {
    const Table& table = *world.cluster.Find(id);
    auto partitions = table.is_partitioned ? static_cast<int32_t>(table.partitions.size()) : 0;
    rows.tables.push_back(
        {id, path, table.bucket_count, table.replication_factor, table.is_partitioned, partitions});
  }
  return Decision{Result{std::move(rows)}, {}};
}

void Evolve(World& world, const TableCreated& event) {
  Table table{
      event.id, event.path, event.bucket_count, event.replication_factor, event.is_partitioned, {}};
  if (!event.is_partitioned) table.partitions.emplace(kNoPartition, Partition{});
  bool is_new = world.cluster.tables.emplace(event.id, std::move(table)).second &&
                world.cluster.table_ids.emplace(event.path, event.id).second;
  PEGEL_CHECK(is_new, "created twice: table ", event.id.value, " ", ToText(event.path));
}

void Evolve(World& world, const PartitionAdded& event) {
  auto it = world.cluster.tables.find(event.table);
  PEGEL_CHECK(it != world.cluster.tables.end(), "partition of no table ", event.table.value);
  bool is_new = it->second.partitions.emplace(event.partition, Partition{event.name, {}}).second;
  PEGEL_CHECK(is_new, "added twice: partition ", event.partition.value);
}

void Evolve(World& world, const BucketsPlaced& event) {
  std::vector<Bucket> buckets(event.replicas.size());
  for (size_t i = 0; i < buckets.size(); ++i) {
    for (ServerId server : event.replicas[i]) buckets[i].replicas.push_back({server, true});
    buckets[i].leader = event.replicas[i].front();
  }
  world.cluster.PutBuckets(event.table, event.partition, std::move(buckets));
}

void Evolve(World& world, const TableDropped& event) { world.cluster.DropTable(event.id); }

void Evolve(World& world, const PartitionDropped& event) {
  world.cluster.DropPartition(event.table, event.partition);
}

void Evolve(World& world, const ReplicasDropped& event) {
  for (ServerId server : event.servers) {
    world.cluster.PutStop(server, event.key, event.bucket_epoch);
  }
}

void Evolve(World& world, const BucketChanged& event) {
  const Bucket* before = world.cluster.Find(event.key);
  PEGEL_CHECK(before != nullptr, "changed but not there: bucket ", event.key.bucket, " of table ",
              event.key.table.value);
  world.cluster.PutBucket(event.key, Bucket{event.replicas, event.leader, event.leader_epoch,
                                            event.bucket_epoch, before->bytes});
}

void Evolve(World& world, const BucketSized& event) {
  const Bucket* before = world.cluster.Find(event.key);
  PEGEL_CHECK(before != nullptr, "sized but not there: bucket ", event.key.bucket, " of table ",
              event.key.table.value);
  Bucket after = *before;
  after.bytes = event.bytes;
  world.cluster.PutBucket(event.key, std::move(after));
}

void Evolve(World& world, const ReplicaStopped& event) {
  bool was_there = world.cluster.DropStop(event.server, event.key);
  PEGEL_CHECK(was_there, "stopped, but server ", event.server.value, " was not told to");
}

}  // namespace pegel::cluster
