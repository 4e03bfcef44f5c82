#include "tools/shell/change_text.h"

#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "core/acl/text.h"
#include "core/cluster/names.h"
#include "core/cluster/text.h"
#include "core/moves/text.h"
#include "core/rebalance/text.h"
#include "procedures/masked.h"
#include "tools/shell/printable.h"

namespace pegel::tools {
namespace {

using Json = nlohmann::ordered_json;

std::string TimeText(UnixNanos time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E9SZ", absl::FromUnixNanos(time.value),
                          absl::UTCTimeZone());
}

// ---- JSON ----

Json EntryJson(const char* event, const acl::Entry& entry) {
  Json json;
  json["event"] = event;
  json["resource"] = acl::ToText(entry.resource);
  json["permission"] = std::string(acl::ToText(entry.permission));
  json["principal"] = ToText(entry.principal);
  json["operation"] = std::string(acl::ToText(entry.operation));
  json["host"] = acl::ToText(entry.host);
  return json;
}

Json SealedJson(const config::Sealed& sealed) {
  return Json{{"key_id", sealed.key_id}, {"box", absl::Base64Escape(sealed.box)}};
}

struct JsonOfValue {
  Json operator()(const std::string& text) const { return text; }
  Json operator()(const config::Sealed& sealed) const {
    return Json{{"sealed", SealedJson(sealed)}};
  }
  Json operator()(const config::SealedMap& map) const {
    Json entries = Json::object();
    for (const config::SealedEntry& entry : map.entries) {
      entries[entry.name] = SealedJson(entry.value);
    }
    return Json{{"sealed_map", entries}};
  }
};

Json ConfigJson(const char* event, const std::string& key) {
  return Json{{"event", event}, {"key", key}};
}

Json ServerJson(const char* event, cluster::ServerId id) {
  return Json{{"event", event}, {"id", id.value}};
}

Json TagJson(const char* event, cluster::ServerId id, cluster::ServerTag tag) {
  Json json = ServerJson(event, id);
  json["tag"] = std::string(cluster::ToText(tag));
  return json;
}

std::vector<cluster::ServerId> ServersOf(const cluster::Replicas& replicas, bool only_in_sync) {
  std::vector<cluster::ServerId> servers;
  for (const cluster::Replica& replica : replicas) {
    if (replica.is_in_sync || !only_in_sync) servers.push_back(replica.server);
  }
  return servers;
}

Json PartitionJson(const char* event, cluster::TableId table, cluster::PartitionId partition) {
  Json json{{"event", event}, {"table", table.value}, {"partition", nullptr}};
  if (partition != cluster::kNoPartition) json["partition"] = partition.value;
  return json;
}

Json BucketJson(const char* event, const cluster::BucketKey& key) {
  Json json = PartitionJson(event, key.table, key.partition);
  json["bucket"] = key.bucket;
  return json;
}

Json ServersJson(const std::vector<cluster::ServerId>& servers) {
  Json json = Json::array();
  for (cluster::ServerId server : servers) json.push_back(server.value);
  return json;
}

template <typename Servers>
Json ListJson(const Servers& servers) {
  Json json = Json::array();
  for (cluster::ServerId server : servers) json.push_back(server.value);
  return json;
}

Json RebalanceJson(const char* event, Lsn rebalance) {
  return Json{{"event", event}, {"rebalance", moves::IdText(rebalance)}};
}

// A time that may not have come yet.
Json WhenJson(UnixNanos time) { return time == UnixNanos{} ? Json() : Json(TimeText(time)); }

Json MoveJson(const moves::PlannedMove& move) {
  Json json{{"table", move.key.table.value}, {"partition", nullptr}, {"bucket", move.key.bucket}};
  if (move.key.partition != cluster::kNoPartition) json["partition"] = move.key.partition.value;
  json["leader"] = move.leader.value;
  json["new_leader"] = move.new_leader.value;
  json["origin"] = ListJson(move.origin);
  json["target"] = ListJson(move.target);
  json["bytes"] = move.bytes;
  json["urgency"] = std::string(moves::ToText(move.urgency));
  return json;
}

struct JsonOf {
  Json operator()(const Booted& event) const {
    Json json;
    json["event"] = "booted";
    json["cluster_id"] = event.boot.cluster_id;
    json["behaviour"] = event.boot.behaviour;
    json["static_configs"] = Json::object();
    for (const auto& [key, value] : event.boot.static_configs) {
      json["static_configs"][key] = std::visit(JsonOfValue{}, value);
    }
    return json;
  }
  Json operator()(const AclAdded& event) const { return EntryJson("acl_added", event.entry); }
  Json operator()(const AclDropped& event) const { return EntryJson("acl_dropped", event.entry); }
  Json operator()(const ConfigSet& event) const {
    Json json = ConfigJson("config_set", event.key);
    json["value"] = event.value ? std::visit(JsonOfValue{}, *event.value) : Json();
    return json;
  }
  Json operator()(const ConfigReset& event) const { return ConfigJson("config_reset", event.key); }
  Json operator()(const ConfigResealed& event) const {
    Json json = ConfigJson("config_resealed", event.key);
    json["static"] = event.is_static;
    json["value"] = std::visit(JsonOfValue{}, event.value);
    return json;
  }
  Json operator()(const ServerRegistered& event) const {
    Json json = ServerJson("server_registered", event.id);
    json["rack"] = event.rack;
    json["address"] = event.address;
    json["epoch"] = event.epoch.value;
    return json;
  }
  Json operator()(const ServerDied& event) const {
    Json json = ServerJson("server_died", event.id);
    json["epoch"] = event.epoch.value;
    return json;
  }
  Json operator()(const ServerUnregistered& event) const {
    return ServerJson("server_unregistered", event.id);
  }
  Json operator()(const ServerTagged& event) const {
    return TagJson("server_tagged", event.id, event.tag);
  }
  Json operator()(const ServerUntagged& event) const {
    return TagJson("server_untagged", event.id, event.tag);
  }
  Json operator()(const TableCreated& event) const {
    return Json{{"event", "table_created"},
                {"table", event.id.value},
                {"path", cluster::ToText(event.path)},
                {"buckets", event.bucket_count},
                {"replication", event.replication_factor},
                {"partitioned", event.is_partitioned}};
  }
  Json operator()(const PartitionAdded& event) const {
    Json json = PartitionJson("partition_added", event.table, event.partition);
    json["name"] = event.name;
    return json;
  }
  Json operator()(const BucketsPlaced& event) const {
    Json json = PartitionJson("buckets_placed", event.table, event.partition);
    json["replicas"] = Json::array();
    for (const auto& servers : event.replicas) json["replicas"].push_back(ServersJson(servers));
    return json;
  }
  Json operator()(const TableDropped& event) const {
    return Json{{"event", "table_dropped"},
                {"table", event.id.value},
                {"path", cluster::ToText(event.path)}};
  }
  Json operator()(const PartitionDropped& event) const {
    Json json = PartitionJson("partition_dropped", event.table, event.partition);
    json["name"] = event.name;
    return json;
  }
  Json operator()(const ReplicasDropped& event) const {
    Json json = BucketJson("replicas_dropped", event.key);
    json["bucket_epoch"] = event.bucket_epoch;
    json["servers"] = ServersJson(event.servers);
    return json;
  }
  Json operator()(const BucketChanged& event) const {
    Json json = BucketJson("bucket_changed", event.key);
    json["leader"] = nullptr;
    if (event.leader != cluster::kNoServer) json["leader"] = event.leader.value;
    json["leader_epoch"] = event.leader_epoch;
    json["bucket_epoch"] = event.bucket_epoch;
    json["replicas"] = ServersJson(ServersOf(event.replicas, false));
    json["in_sync"] = ServersJson(ServersOf(event.replicas, true));
    return json;
  }
  Json operator()(const BucketSized& event) const {
    Json json = BucketJson("bucket_sized", event.key);
    json["bytes"] = event.bytes;
    return json;
  }
  Json operator()(const ReplicaStopped& event) const {
    Json json = BucketJson("replica_stopped", event.key);
    json["server"] = event.server.value;
    return json;
  }
  Json operator()(const RebalanceCreated& event) const {
    Json json = RebalanceJson("rebalance_created", event.id);
    json["goals"] = rebalance::ToText(event.options.goals);
    json["tolerance_permille"] = event.options.tolerance_permille;
    json["trigger_only"] = event.options.is_trigger_only;
    json["drain_only"] = event.options.is_drain_only;
    json["temporary_offline"] = std::string(rebalance::ToText(event.options.temporary_offline));
    json["by"] = ToText(event.author);
    return json;
  }
  Json operator()(const PlanDrafted& event) const {
    Json json = RebalanceJson("plan_drafted", event.rebalance);
    json["revision"] = event.revision;
    json["index"] = event.index;
    json["moves"] = Json::array();
    for (const moves::PlannedMove& move : event.moves) json["moves"].push_back(MoveJson(move));
    return json;
  }
  Json operator()(const PlanAdopted& event) const {
    Json json = RebalanceJson("plan_adopted", event.rebalance);
    json["revision"] = event.revision;
    json["moves"] = event.summary.moves;
    json["lower_bound"] = event.summary.lower_bound;
    json["optimal"] = event.summary.is_optimal;
    json["leader_changes"] = event.summary.leader_changes;
    json["bytes"] = event.summary.bytes;
    json["unresolved"] = event.summary.unresolved;
    return json;
  }
  Json operator()(const PlanWanted& event) const {
    Json json = RebalanceJson("plan_wanted", event.rebalance);
    json["revision"] = event.revision;
    json["avoid"] = ServersJson(event.avoid);
    return json;
  }
  Json operator()(const RebalancePaused& event) const {
    return RebalanceJson(event.is_paused ? "rebalance_paused" : "rebalance_resumed",
                         event.rebalance);
  }
  Json operator()(const RebalanceFinished& event) const {
    Json json = RebalanceJson("rebalance_finished", event.rebalance);
    json["status"] = std::string(moves::ToText(event.status));
    json["reason"] = event.reason;
    return json;
  }
  Json operator()(const MoveChanged& event) const {
    const moves::MoveState& state = event.state;
    Json json = BucketJson("move_changed", event.key);
    json["rebalance"] = moves::IdText(event.rebalance);
    json["status"] = std::string(moves::ToText(state.status));
    json["phase"] = std::string(moves::ToText(state.phase));
    json["reason"] = std::string(moves::ToText(state.reason));
    json["about"] = state.about == cluster::kNoServer ? Json() : Json(state.about.value);
    json["attempt"] = state.attempt;
    json["due"] = WhenJson(state.due);
    json["started"] = WhenJson(state.started);
    json["finished"] = WhenJson(state.finished);
    return json;
  }
  Json operator()(const HomeChanged& event) const {
    Json json = BucketJson("home_changed", event.key);
    json["replicas"] = Json::array();
    for (const moves::Home::Replica& replica : event.home.replicas) {
      json["replicas"].push_back(
          {{"home", replica.home.value}, {"stand_in", replica.stand_in.value}});
    }
    json["leader"] = nullptr;
    if (event.home.leader != cluster::kNoServer) json["leader"] = event.home.leader.value;
    return json;
  }
};

// ---- text ----

std::string ListText(const std::vector<cluster::ServerId>& servers) {
  return absl::StrJoin(servers, ",", [](std::string* out, cluster::ServerId server) {
    absl::StrAppend(out, server.value);
  });
}

struct TextOf {
  std::string operator()(const Booted& event) const {
    std::string text = absl::StrCat("booted        cluster ", event.boot.cluster_id);
    for (const auto& [key, value] : event.boot.static_configs) {
      absl::StrAppend(&text, " ", key, "=", procedures::MaskedText(key, value));
    }
    return text;
  }
  std::string operator()(const AclAdded& event) const {
    return absl::StrCat("acl added     ", acl::ToText(event.entry));
  }
  std::string operator()(const AclDropped& event) const {
    return absl::StrCat("acl dropped   ", acl::ToText(event.entry));
  }
  std::string operator()(const ConfigSet& event) const {
    return absl::StrCat("config set    ", event.key, "=",
                        event.value ? procedures::MaskedText(event.key, *event.value) : "NULL");
  }
  std::string operator()(const ConfigReset& event) const {
    return absl::StrCat("config reset  ", event.key);
  }
  std::string operator()(const ConfigResealed& event) const {
    return absl::StrCat("config resealed ", event.key, "=",
                        procedures::MaskedText(event.key, event.value));
  }
  std::string operator()(const ServerRegistered& event) const {
    std::string rack = event.rack.empty() ? "" : absl::StrCat(" rack ", event.rack);
    return absl::StrCat("server registered ", event.id.value, " at ", event.address, rack,
                        " epoch ", event.epoch.value);
  }
  std::string operator()(const ServerDied& event) const {
    return absl::StrCat("server died   ", event.id.value, " epoch ", event.epoch.value);
  }
  std::string operator()(const ServerUnregistered& event) const {
    return absl::StrCat("server unregistered ", event.id.value);
  }
  std::string operator()(const ServerTagged& event) const {
    return absl::StrCat("server tagged ", event.id.value, " ", cluster::ToText(event.tag));
  }
  std::string operator()(const ServerUntagged& event) const {
    return absl::StrCat("server untagged ", event.id.value, " ", cluster::ToText(event.tag));
  }
  std::string operator()(const TableCreated& event) const {
    return absl::StrCat("table created ", cluster::ToText(event.path), " as ", event.id.value, ", ",
                        event.bucket_count,
                        event.is_partitioned ? " buckets a partition, " : " buckets, ",
                        event.replication_factor, " replicas each");
  }
  std::string operator()(const PartitionAdded& event) const {
    return absl::StrCat("partition added ", event.name, " as ", event.table.value, "/",
                        event.partition.value);
  }
  std::string operator()(const BucketsPlaced& event) const {
    cluster::BucketKey key{event.table, event.partition, 0};
    std::string text = absl::StrCat("buckets placed ", event.replicas.size(), ":");
    for (const auto& servers : event.replicas) {
      absl::StrAppend(&text, " ", cluster::ToText(key), "=", ListText(servers));
      ++key.bucket;
    }
    return text;
  }
  std::string operator()(const TableDropped& event) const {
    return absl::StrCat("table dropped ", cluster::ToText(event.path), ", which was ",
                        event.id.value);
  }
  std::string operator()(const PartitionDropped& event) const {
    return absl::StrCat("partition dropped ", event.name, ", which was ", event.table.value, "/",
                        event.partition.value);
  }
  std::string operator()(const ReplicasDropped& event) const {
    return absl::StrCat("replicas dropped ", cluster::ToText(event.key), " on ",
                        ListText(event.servers), " bucket epoch ", event.bucket_epoch);
  }
  std::string operator()(const BucketChanged& event) const {
    std::string leader = event.leader == cluster::kNoServer
                             ? "no leader"
                             : absl::StrCat("leader ", event.leader.value);
    return absl::StrCat("bucket changed ", cluster::ToText(event.key), " ", leader, " epoch ",
                        event.leader_epoch, "/", event.bucket_epoch, " replicas ",
                        ListText(ServersOf(event.replicas, false)), " in sync ",
                        ListText(ServersOf(event.replicas, true)));
  }
  std::string operator()(const BucketSized& event) const {
    return absl::StrCat("bucket sized  ", cluster::ToText(event.key), " ", event.bytes, " bytes");
  }
  std::string operator()(const ReplicaStopped& event) const {
    return absl::StrCat("replica stopped ", cluster::ToText(event.key), " on ", event.server.value);
  }
  std::string operator()(const RebalanceCreated& event) const {
    return absl::StrCat("rebalance created ", moves::IdText(event.id), " for ",
                        rebalance::ToText(event.options.goals));
  }
  std::string operator()(const PlanDrafted& event) const {
    return absl::StrCat("plan drafted  ", moves::IdText(event.rebalance), " plan ", event.revision,
                        " piece ", event.index, ", ", event.moves.size(), " buckets");
  }
  std::string operator()(const PlanAdopted& event) const {
    const moves::PlanSummary& summary = event.summary;
    return absl::StrCat("plan adopted  ", moves::IdText(event.rebalance), " plan ", event.revision,
                        ", ", summary.moves, " replicas to copy, ", summary.bytes, " bytes, ",
                        summary.leader_changes, " leaders to change");
  }
  std::string operator()(const PlanWanted& event) const {
    std::string avoid =
        event.avoid.empty() ? "" : absl::StrCat(" without servers ", ListText(event.avoid));
    return absl::StrCat("plan wanted   ", moves::IdText(event.rebalance), " plan ", event.revision,
                        avoid);
  }
  std::string operator()(const RebalancePaused& event) const {
    return absl::StrCat(event.is_paused ? "rebalance paused " : "rebalance resumed ",
                        moves::IdText(event.rebalance));
  }
  std::string operator()(const RebalanceFinished& event) const {
    return absl::StrCat("rebalance finished ", moves::IdText(event.rebalance), " ",
                        moves::ToText(event.status), event.reason.empty() ? "" : ": ",
                        event.reason);
  }
  std::string operator()(const MoveChanged& event) const {
    const moves::MoveState& state = event.state;
    std::string reason = moves::ReasonText(state.reason, state.about);
    return absl::StrCat("move changed  ", cluster::ToText(event.key), " ",
                        moves::ToText(state.phase), " ", moves::ToText(state.status), " attempt ",
                        state.attempt, reason.empty() ? "" : ": ", reason);
  }
  std::string operator()(const HomeChanged& event) const {
    std::string text = absl::StrCat("home changed  ", cluster::ToText(event.key));
    for (const moves::Home::Replica& replica : event.home.replicas) {
      absl::StrAppend(&text, " ", replica.home.value, "<-", replica.stand_in.value);
    }
    if (event.home.leader != cluster::kNoServer) {
      absl::StrAppend(&text, " leader ", event.home.leader.value);
    }
    return event.home.is_empty() ? text + " where it is" : text;
  }
};

Json ArrayOf(const std::vector<Event>& events) {
  Json json = Json::array();
  for (const Event& event : events) json.push_back(std::visit(JsonOf{}, event));
  return json;
}

std::string Dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string EventsJson(const std::vector<Event>& events) { return Dumped(ArrayOf(events)); }

std::string EventText(const Event& event) { return Printable(std::visit(TextOf{}, event)); }

std::string ChangeJson(const ChangeSet& change) {
  const Moment& moment = change.moment;
  Json json;
  json["lsn"] = moment.lsn.value;
  json["time"] = TimeText(moment.time);
  json["principal"] = ToText(moment.author.principal);
  json["host"] = moment.author.host;
  json["events"] = ArrayOf(change.events);
  return Dumped(json) + "\n";
}

std::string ChangeLines(const ChangeSet& change) {
  const Moment& moment = change.moment;
  const std::string& host = moment.author.host;
  std::string head = absl::StrCat(moment.lsn.value, "  ", TimeText(moment.time), "  ",
                                  Printable(ToText(moment.author.principal)), "@",
                                  host.empty() ? "-" : host, "  ");
  std::string lines;
  for (const Event& event : change.events) {
    absl::StrAppend(&lines, head, EventText(event), "\n");
  }
  return lines;
}

}  // namespace pegel::tools
