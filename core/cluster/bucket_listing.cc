// ListBuckets: a page of buckets, by whichever index selects the fewest.
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "core/cluster/names.h"
#include "core/cluster/refuse.h"
#include "core/cluster/table_reducer.h"
#include "core/limits.h"

namespace pegel::cluster {
namespace {

// Sees a bucket; false: enough.
using Visitor = absl::FunctionRef<bool(const BucketKey&, const Bucket&)>;

void WalkKeys(const ClusterState& cluster, const absl::btree_set<BucketKey>& keys,
              const std::optional<BucketKey>& after, Visitor visit) {
  for (auto it = after ? keys.upper_bound(*after) : keys.begin(); it != keys.end(); ++it) {
    if (!visit(*it, *cluster.Find(*it))) return;
  }
}

bool WalkTable(const Table& table, const std::optional<BucketKey>& after, Visitor visit) {
  bool is_within = after.has_value() && after->table == table.id;
  auto it = is_within ? table.partitions.lower_bound(after->partition) : table.partitions.begin();
  for (; it != table.partitions.end(); ++it) {
    bool is_first = is_within && it->first == after->partition;
    size_t from = is_first ? static_cast<size_t>(after->bucket) + 1 : 0;
    for (size_t i = from; i < it->second.buckets.size(); ++i) {
      BucketKey key{table.id, it->first, static_cast<int32_t>(i)};
      if (!visit(key, it->second.buckets[i])) return false;
    }
  }
  return true;
}

void WalkTables(const ClusterState& cluster, const std::optional<BucketKey>& after, Visitor visit) {
  auto it = after ? cluster.tables.lower_bound(after->table) : cluster.tables.begin();
  while (it != cluster.tables.end() && WalkTable(it->second, after, visit)) ++it;
}

void Walk(const ClusterState& cluster, const ListBuckets& command, const Table* table,
          Visitor visit) {
  if (command.server.has_value()) {
    WalkKeys(cluster, cluster.HoldingsOf(*command.server).buckets, command.after, visit);
  } else if (command.only_leaderless) {
    WalkKeys(cluster, cluster.leaderless, command.after, visit);
  } else if (table == nullptr) {
    WalkTables(cluster, command.after, visit);
  } else if (!command.after.has_value() || command.after->table <= table->id) {
    WalkTable(*table, command.after, visit);
  }
}

BucketRow RowOf(const ClusterState& cluster, const BucketKey& key, const Bucket& bucket) {
  const Table& table = *cluster.Find(key.table);
  return BucketRow{key, table.path, table.partitions.find(key.partition)->second.name, bucket};
}

std::optional<Decision> RefuseArguments(const ListBuckets& command) {
  if (command.limit < 1 || command.limit > static_cast<int64_t>(kListedBucketsMax)) {
    return Reject(
        ErrorCode::kInvalidArgument,
        absl::StrCat("limit: expected 1 to ", kListedBucketsMax, ", found ", command.limit));
  }
  if (command.after.has_value() && command.after->bucket < 0) {
    return Reject(
        ErrorCode::kInvalidArgument,
        absl::StrCat("after: expected the number of a bucket, found ", command.after->bucket));
  }
  if (!command.path.has_value()) return std::nullopt;
  if (auto problem = PathProblem(*command.path)) return Decision{*std::move(problem), {}};
  return std::nullopt;
}

}  // namespace

Decision Decide(const World& world, const Moment& now, const ListBuckets& command) {
  const ClusterState& cluster = world.cluster;
  if (auto refusal = RefuseAuthor(world, now, acl::Operation::kDescribe)) return *refusal;
  if (auto refusal = RefuseArguments(command)) return *refusal;
  const Table* table = command.path ? cluster.Find(*command.path) : nullptr;
  if (command.path.has_value() && table == nullptr) {
    return Reject(ErrorCode::kTableNotExist,
                  absl::StrCat("Table ", ToText(*command.path), " does not exist."));
  }
  if (command.server.has_value() && cluster.Find(*command.server) == nullptr) {
    return RejectUnknownServer(*command.server, "list its buckets.");
  }
  BucketRows rows;
  Walk(cluster, command, table, [&](const BucketKey& key, const Bucket& bucket) {
    if (table != nullptr && key.table != table->id) return key.table < table->id;
    if (command.only_leaderless && bucket.leader != kNoServer) return true;
    rows.is_last = rows.buckets.size() < static_cast<size_t>(command.limit);
    if (rows.is_last) rows.buckets.push_back(RowOf(cluster, key, bucket));
    return rows.is_last;
  });
  return Decision{Result{std::move(rows)}, {}};
}

}  // namespace pegel::cluster
