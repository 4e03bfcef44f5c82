#include "tools/replay/facts.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/acl/text.h"
#include "core/cluster/names.h"
#include "core/cluster/text.h"
#include "core/moves/text.h"
#include "core/rebalance/text.h"
#include "procedures/masked.h"

namespace pegel::tools {
namespace {

// `User:Bob to WRITE on cluster.my_db.my_table from 10.0.0.1`
std::string Clause(const acl::Entry& entry) {
  std::string from = entry.host.is_any ? "" : absl::StrCat(" from ", acl::ToText(entry.host));
  return absl::StrCat(ToText(entry.principal), " to ", acl::ToText(entry.operation), " on ",
                      acl::ToText(entry.resource), from);
}

Sentence AboutRule(const acl::Entry& entry, absl::string_view allow, absl::string_view deny) {
  bool is_allow = entry.permission == acl::Permission::kAllow;
  return Sentence{kAclTopic,
                  {acl::ToText(entry.resource)},
                  {ToText(entry.principal)},
                  absl::StrCat(is_allow ? allow : deny, " ", Clause(entry))};
}

Sentence AboutKey(const std::string& key, std::string text) {
  return Sentence{kConfigTopic, {key}, {}, std::move(text)};
}

Sentence AboutServer(absl::string_view topic, cluster::ServerId id, std::string text) {
  return Sentence{topic, {cluster::ToText(id)}, {}, std::move(text)};
}

Sentence AboutRebalance(Lsn id, std::string text) {
  return Sentence{kRebalanceTopic, {moves::IdText(id)}, {}, std::move(text)};
}

// ` (was 'x')`, or nothing when there was nothing.
std::string Was(const std::map<std::string, std::string>& values, const std::string& key) {
  auto it = values.find(key);
  return it == values.end() ? "" : absl::StrCat(" (was ", it->second, ")");
}

std::string ValueText(const std::string& key, const std::optional<config::Value>& value) {
  return value ? absl::StrCat("'", procedures::MaskedText(key, *value), "'") : "NULL";
}

template <typename Servers>
std::string ServersText(const Servers& servers) {
  return absl::StrJoin(servers, ",", [](std::string* out, cluster::ServerId server) {
    absl::StrAppend(out, server.value);
  });
}

std::string ReplicasText(const cluster::Replicas& replicas, bool only_in_sync) {
  std::vector<cluster::ServerId> servers;
  for (const cluster::Replica& replica : replicas) {
    if (replica.is_in_sync || !only_in_sync) servers.push_back(replica.server);
  }
  return servers.empty() ? "none" : ServersText(servers);
}

std::string HomeText(const moves::Home& home) {
  std::string text;
  for (const moves::Home::Replica& replica : home.replicas) {
    absl::StrAppend(&text, " on ", replica.home.value, " (", replica.stand_in.value, " stands in)");
  }
  if (home.leader != cluster::kNoServer) {
    absl::StrAppend(&text, " led by ", home.leader.value);
  }
  return text;
}

}  // namespace

Memory::Memory(const World& world) {
  for (const auto& [key, entry] : world.configs.statics) {
    statics_[key] = ValueText(key, entry.value);
  }
  for (const auto& [key, entry] : world.configs.dynamics) {
    dynamics_[key] = ValueText(key, entry.value);
  }
  for (const auto& [id, table] : world.cluster.tables) {
    tables_[id] = cluster::ToText(table.path);
    for (const auto& [partition, buckets] : table.partitions) {
      partitions_[{id, partition}] = buckets.name;
    }
  }
}

// `7:3 of my_db.orders`, `7/9:3 of my_db.orders partition 2026`; tables that are gone keep their
// names.
std::string Memory::BucketText(const cluster::BucketKey& key) const {
  std::string text = cluster::ToText(key);
  if (auto table = tables_.find(key.table); table != tables_.end()) {
    absl::StrAppend(&text, " of ", table->second);
  }
  auto partition = partitions_.find({key.table, key.partition});
  if (partition != partitions_.end() && !partition->second.empty()) {
    absl::StrAppend(&text, " partition ", partition->second);
  }
  return text;
}

Sentence Memory::AboutBucket(absl::string_view topic, const cluster::BucketKey& key,
                             std::string text) const {
  Sentence sentence{topic, {cluster::ToText(key)}, {}, std::move(text)};
  if (auto table = tables_.find(key.table); table != tables_.end()) {
    sentence.names.push_back(table->second);
  }
  return sentence;
}

// A new event needs a sentence here; the compiler says so.
struct Memory::TellEvent {
  Memory& memory;
  std::vector<Sentence>* sentences;

  void Say(Sentence sentence) const { sentences->push_back(std::move(sentence)); }

  // ---- access, configs ----

  void operator()(const Booted& event) const { memory.TellBoot(event.boot, sentences); }
  void operator()(const AclAdded& event) const {
    Say(AboutRule(event.entry, "allowed", "forbade"));
  }
  void operator()(const AclDropped& event) const {
    Say(AboutRule(event.entry, "no longer allows", "no longer forbids"));
  }
  void operator()(const ConfigSet& event) const {
    std::string value = ValueText(event.key, event.value);
    Say(AboutKey(event.key,
                 absl::StrCat("set ", event.key, " to ", value, Was(memory.dynamics_, event.key))));
    memory.dynamics_[event.key] = value;
  }
  void operator()(const ConfigReset& event) const {
    Say(AboutKey(event.key, absl::StrCat("reset ", event.key, Was(memory.dynamics_, event.key))));
    memory.dynamics_.erase(event.key);
  }
  void operator()(const ConfigResealed& event) const {
    Say(AboutKey(event.key, absl::StrCat("sealed ", event.key, " anew")));
  }

  // ---- tablet servers ----

  void operator()(const ServerRegistered& event) const {
    std::string rack = event.rack.empty() ? "" : absl::StrCat(" in rack ", event.rack);
    Say(AboutServer(kServerTopic, event.id,
                    absl::StrCat("registered server ", event.id.value, " at ", event.address, rack,
                                 ", epoch ", event.epoch.value)));
  }
  void operator()(const ServerDied& event) const {
    Say(AboutServer(kServerTopic, event.id,
                    absl::StrCat("lost server ", event.id.value, ", epoch ", event.epoch.value)));
  }
  void operator()(const ServerUnregistered& event) const {
    Say(AboutServer(kServerTopic, event.id, absl::StrCat("forgot server ", event.id.value)));
  }
  void operator()(const ServerTagged& event) const {
    Say(AboutServer(
        kTagTopic, event.id,
        absl::StrCat("tagged server ", event.id.value, " as ", cluster::ToText(event.tag))));
  }
  void operator()(const ServerUntagged& event) const {
    Say(AboutServer(
        kTagTopic, event.id,
        absl::StrCat("took the tag ", cluster::ToText(event.tag), " off server ", event.id.value)));
  }

  // ---- tables ----

  Sentence AboutTable(cluster::TableId id, std::string text) const {
    Sentence sentence{kTableTopic, {absl::StrCat(id.value)}, {}, std::move(text)};
    auto path = memory.tables_.find(id);
    if (path != memory.tables_.end()) sentence.names.push_back(path->second);
    return sentence;
  }
  std::string TableText(cluster::TableId id) const {
    auto path = memory.tables_.find(id);
    return path == memory.tables_.end() ? absl::StrCat("table ", id.value) : path->second;
  }
  void operator()(const TableCreated& event) const {
    const std::string path = cluster::ToText(event.path);
    memory.tables_[event.id] = path;
    Say(AboutTable(event.id,
                   absl::StrCat("created table ", path, " with ", event.bucket_count,
                                event.is_partitioned ? " buckets a partition, " : " buckets, ",
                                event.replication_factor, " replicas each, as ", event.id.value)));
  }
  void operator()(const PartitionAdded& event) const {
    memory.partitions_[{event.table, event.partition}] = event.name;
    Say(AboutTable(event.table,
                   absl::StrCat("added partition ", event.name, " to ", TableText(event.table),
                                ", as ", event.partition.value)));
  }
  void operator()(const BucketsPlaced& event) const {
    std::string text = absl::StrCat("placed the buckets of ", TableText(event.table), ":");
    cluster::BucketKey key{event.table, event.partition, 0};
    for (const auto& servers : event.replicas) {
      absl::StrAppend(&text, " ", cluster::ToText(key), " on ", ServersText(servers));
      ++key.bucket;
    }
    Say(AboutTable(event.table, std::move(text)));
  }
  void operator()(const TableDropped& event) const {
    Say(AboutTable(event.id, absl::StrCat("dropped table ", cluster::ToText(event.path),
                                          ", which was ", event.id.value)));
  }
  void operator()(const PartitionDropped& event) const {
    Say(AboutTable(event.table,
                   absl::StrCat("dropped partition ", event.name, " of ", TableText(event.table),
                                ", which was ", event.partition.value)));
  }

  // ---- buckets ----

  void operator()(const ReplicasDropped& event) const {
    Say(memory.AboutBucket(
        kBucketTopic, event.key,
        absl::StrCat("ordered the replicas of bucket ", memory.BucketText(event.key), " on ",
                     ServersText(event.servers), " to be deleted")));
  }
  void operator()(const BucketChanged& event) const {
    std::string leader =
        event.leader == cluster::kNoServer ? "none" : cluster::ToText(event.leader);
    Say(memory.AboutBucket(
        kBucketTopic, event.key,
        absl::StrCat("changed bucket ", memory.BucketText(event.key), ": leader ", leader,
                     ", replicas ", ReplicasText(event.replicas, false), ", in sync ",
                     ReplicasText(event.replicas, true), ", epochs ", event.leader_epoch, "/",
                     event.bucket_epoch)));
  }
  void operator()(const BucketSized& event) const {
    Say(memory.AboutBucket(kBucketTopic, event.key,
                           absl::StrCat("measured bucket ", memory.BucketText(event.key), ": ",
                                        event.bytes, " bytes")));
  }
  void operator()(const ReplicaStopped& event) const {
    Say(memory.AboutBucket(kBucketTopic, event.key,
                           absl::StrCat("deleted the replica of bucket ",
                                        memory.BucketText(event.key), " on ", event.server.value)));
  }

  // ---- rebalances ----

  void operator()(const RebalanceCreated& event) const {
    Say(AboutRebalance(event.id, absl::StrCat("began ", moves::IdText(event.id), " for ",
                                              rebalance::ToText(event.options.goals))));
  }
  void operator()(const PlanDrafted& event) const {
    Say(AboutRebalance(
        event.rebalance,
        absl::StrCat("brought piece ", event.index, " of plan ", event.revision, " of ",
                     moves::IdText(event.rebalance), ": ", event.moves.size(), " buckets")));
  }
  void operator()(const PlanAdopted& event) const {
    const moves::PlanSummary& summary = event.summary;
    Say(AboutRebalance(
        event.rebalance,
        absl::StrCat("adopted plan ", event.revision, " of ", moves::IdText(event.rebalance), ": ",
                     summary.moves, " replicas to copy, ", summary.bytes, " bytes, ",
                     summary.leader_changes, " leaders to change")));
  }
  void operator()(const PlanWanted& event) const {
    std::string without =
        event.avoid.empty() ? "" : absl::StrCat(" without servers ", ServersText(event.avoid));
    Say(AboutRebalance(event.rebalance, absl::StrCat("asked for plan ", event.revision, " of ",
                                                     moves::IdText(event.rebalance), without)));
  }
  void operator()(const RebalancePaused& event) const {
    Say(AboutRebalance(event.rebalance, absl::StrCat(event.is_paused ? "paused " : "resumed ",
                                                     moves::IdText(event.rebalance))));
  }
  void operator()(const RebalanceFinished& event) const {
    Say(AboutRebalance(
        event.rebalance,
        absl::StrCat("ended ", moves::IdText(event.rebalance), " as ", moves::ToText(event.status),
                     event.reason.empty() ? "" : ": ", event.reason)));
  }
  void operator()(const MoveChanged& event) const {
    const moves::MoveState& state = event.state;
    std::string reason = moves::ReasonText(state.reason, state.about);
    Sentence sentence = memory.AboutBucket(
        kRebalanceTopic, event.key,
        absl::StrCat("took the move of bucket ", memory.BucketText(event.key), " in ",
                     moves::IdText(event.rebalance), " to ", moves::ToText(state.phase), ", ",
                     moves::ToText(state.status), ", attempt ", state.attempt,
                     reason.empty() ? "" : ": ", reason));
    sentence.names.push_back(moves::IdText(event.rebalance));
    Say(std::move(sentence));
  }
  void operator()(const HomeChanged& event) const {
    std::string bucket = memory.BucketText(event.key);
    Say(memory.AboutBucket(
        kRebalanceTopic, event.key,
        event.home.is_empty()
            ? absl::StrCat("noted that bucket ", bucket, " is at home where it is")
            : absl::StrCat("noted that bucket ", bucket, " is at home", HomeText(event.home))));
  }
};

// The static configs of the start before, against those of this one.
void Memory::TellBoot(const Boot& boot, std::vector<Sentence>* sentences) {
  std::map<std::string, std::string> now;
  for (const auto& [key, value] : boot.static_configs) now[key] = ValueText(key, value);
  sentences->push_back(Sentence{
      kConfigTopic, {}, {}, absl::StrCat("started the server of cluster ", boot.cluster_id)});
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

std::vector<Sentence> Memory::Tell(const Event& event) {
  std::vector<Sentence> sentences;
  std::visit(TellEvent{*this, &sentences}, event);
  return sentences;
}

std::string RuleText(const acl::Entry& entry) {
  return absl::StrCat(acl::ToText(entry.permission), " ", Clause(entry));
}

}  // namespace pegel::tools
