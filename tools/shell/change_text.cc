#include "tools/shell/change_text.h"

#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/acl/text.h"
#include "core/cluster/text.h"
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
};

// ---- text ----

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
};

}  // namespace

std::string ChangeJson(const ChangeSet& change) {
  const Moment& moment = change.moment;
  Json json;
  json["lsn"] = moment.lsn.value;
  json["time"] = TimeText(moment.time);
  json["principal"] = ToText(moment.author.principal);
  json["host"] = moment.author.host;
  json["events"] = Json::array();
  for (const Event& event : change.events) json["events"].push_back(std::visit(JsonOf{}, event));
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string ChangeLines(const ChangeSet& change) {
  const Moment& moment = change.moment;
  const std::string& host = moment.author.host;
  std::string head = absl::StrCat(moment.lsn.value, "  ", TimeText(moment.time), "  ",
                                  Printable(ToText(moment.author.principal)), "@",
                                  host.empty() ? "-" : host, "  ");
  std::string lines;
  for (const Event& event : change.events) {
    absl::StrAppend(&lines, head, Printable(std::visit(TextOf{}, event)), "\n");
  }
  return lines;
}

}  // namespace pegel::tools
