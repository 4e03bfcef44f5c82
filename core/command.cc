#include "core/command.h"

namespace pegel {
namespace {

struct Kinds {
  CommandKind operator()(const Boot&) const { return CommandKind::kBoot; }
  CommandKind operator()(const AddAcl&) const { return CommandKind::kAddAcl; }
  CommandKind operator()(const DropAcl&) const { return CommandKind::kDropAcl; }
  CommandKind operator()(const ListAcl&) const { return CommandKind::kListAcl; }
  CommandKind operator()(const AlterConfigs&) const { return CommandKind::kAlterConfigs; }
  CommandKind operator()(const GetConfigs&) const { return CommandKind::kGetConfigs; }
  CommandKind operator()(const ResealSecrets&) const { return CommandKind::kResealSecrets; }
  CommandKind operator()(const RegisterServer&) const { return CommandKind::kRegisterServer; }
  CommandKind operator()(const ServerLost&) const { return CommandKind::kServerLost; }
  CommandKind operator()(const UnregisterServer&) const { return CommandKind::kUnregisterServer; }
  CommandKind operator()(const AddServerTag&) const { return CommandKind::kAddServerTag; }
  CommandKind operator()(const RemoveServerTag&) const { return CommandKind::kRemoveServerTag; }
  CommandKind operator()(const ListServers&) const { return CommandKind::kListServers; }
  CommandKind operator()(const ListServerTags&) const { return CommandKind::kListServerTags; }
  CommandKind operator()(const CreateTable&) const { return CommandKind::kCreateTable; }
  CommandKind operator()(const DropTable&) const { return CommandKind::kDropTable; }
  CommandKind operator()(const AddPartition&) const { return CommandKind::kAddPartition; }
  CommandKind operator()(const DropPartition&) const { return CommandKind::kDropPartition; }
  CommandKind operator()(const ListTables&) const { return CommandKind::kListTables; }
  CommandKind operator()(const ListBuckets&) const { return CommandKind::kListBuckets; }
  CommandKind operator()(const ReplicaReport&) const { return CommandKind::kReplicaReport; }
  CommandKind operator()(const StartRebalance&) const { return CommandKind::kStartRebalance; }
  CommandKind operator()(const CancelRebalance&) const { return CommandKind::kCancelRebalance; }
  CommandKind operator()(const PauseRebalance&) const { return CommandKind::kPauseRebalance; }
  CommandKind operator()(const ResumeRebalance&) const { return CommandKind::kResumeRebalance; }
  CommandKind operator()(const ListRebalance&) const { return CommandKind::kListRebalance; }
  CommandKind operator()(const ListRebalances&) const { return CommandKind::kListRebalances; }
  CommandKind operator()(const PlanRebalance&) const { return CommandKind::kPlanRebalance; }
  CommandKind operator()(const PlanChunk&) const { return CommandKind::kPlanChunk; }
  CommandKind operator()(const PlanReady&) const { return CommandKind::kPlanReady; }
  CommandKind operator()(const AdvanceMoves&) const { return CommandKind::kAdvanceMoves; }
};

// Of a command with its names, when it holds no more.
constexpr size_t kBytesTypical = 1024;

size_t BytesOfAll(const std::map<std::string, config::Value>& configs) {
  size_t bytes = 0;
  for (const auto& [key, value] : configs) bytes += key.size() + config::BytesOf(value);
  return bytes;
}

struct BytesBeyondTypical {
  template <typename Small>
  size_t operator()(const Small&) const {
    return 0;
  }
  size_t operator()(const Boot& boot) const { return BytesOfAll(boot.static_configs); }
  size_t operator()(const AlterConfigs& alter) const {
    size_t bytes = 0;
    for (const config::Change& change : alter.changes) {
      bytes +=
          sizeof change + change.key.size() + (change.value ? config::BytesOf(*change.value) : 0);
    }
    return bytes;
  }
  size_t operator()(const GetConfigs& get) const {
    size_t bytes = get.keys.size() * sizeof(std::string);
    for (const std::string& key : get.keys) bytes += key.size();
    return bytes;
  }
  size_t operator()(const ResealSecrets& reseal) const {
    return BytesOfAll(reseal.statics) + BytesOfAll(reseal.dynamics);
  }
  size_t operator()(const ReplicaReport& report) const {
    size_t bytes = report.sizes.size() * sizeof(cluster::SizeReport) +
                   report.done.size() * sizeof(cluster::DoneReport);
    for (const cluster::InSyncReport& item : report.in_sync) {
      bytes += sizeof item + item.in_sync.size() * sizeof(cluster::ServerId);
    }
    for (const cluster::FailedReport& item : report.failed) {
      bytes += sizeof item + item.reason.size();
    }
    return bytes;
  }
  size_t operator()(const PlanChunk& chunk) const {
    return chunk.moves.size() * sizeof(moves::PlannedMove);
  }
  size_t operator()(const PlanReady& ready) const {
    size_t bytes = ready.refusal ? ready.refusal->size() : 0;
    for (const std::string& sentence : ready.summary.unresolved) bytes += sentence.size();
    return bytes;
  }
};

}  // namespace

size_t BytesOf(const Command& command) {
  return kBytesTypical + std::visit(BytesBeyondTypical{}, command);
}

CommandKind KindOf(const Command& command) { return std::visit(Kinds{}, command); }

absl::string_view ToText(CommandKind kind) {
  switch (kind) {
    case CommandKind::kBoot:
      return "boot";
    case CommandKind::kAddAcl:
      return "add_acl";
    case CommandKind::kDropAcl:
      return "drop_acl";
    case CommandKind::kListAcl:
      return "list_acl";
    case CommandKind::kAlterConfigs:
      return "alter_configs";
    case CommandKind::kGetConfigs:
      return "get_configs";
    case CommandKind::kResealSecrets:
      return "reseal_secrets";
    case CommandKind::kRegisterServer:
      return "register_server";
    case CommandKind::kServerLost:
      return "server_lost";
    case CommandKind::kUnregisterServer:
      return "unregister_server";
    case CommandKind::kAddServerTag:
      return "add_server_tag";
    case CommandKind::kRemoveServerTag:
      return "remove_server_tag";
    case CommandKind::kListServers:
      return "list_servers";
    case CommandKind::kListServerTags:
      return "list_server_tags";
    case CommandKind::kCreateTable:
      return "create_table";
    case CommandKind::kDropTable:
      return "drop_table";
    case CommandKind::kAddPartition:
      return "add_partition";
    case CommandKind::kDropPartition:
      return "drop_partition";
    case CommandKind::kListTables:
      return "list_tables";
    case CommandKind::kListBuckets:
      return "list_buckets";
    case CommandKind::kReplicaReport:
      return "replica_report";
    case CommandKind::kStartRebalance:
      return "rebalance";
    case CommandKind::kCancelRebalance:
      return "cancel_rebalance";
    case CommandKind::kPauseRebalance:
      return "pause_rebalance";
    case CommandKind::kResumeRebalance:
      return "resume_rebalance";
    case CommandKind::kListRebalance:
      return "list_rebalance";
    case CommandKind::kListRebalances:
      return "list_rebalances";
    case CommandKind::kPlanRebalance:
      return "plan_rebalance";
    case CommandKind::kPlanChunk:
      return "plan_chunk";
    case CommandKind::kPlanReady:
      return "plan_ready";
    case CommandKind::kAdvanceMoves:
      return "advance_moves";
  }
  return "unknown";
}

bool IsRead(const Command& command) {
  return std::holds_alternative<ListAcl>(command) || std::holds_alternative<GetConfigs>(command) ||
         std::holds_alternative<ListServers>(command) ||
         std::holds_alternative<ListServerTags>(command) ||
         std::holds_alternative<ListTables>(command) ||
         std::holds_alternative<ListBuckets>(command) ||
         std::holds_alternative<ListRebalance>(command) ||
         std::holds_alternative<ListRebalances>(command) ||
         std::holds_alternative<PlanRebalance>(command);
}

bool IsRemembered(const Command& command) {
  return !IsRead(command) && !std::holds_alternative<ReplicaReport>(command);
}

}  // namespace pegel
