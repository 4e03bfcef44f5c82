// Every command: what somebody asked, after parsing, typed and self-contained.
//
// A command's number names it for ever, in the log and in every tool; add new ones at the end of a
// family and never reuse one. How to add a procedure: core/README.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/acl/model.h"
#include "core/cluster/bucket_key.h"
#include "core/cluster/model.h"
#include "core/cluster/report.h"
#include "core/cluster/table.h"
#include "core/config/command.h"
#include "core/config/value.h"
#include "core/moves/model.h"

namespace pegel {

// What the server was started with. Logged when it differs from what the World holds, so that
// replay knows the super users and whether authorization was on. Written by the server itself,
// always record 1.
struct Boot {
  std::string cluster_id;
  uint32_t behaviour = 0;  // Reducer rules to use; a new log starts with kBehaviourNewest.
  std::map<std::string, config::Value> static_configs;  // server.yaml, secrets sealed.
  bool operator==(const Boot&) const = default;
};

struct AddAcl {
  acl::Entry entry;
  bool operator==(const AddAcl&) const = default;
};

struct DropAcl {
  acl::Filter filter;
  bool operator==(const DropAcl&) const = default;
};

struct ListAcl {
  acl::Filter filter;
  bool operator==(const ListAcl&) const = default;
};

// Set, reset, append and subtract: all steps in order, or none.
struct AlterConfigs {
  std::vector<config::Change> changes;
  bool operator==(const AlterConfigs&) const = default;
};

struct GetConfigs {
  std::vector<std::string> keys;  // None: every key that is set.
  bool operator==(const GetConfigs&) const = default;
};

// The same secrets under another key: the server opens each seal and seals it again. Changes no
// value, only the seals; every seal that the World holds must be replaced, and by one of its own
// shape.
struct ResealSecrets {
  std::map<std::string, config::Value> statics;
  std::map<std::string, config::Value> dynamics;
  bool operator==(const ResealSecrets&) const = default;
};

// A tablet server takes its place, anew or again. Its epoch is the lsn of this record.
struct RegisterServer {
  cluster::ServerId id;
  std::string rack;     // May be empty.
  std::string address;  // `host:port`
  bool operator==(const RegisterServer&) const = default;
};

// The registration `epoch` is over: its lease ended, or the server said that it stops.
struct ServerLost {
  cluster::ServerId id;
  Lsn epoch;
  bool operator==(const ServerLost&) const = default;
};

// Forgets a dead server, its tag too.
struct UnregisterServer {
  cluster::ServerId id;
  bool operator==(const UnregisterServer&) const = default;
};

struct AddServerTag {
  std::vector<cluster::Selector> selectors;
  cluster::ServerTag tag = cluster::ServerTag::kPermanentOffline;
  bool operator==(const AddServerTag&) const = default;
};

struct RemoveServerTag {
  std::vector<cluster::Selector> selectors;
  cluster::ServerTag tag = cluster::ServerTag::kPermanentOffline;
  bool operator==(const RemoveServerTag&) const = default;
};

struct ListServers {
  bool operator==(const ListServers&) const = default;
};

struct ListServerTags {
  bool operator==(const ListServerTags&) const = default;
};

// The new table's id is the lsn of this record, a partition's likewise. A partitioned table begins
// without partitions, and so without buckets.
struct CreateTable {
  cluster::TablePath path;
  int32_t bucket_count = 0;
  int32_t replication_factor = 0;
  bool is_partitioned = false;
  bool operator==(const CreateTable&) const = default;
};

struct DropTable {
  cluster::TablePath path;
  bool operator==(const DropTable&) const = default;
};

struct AddPartition {
  cluster::TablePath path;
  std::string name;
  bool operator==(const AddPartition&) const = default;
};

struct DropPartition {
  cluster::TablePath path;
  std::string name;
  bool operator==(const DropPartition&) const = default;
};

struct ListTables {
  bool operator==(const ListTables&) const = default;
};

// A page of buckets in key order. What is set selects.
struct ListBuckets {
  std::optional<cluster::TablePath> path;
  std::optional<cluster::ServerId> server;  // Those of which it has a replica.
  bool only_leaderless = false;
  std::optional<cluster::BucketKey> after;  // The last one of the page before.
  int32_t limit = 0;                        // 1 to kListedBucketsMax.
  bool operator==(const ListBuckets&) const = default;
};

// What the server with this registration says of its replicas. Each item is judged by itself, in
// this order; a stale or wrong one does not hold up the others. Repeating it does no harm, so its
// request id is not remembered.
struct ReplicaReport {
  cluster::ServerId id;
  Lsn epoch;
  std::vector<cluster::InSyncReport> in_sync;
  std::vector<cluster::SizeReport> sizes;
  std::vector<cluster::DoneReport> done;
  std::vector<cluster::FailedReport> failed;
  bool operator==(const ReplicaReport&) const = default;
};

// Asks for a plan and for carrying it out. The id of the rebalance is the lsn of this record.
struct StartRebalance {
  std::vector<rebalance::Goal> goals;
  bool operator==(const StartRebalance&) const = default;
};

// Ids are as the caller wrote them, `rebalance-17`. None: the newest rebalance.
struct CancelRebalance {
  std::optional<std::string> id;
  bool operator==(const CancelRebalance&) const = default;
};

struct PauseRebalance {
  std::optional<std::string> id;
  bool operator==(const PauseRebalance&) const = default;
};

struct ResumeRebalance {
  std::optional<std::string> id;
  bool operator==(const ResumeRebalance&) const = default;
};

struct ListRebalance {
  std::optional<std::string> id;
  bool only_active = false;  // Only the moves that are under way.
  bool operator==(const ListRebalance&) const = default;
};

struct ListRebalances {
  bool operator==(const ListRebalances&) const = default;
};

// What StartRebalance would do. Whoever runs the planner answers with its plan.
struct PlanRebalance {
  std::vector<rebalance::Goal> goals;
  bool operator==(const PlanRebalance&) const = default;
};

// The server itself brings what its planner made of `revision`, piece by piece; piece 0 starts
// over.
struct PlanChunk {
  Lsn rebalance;
  int32_t revision = 0;
  uint32_t index = 0;
  std::vector<moves::PlannedMove> moves;
  bool operator==(const PlanChunk&) const = default;
};

// All pieces are there, or there is no plan.
struct PlanReady {
  Lsn rebalance;
  int32_t revision = 0;
  uint32_t chunks = 0;
  moves::PlanSummary summary;
  std::optional<std::string> refusal;  // What the planner said.
  bool operator==(const PlanReady&) const = default;
};

// The server itself says that it is time to look at the moves: which are to start, go on, time out.
struct AdvanceMoves {
  bool operator==(const AdvanceMoves&) const = default;
};

using Command =
    std::variant<Boot, AddAcl, DropAcl, ListAcl, AlterConfigs, GetConfigs, ResealSecrets,
                 RegisterServer, ServerLost, UnregisterServer, AddServerTag, RemoveServerTag,
                 ListServers, ListServerTags, CreateTable, DropTable, AddPartition, DropPartition,
                 ListTables, ListBuckets, ReplicaReport, StartRebalance, CancelRebalance,
                 PauseRebalance, ResumeRebalance, ListRebalance, ListRebalances, PlanRebalance,
                 PlanChunk, PlanReady, AdvanceMoves>;

// IMPORTANT: stored; never renumber.
enum class CommandKind : uint16_t {
  kBoot = 1,
  kAddAcl = 10,
  kDropAcl = 11,
  kListAcl = 12,
  kAlterConfigs = 20,
  kGetConfigs = 21,
  kResealSecrets = 22,
  kRegisterServer = 30,
  kServerLost = 31,
  kUnregisterServer = 32,
  kAddServerTag = 33,
  kRemoveServerTag = 34,
  kListServers = 35,
  kListServerTags = 36,
  kCreateTable = 40,
  kDropTable = 41,
  kAddPartition = 42,
  kDropPartition = 43,
  kListTables = 44,
  kListBuckets = 45,
  kReplicaReport = 46,
  kStartRebalance = 50,
  kCancelRebalance = 51,
  kPauseRebalance = 52,
  kResumeRebalance = 53,
  kListRebalance = 54,
  kListRebalances = 55,
  kPlanRebalance = 56,
  kPlanChunk = 57,
  kPlanReady = 58,
  kAdvanceMoves = 59,
};

CommandKind KindOf(const Command& command);
absl::string_view ToText(CommandKind kind);  // `boot`, `add_acl`, …

// About how much memory it takes; for bounds, so the last byte does not matter.
size_t BytesOf(const Command& command);

// A read changes nothing: it may be answered without a record, and its request id is not
// remembered.
bool IsRead(const Command& command);

// Whether the answer is kept for a retry with the same request id. Not a read's, and not a
// report's: repeating it does no harm, and its answer may be long.
bool IsRemembered(const Command& command);

}  // namespace pegel
