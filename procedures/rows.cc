#include "procedures/rows.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/acl/text.h"
#include "core/check.h"
#include "core/cluster/text.h"
#include "procedures/masked.h"

namespace pegel::procedures {
namespace {

std::string ToText(config::Source source) {
  switch (source) {
    case config::Source::kDynamic:
      return "DYNAMIC_CONFIG";
    case config::Source::kStatic:
      return "STATIC_CONFIG";
    case config::Source::kDefault:
      return "DEFAULT_CONFIG";
  }
  PEGEL_CHECK(false, "no such source: ", static_cast<int>(source));
}

Value ShownValue(absl::string_view key, const std::optional<config::Value>& value) {
  if (!value) return std::nullopt;
  return MaskedText(key, *value);
}

struct TableOf {
  Table operator()(const Done&) const { return {.columns = {"result"}, .rows = {{"success"}}}; }

  // World order is by field, and a printed line compares differently (`.` sorts behind `"`), so
  // lines are sorted again.
  Table operator()(const AclEntries& listed) const {
    Table table{.columns = {"result"}, .rows = {}};
    table.rows.reserve(listed.entries.size());
    for (const acl::Entry& entry : listed.entries) table.rows.push_back({acl::ToText(entry)});
    std::sort(table.rows.begin(), table.rows.end());
    return table;
  }

  Table operator()(const ConfigEntries& found) const {
    Table table{.columns = {"config_key", "config_value", "config_source"}, .rows = {}};
    table.rows.reserve(found.entries.size());
    for (const ConfigEntry& entry : found.entries) {
      table.rows.push_back({entry.key, ShownValue(entry.key, entry.value), ToText(entry.source)});
    }
    return table;
  }

  Table operator()(const ServerRows& listed) const {
    Table table{.columns = {"id", "rack", "address", "live", "tag", "epoch"}, .rows = {}};
    table.rows.reserve(listed.servers.size());
    for (const cluster::Server& server : listed.servers) {
      Value rack = server.rack.empty() ? Value() : Value(server.rack);
      Value tag = server.tag ? Value(std::string(cluster::ToText(*server.tag))) : Value();
      table.rows.push_back({cluster::ToText(server.id), std::move(rack), server.address,
                            server.is_live ? "true" : "false", std::move(tag),
                            absl::StrCat(server.epoch.value)});
    }
    return table;
  }

  Table operator()(const ServerTagRows& listed) const {
    Table table{.columns = {"id", "tag"}, .rows = {}};
    table.rows.reserve(listed.tags.size());
    for (const ServerTagRow& row : listed.tags) {
      table.rows.push_back({cluster::ToText(row.id), std::string(cluster::ToText(row.tag))});
    }
    return table;
  }
};

// IMPORTANT: scripts match these sentences; each ends with a blank, as Fluss's do.
std::string SentenceOf(const config::Change& change) {
  std::string value = ShownValue(change.key, change.value).value_or("null");
  switch (change.op) {
    case config::Op::kSet:
      return absl::StrCat("Successfully set to '", value, "' configuration '", change.key, "'. ");
    case config::Op::kDelete:
      return absl::StrCat("Successfully deleted (reset to default) configuration '", change.key,
                          "'. ");
    case config::Op::kAppend:
      return absl::StrCat("Successfully appended '", value, "' to configuration '", change.key,
                          "'. ");
    case config::Op::kSubtract:
      return absl::StrCat("Successfully subtracted '", value, "' from configuration '", change.key,
                          "'. ");
  }
  PEGEL_CHECK(false, "no such op: ", static_cast<int>(change.op));
}

}  // namespace

Table ToTable(const Result& result) { return std::visit(TableOf{}, result); }

Table ToTable(const AlterConfigs& alter) {
  Table table{.columns = {"result"}, .rows = {}};
  table.rows.reserve(alter.changes.size());
  for (const config::Change& change : alter.changes) table.rows.push_back({SentenceOf(change)});
  return table;
}

}  // namespace pegel::procedures
