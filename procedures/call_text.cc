#include "procedures/call_text.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "core/acl/text.h"
#include "core/check.h"
#include "core/cluster/names.h"
#include "core/cluster/text.h"
#include "core/moves/text.h"
#include "core/principal.h"
#include "core/rebalance/text.h"
#include "procedures/masked.h"

namespace pegel::procedures {
namespace {

// Config keys have dots and dashes and stay readable; anything stranger goes into backticks.
std::string NameText(absl::string_view name) {
  bool is_plain = !name.empty();
  for (char c : name) is_plain &= absl::ascii_isalnum(c) || c == '_' || c == '.' || c == '-';
  return is_plain ? std::string(name)
                  : absl::StrCat("`", absl::StrReplaceAll(name, {{"`", "``"}}), "`");
}

// Writes `name(argument => 'text', …)`.
class Writer {
 public:
  explicit Writer(absl::string_view name) : text_(absl::StrCat(name, "(")) {}

  Writer& Add(absl::string_view name, absl::string_view value) {
    absl::StrAppend(&text_, is_first_ ? "" : ", ", NameText(name), " => ", InQuotes(value));
    is_first_ = false;
    return *this;
  }
  // One more value of the argument before.
  Writer& More(const std::optional<std::string>& value) {
    absl::StrAppend(&text_, ", ", value ? InQuotes(*value) : "NULL");
    return *this;
  }
  std::string Done() { return text_ + ")"; }

 private:
  std::string text_;
  bool is_first_ = true;
};

// The canonical text of a set field, ANY for an open one.
template <typename T>
std::string TextOf(const std::optional<T>& field) {
  return field ? std::string(ToText(*field)) : "ANY";
}

std::string FilterCall(absl::string_view procedure, const acl::Filter& filter) {
  return Writer(absl::StrCat("CALL ", procedure))
      .Add("resource", TextOf(filter.resource))
      .Add("permission", TextOf(filter.permission))
      .Add("principal", TextOf(filter.principal))
      .Add("operation", TextOf(filter.operation))
      .Add("host", TextOf(filter.host))
      .Done();
}

absl::string_view ProcedureOf(config::Op op) {
  switch (op) {
    case config::Op::kSet:
      return "sys.set_cluster_configs";
    case config::Op::kDelete:
      return "sys.reset_cluster_configs";
    case config::Op::kAppend:
      return "sys.append_cluster_configs";
    case config::Op::kSubtract:
      return "sys.subtract_cluster_configs";
  }
  PEGEL_CHECK(false, "no such op: ", static_cast<int>(op));
}

// How a change of its own kind is named among others.
absl::string_view NameOf(config::Op op) {
  switch (op) {
    case config::Op::kSet:
      return "set";
    case config::Op::kDelete:
      return "reset";
    case config::Op::kAppend:
      return "append";
    case config::Op::kSubtract:
      return "subtract";
  }
  PEGEL_CHECK(false, "no such op: ", static_cast<int>(op));
}

// A CALL has one kind of change, and at least one.
bool IsOneCall(const AlterConfigs& alter) {
  for (const config::Change& change : alter.changes) {
    if (change.op != alter.changes.front().op) return false;
  }
  return !alter.changes.empty();
}

void AddValue(const config::Change& change, Writer& writer) {
  if (change.op == config::Op::kDelete) return;
  writer.More(change.value ? std::optional(MaskedText(change.key, *change.value)) : std::nullopt);
}

std::string OneCall(const AlterConfigs& alter) {
  config::Op op = alter.changes.front().op;
  Writer writer(absl::StrCat("CALL ", ProcedureOf(op)));
  absl::string_view list = op == config::Op::kDelete ? "config_keys" : "config_pairs";
  for (const config::Change& change : alter.changes) {
    if (&change == &alter.changes.front()) {
      writer.Add(list, change.key);
    } else {
      writer.More(change.key);
    }
    AddValue(change, writer);
  }
  return writer.Done();
}

std::string TagCall(absl::string_view procedure, const std::vector<cluster::Selector>& selectors,
                    cluster::ServerTag tag) {
  return Writer(absl::StrCat("CALL ", procedure))
      .Add("tabletServers", cluster::ToText(selectors))
      .Add("serverTag", cluster::ToText(tag))
      .Done();
}

std::string PartitionCall(absl::string_view name, const cluster::TablePath& path,
                          absl::string_view partition) {
  return Writer(name).Add("table", cluster::ToText(path)).Add("partition", partition).Done();
}

std::string InSyncText(const cluster::InSyncReport& item) {
  std::string servers = absl::StrJoin(item.in_sync, ",", [](std::string* out, auto server) {
    absl::StrAppend(out, cluster::ToText(server));
  });
  return absl::StrCat(cluster::ToText(item.key), "@", item.leader_epoch, "/", item.bucket_epoch,
                      "=", servers);
}

std::string GoalsCall(absl::string_view procedure, const std::vector<rebalance::Goal>& goals) {
  return Writer(absl::StrCat("CALL ", procedure))
      .Add("priorityGoals", rebalance::ToText(goals))
      .Done();
}

std::string RebalanceCall(absl::string_view procedure, const std::optional<std::string>& id) {
  Writer writer(absl::StrCat("CALL ", procedure));
  if (id) writer.Add("rebalanceId", *id);
  return writer.Done();
}

// `7:3 0,1>2,1 leader 0>2 100 bytes DRAIN`
std::string MoveText(const moves::PlannedMove& move) {
  return absl::StrCat(cluster::ToText(move.key), " ", moves::ToText(move.origin), ">",
                      moves::ToText(move.target), " leader ", move.leader.value, ">",
                      move.new_leader.value, " ", move.bytes, " bytes ",
                      moves::ToText(move.urgency));
}

struct CallTextOf {
  std::string operator()(const Boot& boot) const {
    Writer writer("BOOT");
    writer.Add("cluster_id", boot.cluster_id).Add("behaviour", absl::StrCat(boot.behaviour));
    for (const auto& [key, value] : boot.static_configs) writer.Add(key, MaskedText(key, value));
    return writer.Done();
  }
  std::string operator()(const AddAcl& add) const {
    const acl::Entry& e = add.entry;
    return FilterCall("sys.add_acl",
                      acl::Filter{e.resource, e.principal, e.host, e.operation, e.permission});
  }
  std::string operator()(const DropAcl& drop) const {
    return FilterCall("sys.drop_acl", drop.filter);
  }
  std::string operator()(const ListAcl& list) const {
    return FilterCall("sys.list_acl", list.filter);
  }
  std::string operator()(const AlterConfigs& alter) const {
    if (IsOneCall(alter)) return OneCall(alter);
    Writer writer("ALTER_CONFIGS");
    for (const config::Change& change : alter.changes) {
      writer.Add(NameOf(change.op), change.key);
      AddValue(change, writer);
    }
    return writer.Done();
  }
  std::string operator()(const GetConfigs& get) const {
    Writer writer("CALL sys.get_cluster_configs");
    for (size_t i = 0; i < get.keys.size(); ++i) {
      i == 0 ? writer.Add("config_keys", get.keys[0]) : writer.More(get.keys[i]);
    }
    return writer.Done();
  }
  std::string operator()(const ResealSecrets& reseal) const {
    Writer writer("RESEAL_SECRETS");
    for (const auto& [key, value] : reseal.statics) writer.Add("static", key);
    for (const auto& [key, value] : reseal.dynamics) writer.Add("dynamic", key);
    return writer.Done();
  }
  std::string operator()(const RegisterServer& server) const {
    return Writer("REGISTER_SERVER")
        .Add("id", cluster::ToText(server.id))
        .Add("rack", server.rack)
        .Add("address", server.address)
        .Done();
  }
  std::string operator()(const ServerLost& lost) const {
    return Writer("SERVER_LOST")
        .Add("id", cluster::ToText(lost.id))
        .Add("epoch", absl::StrCat(lost.epoch.value))
        .Done();
  }
  std::string operator()(const UnregisterServer& server) const {
    return Writer("UNREGISTER_SERVER").Add("id", cluster::ToText(server.id)).Done();
  }
  std::string operator()(const AddServerTag& add) const {
    return TagCall("sys.add_server_tag", add.selectors, add.tag);
  }
  std::string operator()(const RemoveServerTag& remove) const {
    return TagCall("sys.remove_server_tag", remove.selectors, remove.tag);
  }
  std::string operator()(const ListServers&) const { return "CALL sys.list_servers()"; }
  std::string operator()(const ListServerTags&) const { return "CALL sys.list_server_tags()"; }
  std::string operator()(const CreateTable& create) const {
    return Writer("CREATE_TABLE")
        .Add("table", cluster::ToText(create.path))
        .Add("buckets", absl::StrCat(create.bucket_count))
        .Add("replication", absl::StrCat(create.replication_factor))
        .Add("partitioned", create.is_partitioned ? "true" : "false")
        .Done();
  }
  std::string operator()(const DropTable& drop) const {
    return Writer("DROP_TABLE").Add("table", cluster::ToText(drop.path)).Done();
  }
  std::string operator()(const AddPartition& add) const {
    return PartitionCall("ADD_PARTITION", add.path, add.name);
  }
  std::string operator()(const DropPartition& drop) const {
    return PartitionCall("DROP_PARTITION", drop.path, drop.name);
  }
  std::string operator()(const ListTables&) const { return "LIST_TABLES()"; }
  std::string operator()(const ListBuckets& list) const {
    Writer writer("LIST_BUCKETS");
    if (list.path) writer.Add("table", cluster::ToText(*list.path));
    if (list.server) writer.Add("server", cluster::ToText(*list.server));
    if (list.only_leaderless) writer.Add("leaderless", "true");
    if (list.after) writer.Add("after", cluster::ToText(*list.after));
    return writer.Add("limit", absl::StrCat(list.limit)).Done();
  }
  std::string operator()(const ReplicaReport& report) const {
    Writer writer("REPLICA_REPORT");
    writer.Add("id", cluster::ToText(report.id)).Add("epoch", absl::StrCat(report.epoch.value));
    for (const cluster::InSyncReport& item : report.in_sync) {
      writer.Add("in_sync", InSyncText(item));
    }
    for (const cluster::SizeReport& item : report.sizes) {
      writer.Add("size", absl::StrCat(cluster::ToText(item.key), "=", item.bytes));
    }
    for (const cluster::DoneReport& item : report.done) {
      writer.Add(item.kind == cluster::DoneKind::kLeading ? "leading" : "stopped",
                 absl::StrCat(cluster::ToText(item.key), "@", item.bucket_epoch));
    }
    for (const cluster::FailedReport& item : report.failed) {
      writer.Add("failed", absl::StrCat(cluster::ToText(item.key), "@", item.bucket_epoch))
          .More(item.reason);
    }
    return writer.Done();
  }
  std::string operator()(const StartRebalance& start) const {
    return GoalsCall("sys.rebalance", start.goals);
  }
  std::string operator()(const CancelRebalance& cancel) const {
    return RebalanceCall("sys.cancel_rebalance", cancel.id);
  }
  std::string operator()(const PauseRebalance& pause) const {
    return RebalanceCall("sys.pause_rebalance", pause.id);
  }
  std::string operator()(const ResumeRebalance& resume) const {
    return RebalanceCall("sys.resume_rebalance", resume.id);
  }
  std::string operator()(const ListRebalance& list) const {
    return RebalanceCall(list.only_active ? "sys.list_active_moves" : "sys.list_rebalance",
                         list.id);
  }
  std::string operator()(const ListRebalances&) const { return "CALL sys.list_rebalances()"; }
  std::string operator()(const PlanRebalance& plan) const {
    return GoalsCall("sys.plan_rebalance", plan.goals);
  }
  std::string operator()(const PlanChunk& chunk) const {
    Writer writer("PLAN_CHUNK");
    writer.Add("rebalance", moves::IdText(chunk.rebalance))
        .Add("revision", absl::StrCat(chunk.revision))
        .Add("index", absl::StrCat(chunk.index));
    for (const moves::PlannedMove& move : chunk.moves) writer.Add("move", MoveText(move));
    return writer.Done();
  }
  std::string operator()(const PlanReady& ready) const {
    Writer writer("PLAN_READY");
    writer.Add("rebalance", moves::IdText(ready.rebalance))
        .Add("revision", absl::StrCat(ready.revision));
    if (ready.refusal) return writer.Add("refusal", *ready.refusal).Done();
    const moves::PlanSummary& summary = ready.summary;
    writer.Add("chunks", absl::StrCat(ready.chunks))
        .Add("moves", absl::StrCat(summary.moves))
        .Add("lower_bound", absl::StrCat(summary.lower_bound))
        .Add("optimal", summary.is_optimal ? "true" : "false")
        .Add("leader_changes", absl::StrCat(summary.leader_changes))
        .Add("bytes", absl::StrCat(summary.bytes));
    for (const std::string& sentence : summary.unresolved) writer.Add("unresolved", sentence);
    return writer.Done();
  }
  std::string operator()(const AdvanceMoves&) const { return "ADVANCE_MOVES()"; }
};

}  // namespace

std::string InQuotes(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "''"}}), "'");
}

std::string ToCallText(const Command& command) { return std::visit(CallTextOf{}, command); }

}  // namespace pegel::procedures
