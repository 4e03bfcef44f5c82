// Every event: one fact that became true. Decide returns them, Evolve applies them and cannot fail.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/acl/model.h"
#include "core/cluster/bucket.h"
#include "core/cluster/bucket_key.h"
#include "core/cluster/model.h"
#include "core/cluster/table.h"
#include "core/command.h"
#include "core/config/value.h"
#include "core/ids.h"
#include "core/moves/model.h"

namespace pegel {

struct Booted {
  Boot boot;
};

struct AclAdded {
  acl::Entry entry;
};

struct AclDropped {
  acl::Entry entry;
};

struct ConfigSet {
  std::string key;
  std::optional<config::Value> value;  // Unset: an explicit null.
};

struct ConfigReset {
  std::string key;
};

// Same value, new seal.
struct ConfigResealed {
  std::string key;
  bool is_static = false;
  config::Value value;
};

// Live from now on, under this epoch and no other.
struct ServerRegistered {
  cluster::ServerId id;
  std::string rack;
  std::string address;
  Lsn epoch;
  UnixNanos since;
};

// No longer live; still known.
struct ServerDied {
  cluster::ServerId id;
  Lsn epoch;
  UnixNanos since;
};

struct ServerUnregistered {
  cluster::ServerId id;
};

struct ServerTagged {
  cluster::ServerId id;
  cluster::ServerTag tag = cluster::ServerTag::kPermanentOffline;
};

struct ServerUntagged {
  cluster::ServerId id;
  cluster::ServerTag tag = cluster::ServerTag::kPermanentOffline;  // Which it had.
};

// Events of tables are absolute: who follows them needs no other state.

struct TableCreated {
  cluster::TableId id;
  cluster::TablePath path;
  int32_t bucket_count = 0;
  int32_t replication_factor = 0;
  bool is_partitioned = false;
};

struct PartitionAdded {
  cluster::TableId table;
  cluster::PartitionId partition;
  std::string name;
};

// The buckets of a new table or partition, by number. The first replica of each leads; all are in
// sync; both epochs are 0.
struct BucketsPlaced {
  cluster::TableId table;
  cluster::PartitionId partition;
  std::vector<std::vector<cluster::ServerId>> replicas;
};

// With all its partitions and buckets. Who is to delete replicas was said by ReplicasDropped.
struct TableDropped {
  cluster::TableId id;
  cluster::TablePath path;
};

struct PartitionDropped {
  cluster::TableId table;
  cluster::PartitionId partition;
  std::string name;
};

// These servers are to delete their replica. The order stands until ReplicaStopped, or until the
// server is unregistered, also when the bucket is long gone.
struct ReplicasDropped {
  cluster::BucketKey key;
  int32_t bucket_epoch = 0;  // Later than every task for the key before.
  std::vector<cluster::ServerId> servers;
};

// The whole bucket as it is now, except its bytes.
struct BucketChanged {
  cluster::BucketKey key;
  cluster::ServerId leader;  // kNoServer: leaderless.
  int32_t leader_epoch = 0;
  int32_t bucket_epoch = 0;
  cluster::Replicas replicas;
};

struct BucketSized {
  cluster::BucketKey key;
  int64_t bytes = 0;
};

// The server has deleted its replica.
struct ReplicaStopped {
  cluster::BucketKey key;
  cluster::ServerId server;
};

// A rebalance waits for its plan.
struct RebalanceCreated {
  Lsn id;
  rebalance::Options options;
  Principal author;
  UnixNanos created;
};

// One piece of a plan is kept for later; piece 0 drops what was kept.
struct PlanDrafted {
  Lsn rebalance;
  int32_t revision = 0;
  uint32_t index = 0;
  std::vector<moves::PlannedMove> moves;
};

// What was drafted is to be done. Moves of earlier revisions that still wait and are not in it are
// completed: nothing has to be done for them. With the first revision, homes that the plan could
// bring replicas back to are forgotten.
struct PlanAdopted {
  Lsn rebalance;
  int32_t revision = 0;
  moves::PlanSummary summary;
  UnixNanos at;
};

// Another plan is to be made, from the cluster as it is.
struct PlanWanted {
  Lsn rebalance;
  int32_t revision = 0;
  std::vector<cluster::ServerId> avoid;  // Which could not hold a replica; ascending.
};

struct RebalancePaused {
  Lsn rebalance;
  bool is_paused = false;
};

// Its end. Moves that wait end with the same status; those under way are settled afterwards.
struct RebalanceFinished {
  Lsn rebalance;
  moves::Status status = moves::Status::kCompleted;
  std::string reason;
  UnixNanos at;
};

// How far a move is now, whole.
struct MoveChanged {
  Lsn rebalance;
  cluster::BucketKey key;
  moves::MoveState state;
};

// Where a bucket is at home now, whole; empty: where it is.
struct HomeChanged {
  cluster::BucketKey key;
  moves::Home home;
};

using Event =
    std::variant<Booted, AclAdded, AclDropped, ConfigSet, ConfigReset, ConfigResealed,
                 ServerRegistered, ServerDied, ServerUnregistered, ServerTagged, ServerUntagged,
                 TableCreated, PartitionAdded, BucketsPlaced, TableDropped, PartitionDropped,
                 ReplicasDropped, BucketChanged, BucketSized, ReplicaStopped, RebalanceCreated,
                 PlanDrafted, PlanAdopted, PlanWanted, RebalancePaused, RebalanceFinished,
                 MoveChanged, HomeChanged>;

}  // namespace pegel
