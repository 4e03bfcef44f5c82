#include "tools/shell/status_text.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/ids.h"
#include "tools/shell/printable.h"

namespace pegel::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kWarning[] =
    "WARNING: AUTHORIZATION IS OFF. Everyone who can connect may do everything; ACLs are stored "
    "but "
    "not enforced.\n"
    "         Set authorizer.enabled: true and super.users in the server's configuration, and "
    "restart it.\n\n";

std::string Lines(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string text;
  for (const auto& [name, value] : pairs) {
    absl::StrAppend(&text, name, std::string(20 - name.size(), ' '), Printable(value), "\n");
  }
  return text;
}

// `12 (35 s old)`: the age is that of its last record.
std::string SnapshotText(const Status& status) {
  if (status.lsn_snapshot == Lsn{}) return "none";
  return absl::StrCat(status.lsn_snapshot.value, " (", status.snapshot_age_ms / 1000, " s old)");
}

std::string Names(const std::vector<Alarm>& alarms) {
  return absl::StrJoin(
      alarms, ", ", [](std::string* out, const Alarm& alarm) { absl::StrAppend(out, alarm.name); });
}

std::string AlarmLines(const std::vector<Alarm>& alarms) {
  std::string text;
  for (const Alarm& alarm : alarms) {
    absl::StrAppend(&text, "\nALARM ", Printable(alarm.name), ": ", Printable(alarm.text), "\n");
  }
  return text;
}

}  // namespace

std::string StatusJson(const Status& status) {
  Json json;
  json["cluster_id"] = status.cluster_id;
  json["lsn_durable"] = status.lsn_durable.value;
  json["lsn_applied"] = status.lsn_applied.value;
  json["lsn_snapshot"] = status.lsn_snapshot == Lsn{} ? Json() : Json(status.lsn_snapshot.value);
  json["chain"] = ToHex(status.chain);
  json["digest"] = ToHex(status.digest);
  json["version"] = status.version;
  json["alarms"] = Json::array();
  for (const Alarm& alarm : status.alarms) {
    json["alarms"].push_back({{"name", alarm.name}, {"text", alarm.text}});
  }
  json["lsn_first"] = status.lsn_first.value;
  json["behaviour"] = status.behaviour;
  json["authorizer_enabled"] = status.authorizer_enabled;
  json["acl_entries"] = status.acl_entries;
  json["static_configs"] = status.static_configs;
  json["dynamic_configs"] = status.dynamic_configs;
  json["answered_requests"] = status.answered_requests;
  json["snapshot_age_seconds"] =
      status.lsn_snapshot == Lsn{} ? Json() : Json(status.snapshot_age_ms / 1000);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string StatusTable(const Status& status) {
  return absl::StrCat(status.authorizer_enabled ? "" : kWarning,
                      Lines({{"cluster", status.cluster_id},
                             {"version", status.version},
                             {"behaviour", absl::StrCat(status.behaviour)},
                             {"authorization", status.authorizer_enabled ? "on" : "OFF"},
                             {"durable lsn", absl::StrCat(status.lsn_durable.value)},
                             {"applied lsn", absl::StrCat(status.lsn_applied.value)},
                             {"first lsn", absl::StrCat(status.lsn_first.value)},
                             {"snapshot lsn", SnapshotText(status)},
                             {"chain", ToHex(status.chain)},
                             {"digest", ToHex(status.digest)},
                             {"acl entries", absl::StrCat(status.acl_entries)},
                             {"static configs", absl::StrCat(status.static_configs)},
                             {"dynamic configs", absl::StrCat(status.dynamic_configs)},
                             {"answered requests", absl::StrCat(status.answered_requests)},
                             {"alarms", status.alarms.empty() ? "none" : Names(status.alarms)}}),
                      AlarmLines(status.alarms));
}

}  // namespace pegel::tools
