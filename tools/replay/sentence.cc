#include "tools/replay/sentence.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/acl/text.h"
#include "core/cluster/text.h"
#include "procedures/call_text.h"
#include "procedures/masked.h"

namespace pegel::tools {
namespace {

constexpr absl::string_view kAcl = "acl";
constexpr absl::string_view kConfig = "config";
constexpr absl::string_view kServer = "server";
constexpr absl::string_view kTag = "tag";

std::vector<Topic> AllTopics() {
  using Kind = CommandKind;
  return {
      {kAcl, "access rules; a NAME is a resource", {Kind::kAddAcl, Kind::kDropAcl, Kind::kListAcl}},
      {kConfig,
       "configs, static ones too; a NAME is a key",
       {Kind::kBoot, Kind::kAlterConfigs, Kind::kGetConfigs, Kind::kResealSecrets}},
      {kServer,
       "tablet servers; a NAME is an id",
       {Kind::kRegisterServer, Kind::kServerLost, Kind::kUnregisterServer, Kind::kListServers}},
      {kTag,
       "tags of tablet servers; a NAME is an id",
       {Kind::kAddServerTag, Kind::kRemoveServerTag, Kind::kListServerTags}},
  };
}

// `User:Bob to WRITE on cluster.my_db.my_table from 10.0.0.1`
std::string Clause(const acl::Entry& entry) {
  std::string from = entry.host.is_any ? "" : absl::StrCat(" from ", acl::ToText(entry.host));
  return absl::StrCat(ToText(entry.principal), " to ", acl::ToText(entry.operation), " on ",
                      acl::ToText(entry.resource), from);
}

Sentence About(const acl::Entry& entry, absl::string_view allow, absl::string_view deny) {
  bool is_allow = entry.permission == acl::Permission::kAllow;
  return Sentence{kAcl,
                  {acl::ToText(entry.resource)},
                  {ToText(entry.principal)},
                  absl::StrCat(is_allow ? allow : deny, " ", Clause(entry))};
}

Sentence AboutKey(const std::string& key, std::string text) {
  return Sentence{kConfig, {key}, {}, std::move(text)};
}

Sentence AboutServer(absl::string_view topic, cluster::ServerId id, std::string text) {
  return Sentence{topic, {cluster::ToText(id)}, {}, std::move(text)};
}

// ` (was 'x')`, or nothing when there was nothing.
std::string Was(const std::map<std::string, std::string>& values, const std::string& key) {
  auto it = values.find(key);
  return it == values.end() ? "" : absl::StrCat(" (was ", it->second, ")");
}

std::string ValueText(const std::string& key, const std::optional<config::Value>& value) {
  return value ? absl::StrCat("'", procedures::MaskedText(key, *value), "'") : "NULL";
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
    for (const config::Change& change : command.changes) sentence.names.push_back(change.key);
  }
  void operator()(const GetConfigs& command) const { sentence.names = command.keys; }
  void operator()(const RegisterServer& command) const { Server(command.id); }
  void operator()(const ServerLost& command) const { Server(command.id); }
  void operator()(const UnregisterServer& command) const { Server(command.id); }
  void operator()(const AddServerTag& command) const { Servers(command.selectors); }
  void operator()(const RemoveServerTag& command) const { Servers(command.selectors); }

  void Rule(const acl::Entry& entry) const {
    sentence.names.push_back(acl::ToText(entry.resource));
    sentence.principals.push_back(ToText(entry.principal));
  }
  void Rule(const acl::Filter& filter) const {
    if (filter.resource) sentence.names.push_back(acl::ToText(*filter.resource));
    if (filter.principal) sentence.principals.push_back(ToText(*filter.principal));
  }
  void Server(cluster::ServerId id) const { sentence.names.push_back(cluster::ToText(id)); }
  void Servers(const std::vector<cluster::Selector>& selectors) const {
    for (const cluster::Selector& selector : selectors) {
      sentence.names.push_back(cluster::ToText(selector));
    }
  }
};

// Of a record that made nothing true.
std::string AttemptText(const Record& record, const Outcome& outcome) {
  std::string call = procedures::ToCallText(record.command);
  if (const auto* error = std::get_if<Error>(&outcome)) {
    return absl::StrCat("was refused ", call, ": ", ErrorName(error->code), ": ", error->message);
  }
  return absl::StrCat(IsRead(record.command) ? "read " : "asked for what was so already: ", call);
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

std::string RuleText(const acl::Entry& entry) {
  return absl::StrCat(acl::ToText(entry.permission), " ", Clause(entry));
}

std::string SubjectText(const Author& author) {
  std::string from = author.host.empty() ? "" : absl::StrCat(" from ", author.host);
  return absl::StrCat(ToText(author.principal), from);
}

// A new event needs a sentence here; the compiler says so.
struct Narrator::TellEvent {
  Narrator& narrator;
  std::vector<Sentence>* sentences;

  void operator()(const Booted& event) const { narrator.TellBoot(event.boot, sentences); }
  void operator()(const AclAdded& event) const {
    sentences->push_back(About(event.entry, "allowed", "forbade"));
  }
  void operator()(const AclDropped& event) const {
    sentences->push_back(About(event.entry, "no longer allows", "no longer forbids"));
  }
  void operator()(const ConfigSet& event) const {
    std::string value = ValueText(event.key, event.value);
    sentences->push_back(AboutKey(event.key, absl::StrCat("set ", event.key, " to ", value,
                                                          Was(narrator.dynamics_, event.key))));
    narrator.dynamics_[event.key] = value;
  }
  void operator()(const ConfigReset& event) const {
    sentences->push_back(
        AboutKey(event.key, absl::StrCat("reset ", event.key, Was(narrator.dynamics_, event.key))));
    narrator.dynamics_.erase(event.key);
  }
  void operator()(const ConfigResealed& event) const {
    sentences->push_back(AboutKey(event.key, absl::StrCat("sealed ", event.key, " anew")));
  }
  void operator()(const ServerRegistered& event) const {
    std::string rack = event.rack.empty() ? "" : absl::StrCat(" in rack ", event.rack);
    sentences->push_back(
        AboutServer(kServer, event.id,
                    absl::StrCat("registered server ", event.id.value, " at ", event.address, rack,
                                 ", epoch ", event.epoch.value)));
  }
  void operator()(const ServerDied& event) const {
    sentences->push_back(
        AboutServer(kServer, event.id,
                    absl::StrCat("lost server ", event.id.value, ", epoch ", event.epoch.value)));
  }
  void operator()(const ServerUnregistered& event) const {
    sentences->push_back(
        AboutServer(kServer, event.id, absl::StrCat("forgot server ", event.id.value)));
  }
  void operator()(const ServerTagged& event) const {
    sentences->push_back(AboutServer(
        kTag, event.id,
        absl::StrCat("tagged server ", event.id.value, " as ", cluster::ToText(event.tag))));
  }
  void operator()(const ServerUntagged& event) const {
    sentences->push_back(AboutServer(
        kTag, event.id,
        absl::StrCat("took the tag ", cluster::ToText(event.tag), " off server ", event.id.value)));
  }
};

// The static configs of the start before, against those of this one.
void Narrator::TellBoot(const Boot& boot, std::vector<Sentence>* sentences) {
  std::map<std::string, std::string> now;
  for (const auto& [key, value] : boot.static_configs) now[key] = ValueText(key, value);
  sentences->push_back(
      Sentence{kConfig, {}, {}, absl::StrCat("started the server of cluster ", boot.cluster_id)});
  for (const auto& [key, value] : now) {
    auto before = statics_.find(key);
    if (before != statics_.end() && before->second == value) continue;
    sentences->push_back(
        AboutKey(key, absl::StrCat("started with ", key, " = ", value, Was(statics_, key))));
  }
  for (const auto& [key, value] : statics_) {
    if (now.count(key) > 0) continue;
    sentences->push_back(AboutKey(key, absl::StrCat("started without ", key, Was(statics_, key))));
  }
  statics_ = std::move(now);
}

std::vector<Sentence> Narrator::Tell(const Record& record, const Applied& applied) {
  std::vector<Sentence> sentences;
  for (const Event& event : applied.decision.events) {
    std::visit(TellEvent{*this, &sentences}, event);
  }
  bool is_silent = IsRead(record.command) && !with_reads_;
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
