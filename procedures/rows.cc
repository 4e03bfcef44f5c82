#include "procedures/rows.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/acl/text.h"
#include "core/check.h"
#include "core/cluster/names.h"
#include "core/cluster/text.h"
#include "procedures/masked.h"
#include "procedures/rebalance_rows.h"

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

std::string ToText(cluster::ReportPart part) {
  switch (part) {
    case cluster::ReportPart::kInSync:
      return "in_sync";
    case cluster::ReportPart::kSize:
      return "size";
    case cluster::ReportPart::kDone:
      return "done";
    case cluster::ReportPart::kFailed:
      return "failed";
  }
  PEGEL_CHECK(false, "no such part: ", static_cast<int>(part));
}

std::string ServersOf(const cluster::Replicas& replicas, bool only_in_sync) {
  std::string text;
  for (const cluster::Replica& replica : replicas) {
    if (only_in_sync && !replica.is_in_sync) continue;
    absl::StrAppend(&text, text.empty() ? "" : ",", replica.server.value);
  }
  return text;
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
    Table table{.columns = {"id", "rack", "address", "live", "tag", "epoch", "replicas", "leaders",
                            "in_sync"},
                .rows = {}};
    table.rows.reserve(listed.servers.size());
    for (const ServerRow& row : listed.servers) {
      const cluster::Server& server = row.server;
      Value rack = server.rack.empty() ? Value() : Value(server.rack);
      Value tag = server.tag ? Value(std::string(cluster::ToText(*server.tag))) : Value();
      table.rows.push_back({cluster::ToText(server.id), std::move(rack), server.address,
                            server.is_live ? "true" : "false", std::move(tag),
                            absl::StrCat(server.epoch.value), absl::StrCat(row.replicas),
                            absl::StrCat(row.leaders), absl::StrCat(row.in_sync)});
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

  Table operator()(const TableRows& listed) const {
    Table table{.columns = {"id", "table", "buckets", "replication", "partitions"}, .rows = {}};
    table.rows.reserve(listed.tables.size());
    for (const TableRow& row : listed.tables) {
      Value partitions = row.is_partitioned ? Value(absl::StrCat(row.partitions)) : Value();
      table.rows.push_back({absl::StrCat(row.id.value), cluster::ToText(row.path),
                            absl::StrCat(row.bucket_count), absl::StrCat(row.replication_factor),
                            std::move(partitions)});
    }
    return table;
  }

  Table operator()(const BucketRows& listed) const {
    Table table{.columns = {"table", "partition", "bucket", "leader", "replicas", "in_sync",
                            "leader_epoch", "bucket_epoch", "bytes", "key"},
                .rows = {}};
    table.rows.reserve(listed.buckets.size());
    for (const BucketRow& row : listed.buckets) {
      const cluster::Bucket& bucket = row.bucket;
      bool has_leader = bucket.leader != cluster::kNoServer;
      table.rows.push_back({cluster::ToText(row.path),
                            row.partition.empty() ? Value() : Value(row.partition),
                            absl::StrCat(row.key.bucket),
                            has_leader ? Value(cluster::ToText(bucket.leader)) : Value(),
                            ServersOf(bucket.replicas, false), ServersOf(bucket.replicas, true),
                            absl::StrCat(bucket.leader_epoch), absl::StrCat(bucket.bucket_epoch),
                            absl::StrCat(bucket.bytes), cluster::ToText(row.key)});
    }
    return table;
  }

  Table operator()(const ReportJudged& judged) const {
    Table table{.columns = {"part", "index", "code", "message"}, .rows = {}};
    for (const ReportRefusal& refusal : judged.refused) {
      table.rows.push_back({ToText(refusal.part), absl::StrCat(refusal.index),
                            absl::StrCat(static_cast<int>(refusal.error.code)),
                            refusal.error.message});
    }
    return table;
  }

  Table operator()(const RebalanceBegun& begun) const { return ToTable(begun); }
  Table operator()(const RebalanceDetail& detail) const { return ToTable(detail); }
  Table operator()(const RebalanceRows& rows) const { return ToTable(rows); }
  Table operator()(const PlanAsked& asked) const { return ToTable(asked); }
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
