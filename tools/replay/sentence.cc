#include "tools/replay/sentence.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/acl/text.h"
#include "core/cluster/names.h"
#include "core/cluster/text.h"
#include "core/moves/text.h"
#include "procedures/call_text.h"

namespace pegel::tools {
namespace {

std::vector<Topic> AllTopics() {
  using Kind = CommandKind;
  return {
      {kAclTopic,
       "access rules; a NAME is a resource",
       {Kind::kAddAcl, Kind::kDropAcl, Kind::kListAcl}},
      {kConfigTopic,
       "configs, static ones too; a NAME is a key",
       {Kind::kBoot, Kind::kAlterConfigs, Kind::kGetConfigs, Kind::kResealSecrets}},
      {kServerTopic,
       "tablet servers; a NAME is an id",
       {Kind::kRegisterServer, Kind::kServerLost, Kind::kUnregisterServer, Kind::kListServers}},
      {kTagTopic,
       "tags of tablet servers; a NAME is an id, or rack:a",
       {Kind::kAddServerTag, Kind::kRemoveServerTag, Kind::kListServerTags}},
      {kTableTopic,
       "tables and partitions; a NAME is db.table or an id",
       {Kind::kCreateTable, Kind::kDropTable, Kind::kAddPartition, Kind::kDropPartition,
        Kind::kListTables}},
      {kBucketTopic,
       "buckets and their replicas; a NAME is a bucket such as 7:3, or db.table",
       {Kind::kReplicaReport, Kind::kListBuckets}},
      {kRebalanceTopic,
       "rebalances and their moves; a NAME is rebalance-17, a bucket such as 7:3, or db.table",
       {Kind::kStartRebalance, Kind::kCancelRebalance, Kind::kPauseRebalance,
        Kind::kResumeRebalance, Kind::kListRebalance, Kind::kListRebalances, Kind::kPlanRebalance,
        Kind::kPlanChunk, Kind::kPlanReady, Kind::kAdvanceMoves}},
  };
}

// What a command is about, so that refusals are found by name. Commands without a line here have
// none, and are found by their topic only.
struct NamesIn {
  Sentence& sentence;

  template <typename Other>
  void operator()(const Other&) const {}
  void operator()(const AddAcl& command) const { Rule(command.entry); }
  void operator()(const DropAcl& command) const { Rule(command.filter); }
  void operator()(const ListAcl& command) const { Rule(command.filter); }
  void operator()(const AlterConfigs& command) const {
    for (const config::Change& change : command.changes) Name(change.key);
  }
  void operator()(const GetConfigs& command) const { sentence.names = command.keys; }
  void operator()(const RegisterServer& command) const { Name(cluster::ToText(command.id)); }
  void operator()(const ServerLost& command) const { Name(cluster::ToText(command.id)); }
  void operator()(const UnregisterServer& command) const { Name(cluster::ToText(command.id)); }
  void operator()(const AddServerTag& command) const { Servers(command.selectors); }
  void operator()(const RemoveServerTag& command) const { Servers(command.selectors); }
  void operator()(const CreateTable& command) const { Name(cluster::ToText(command.path)); }
  void operator()(const DropTable& command) const { Name(cluster::ToText(command.path)); }
  void operator()(const AddPartition& command) const { Name(cluster::ToText(command.path)); }
  void operator()(const DropPartition& command) const { Name(cluster::ToText(command.path)); }
  void operator()(const ListBuckets& command) const {
    if (command.path) Name(cluster::ToText(*command.path));
  }
  void operator()(const CancelRebalance& command) const { Rebalance(command.id); }
  void operator()(const PauseRebalance& command) const { Rebalance(command.id); }
  void operator()(const ResumeRebalance& command) const { Rebalance(command.id); }
  void operator()(const ListRebalance& command) const { Rebalance(command.id); }
  void operator()(const PlanChunk& command) const { Name(moves::IdText(command.rebalance)); }
  void operator()(const PlanReady& command) const { Name(moves::IdText(command.rebalance)); }

  void Name(std::string name) const { sentence.names.push_back(std::move(name)); }
  void Rule(const acl::Entry& entry) const {
    Name(acl::ToText(entry.resource));
    sentence.principals.push_back(ToText(entry.principal));
  }
  void Rule(const acl::Filter& filter) const {
    if (filter.resource) Name(acl::ToText(*filter.resource));
    if (filter.principal) sentence.principals.push_back(ToText(*filter.principal));
  }
  void Servers(const std::vector<cluster::Selector>& selectors) const {
    for (const cluster::Selector& selector : selectors) Name(cluster::ToText(selector));
  }
  void Rebalance(const std::optional<std::string>& id) const {
    if (id) Name(*id);
  }
};

// Reads; and what servers send now and then, whether or not there is news.
bool IsRoutine(const Command& command) {
  return IsRead(command) || std::holds_alternative<ReplicaReport>(command) ||
         std::holds_alternative<AdvanceMoves>(command);
}

// Of a record that made nothing true.
std::string AttemptText(const Record& record, const Outcome& outcome) {
  std::string call = procedures::ToCallText(record.command);
  if (const auto* error = std::get_if<Error>(&outcome)) {
    return absl::StrCat("was refused ", call, ": ", ErrorName(error->code), ": ", error->message);
  }
  if (IsRead(record.command)) return absl::StrCat("read ", call);
  if (IsRoutine(record.command)) return absl::StrCat("sent without news ", call);
  return absl::StrCat("asked for what was so already: ", call);
}

}  // namespace

const std::vector<Topic>& Topics() {
  static const auto& topics = *new std::vector<Topic>(AllTopics());
  return topics;
}

absl::string_view TopicOf(CommandKind kind) {
  for (const Topic& topic : Topics()) {
    const auto& commands = topic.commands;
    if (std::find(commands.begin(), commands.end(), kind) != commands.end()) return topic.name;
  }
  return "";
}

std::string SubjectText(const Author& author) {
  std::string from = author.host.empty() ? "" : absl::StrCat(" from ", author.host);
  return absl::StrCat(ToText(author.principal), from);
}

std::vector<Sentence> Narrator::Tell(const Record& record, const Applied& applied) {
  std::vector<Sentence> sentences;
  for (const Event& event : applied.decision.events) {
    for (Sentence& sentence : memory_.Tell(event)) sentences.push_back(std::move(sentence));
  }
  // A refusal is news, whoever was refused and whatever he asked.
  bool is_silent =
      IsRoutine(record.command) && IsAccepted(applied.decision.outcome) && !with_reads_;
  if (!sentences.empty() || is_silent) return sentences;
  Sentence attempt{TopicOf(KindOf(record.command)),
                   {},
                   {},
                   AttemptText(record, applied.decision.outcome),
                   /*is_change=*/false};
  std::visit(NamesIn{attempt}, record.command);
  sentences.push_back(std::move(attempt));
  return sentences;
}

}  // namespace pegel::tools
