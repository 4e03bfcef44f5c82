#include "tools/replay/families.h"

#include <iterator>
#include <utility>

#include "absl/strings/str_split.h"
#include "core/check.h"
#include "core/limits.h"
#include "core/read_past.h"
#include "procedures/rows.h"

namespace pegel::tools {
namespace {

std::vector<std::string> FirstColumn(const procedures::Row& row) {
  return {row.front().value_or("NULL")};
}

// Of a line `resource="…";permission="…";principal="…";…`: resource, principal. No part of an entry
// holds a quote (core/acl/text.h).
std::vector<std::string> ResourceAndPrincipal(const procedures::Row& row) {
  std::vector<std::string> pieces = absl::StrSplit(row.front().value_or(""), '"');
  PEGEL_CHECK(pieces.size() > 5, row.front().value_or("NULL"));
  return {pieces[1], pieces[5]};
}

std::vector<std::string> SecondColumn(const procedures::Row& row) {
  return {row.at(1).value_or("NULL")};
}

// `db.t`, partition if there is one, bucket.
std::vector<std::string> TableAndBucket(const procedures::Row& row) {
  std::vector<std::string> path{row.at(0).value_or("NULL")};
  if (row.at(1)) path.push_back(*row.at(1));
  path.push_back(row.at(2).value_or("NULL"));
  return path;
}

Command EveryBucket() {
  ListBuckets list;
  list.limit = kListedBucketsMax;
  return list;
}

// Buckets come in pages. Whether `result` was not the last one; then `listing` asks for the next.
bool TurnPage(const Result& result, Command* listing) {
  const auto* page = std::get_if<BucketRows>(&result);
  if (page == nullptr || page->is_last) return false;
  std::get<ListBuckets>(*listing).after = page->buckets.back().key;
  return true;
}

const std::vector<Family>& AllFamilies() {
  static const auto& families = *new std::vector<Family>{
      {"acl", "access rules, as sys.list_acl", ListAcl{}, 0, ResourceAndPrincipal},
      {"config", "configs that are set, as sys.get_cluster_configs", GetConfigs{}, 1, FirstColumn},
      {"server", "tablet servers, as sys.list_servers", ListServers{}, 1, FirstColumn},
      {"table", "tables", ListTables{}, 1, SecondColumn},
      {"bucket", "buckets of tables with their replicas", EveryBucket(), 3, TableAndBucket},
      {"rebalance", "rebalances, as sys.list_rebalances", ListRebalances{}, 1, FirstColumn},
      {"tag", "tags of tablet servers, as sys.list_server_tags", ListServerTags{}, 1, FirstColumn},
  };
  return families;
}

}  // namespace

absl::Span<const Family> Families() { return AllFamilies(); }

const Family* FindFamily(absl::string_view name) {
  for (const Family& family : AllFamilies()) {
    if (family.name == name) return &family;
  }
  return nullptr;
}

std::vector<std::string> FamilyNames() {
  std::vector<std::string> names;
  for (const Family& family : AllFamilies()) names.emplace_back(family.name);
  return names;
}

procedures::Table RowsOf(const Family& family, const World& world) {
  procedures::Table table;
  Command listing = family.listing;
  for (bool has_more = true; has_more;) {
    Outcome outcome = ReadAll(world, listing);
    const auto* result = std::get_if<Result>(&outcome);
    PEGEL_CHECK(result != nullptr, family.name, ": ", std::get<Error>(outcome).message);
    procedures::Table page = procedures::ToTable(*result);
    table.columns = std::move(page.columns);
    std::move(page.rows.begin(), page.rows.end(), std::back_inserter(table.rows));
    has_more = TurnPage(*result, &listing);
  }
  return table;
}

}  // namespace pegel::tools
