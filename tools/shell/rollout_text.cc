#include "tools/shell/rollout_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tools/shell/format.h"
#include "tools/shell/printable.h"

namespace pegel::tools {
namespace {

using Json = nlohmann::ordered_json;
using Line = net::Rollout::Line;

std::string TimeText(UnixNanos time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixNanos(time.value),
                          absl::UTCTimeZone());
}

Json LineJson(const Line& line) {
  Json json;
  json["name"] = line.name;
  json["principal"] = line.principal;
  json["host"] = line.host;
  json["connected"] = line.is_connected;
  json["since"] = TimeText(line.since);
  json["delivered"] = line.delivered.value;
  json["applied"] = line.applied.value;
  json["has_it"] = line.has_it;
  json["end_reason"] = line.is_connected ? Json() : Json(line.end_reason);
  return json;
}

std::string StateOf(const Line& line) {
  return absl::StrCat(line.is_connected ? "connected since " : "left at ", TimeText(line.since),
                      line.is_connected ? "" : absl::StrCat(": ", line.end_reason));
}

std::string Summary(const net::Rollout& rollout) {
  size_t connected = 0, have = 0, left = 0;
  for (const Line& line : rollout.subscribers) {
    connected += line.is_connected;
    have += line.is_connected && line.has_it;
    left += !line.is_connected;
  }
  return absl::StrCat(have, " of ", connected, " connected subscribers have it",
                      left == 0 ? "" : absl::StrCat("; ", left, " left"), "\n");
}

}  // namespace

bool IsRolledOut(const net::Rollout& rollout) {
  size_t connected = 0, have = 0;
  for (const Line& line : rollout.subscribers) {
    connected += line.is_connected;
    have += line.is_connected && line.has_it;
  }
  return rollout.changed_at != Lsn{} && connected > 0 && have == connected;
}

std::string RolloutJson(const std::string& key, const net::Rollout& rollout) {
  Json json;
  json["key"] = key;
  json["changed_at"] = rollout.changed_at == Lsn{} ? Json() : Json(rollout.changed_at.value);
  json["rolled_out"] = IsRolledOut(rollout);
  json["subscribers"] = Json::array();
  for (const Line& line : rollout.subscribers) json["subscribers"].push_back(LineJson(line));
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string RolloutTable(const std::string& key, const net::Rollout& rollout) {
  if (rollout.changed_at == Lsn{}) {
    return absl::StrCat(Printable(key),
                        " was never changed: there is nothing to roll out. Is the key right?\n");
  }
  Answer answer;
  answer.table.columns = {"name", "principal", "host", "delivered", "applied", "has it", "state"};
  for (const Line& line : rollout.subscribers) {
    answer.table.rows.push_back(
        {line.name, line.principal, line.host, absl::StrCat(line.delivered.value),
         absl::StrCat(line.applied.value), line.has_it ? "yes" : "NO", StateOf(line)});
  }
  return absl::StrCat(Printable(key), " changed last at lsn ", rollout.changed_at.value, "\n",
                      Print(answer, Format::kTable, /*is_quiet=*/true).out, Summary(rollout));
}

}  // namespace pegel::tools
