// What became of a command: accepted with a result, or rejected with the error that the caller
// sees.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/acl/model.h"
#include "core/cluster/model.h"
#include "core/cluster/report.h"
#include "core/cluster/table.h"
#include "core/config/state.h"
#include "core/error.h"
#include "core/moves/model.h"

namespace pegel {

// A change was accepted (also when there was nothing to change).
struct Done {
  bool operator==(const Done&) const = default;
};

// Entries in World order; procedures/rows.h prints and sorts them as the seed promises.
struct AclEntries {
  std::vector<acl::Entry> entries;
  bool operator==(const AclEntries&) const = default;
};

// One row of get_cluster_configs; procedures/rows.h masks secrets.
struct ConfigEntry {
  std::string key;
  std::optional<config::Value> value;  // Unset: an explicit null, or a default that is nothing.
  config::Source source = config::Source::kDynamic;
  bool operator==(const ConfigEntry&) const = default;
};

// Sorted by key.
struct ConfigEntries {
  std::vector<ConfigEntry> entries;
  bool operator==(const ConfigEntries&) const = default;
};

struct ServerRow {
  cluster::Server server;
  int64_t replicas = 0;
  int64_t leaders = 0;
  int64_t in_sync = 0;
  bool operator==(const ServerRow&) const = default;
};

// By id.
struct ServerRows {
  std::vector<ServerRow> servers;
  bool operator==(const ServerRows&) const = default;
};

struct ServerTagRow {
  cluster::ServerId id;
  cluster::ServerTag tag = cluster::ServerTag::kPermanentOffline;
  bool operator==(const ServerTagRow&) const = default;
};

// The tagged servers, by id.
struct ServerTagRows {
  std::vector<ServerTagRow> tags;
  bool operator==(const ServerTagRows&) const = default;
};

struct TableRow {
  cluster::TableId id;
  cluster::TablePath path;
  int32_t bucket_count = 0;  // Of the table, or of each partition.
  int32_t replication_factor = 0;
  bool is_partitioned = false;
  int32_t partitions = 0;  // 0 for a table that is not partitioned.
  bool operator==(const TableRow&) const = default;
};

// By path.
struct TableRows {
  std::vector<TableRow> tables;
  bool operator==(const TableRows&) const = default;
};

struct BucketRow {
  cluster::BucketKey key;
  cluster::TablePath path;
  std::string partition;  // Its name; empty: the table has none.
  cluster::Bucket bucket;
  bool operator==(const BucketRow&) const = default;
};

// By key.
struct BucketRows {
  std::vector<BucketRow> buckets;
  bool is_last = true;  // False: more follow behind the last key.
  bool operator==(const BucketRows&) const = default;
};

// One item of a ReplicaReport that was not taken, by its place in its part.
struct ReportRefusal {
  cluster::ReportPart part = cluster::ReportPart::kInSync;
  uint32_t index = 0;
  Error error;
  bool operator==(const ReportRefusal&) const = default;
};

// What a ReplicaReport came to: every item that is not here was taken. In the order of the report.
struct ReportJudged {
  std::vector<ReportRefusal> refused;
  bool operator==(const ReportJudged&) const = default;
};

// The rebalance that was asked for.
struct RebalanceBegun {
  Lsn id;
  bool operator==(const RebalanceBegun&) const = default;
};

// One rebalance without its moves.
struct RebalanceRow {
  Lsn id;
  moves::Status status = moves::Status::kNotStarted;
  std::vector<rebalance::Goal> goals;
  Principal author;
  UnixNanos created, started, finished;  // 0: not yet.
  int32_t revision = 0;
  bool awaits_plan = false;
  bool is_paused = false;
  moves::PlanSummary summary;
  std::array<int64_t, moves::kStatuses> by_status{};  // Moves, by moves::Status …
  std::array<int64_t, moves::kPhases> by_phase{};     // … and by moves::Phase.
  int64_t attempts = 0;
  int64_t bytes_total = 0, bytes_done = 0;
  std::string reason;
  bool operator==(const RebalanceRow&) const = default;
};

// The one that was asked for, if there is one.
struct RebalanceDetail {
  std::optional<RebalanceRow> rebalance;
  std::vector<moves::Move> moves;  // By key.
  bool is_whole = true;            // False: more moves than one reply holds.
  bool operator==(const RebalanceDetail&) const = default;
};

// Newest first.
struct RebalanceRows {
  std::vector<RebalanceRow> rebalances;
  bool operator==(const RebalanceRows&) const = default;
};

// With what to plan; the plan itself comes from whoever runs the planner.
struct PlanAsked {
  rebalance::Options options;
  bool operator==(const PlanAsked&) const = default;
};

using Result =
    std::variant<Done, AclEntries, ConfigEntries, ServerRows, ServerTagRows, TableRows, BucketRows,
                 ReportJudged, RebalanceBegun, RebalanceDetail, RebalanceRows, PlanAsked>;

// Accepted: the Result. Rejected: the Error. Part of the record's meaning through the effect hash.
using Outcome = std::variant<Result, Error>;

// About how much memory it takes, as BytesOf(Command).
size_t BytesOf(const Outcome& outcome);

inline bool IsAccepted(const Outcome& outcome) { return std::holds_alternative<Result>(outcome); }

}  // namespace pegel
