#include "tools/replay/families.h"

#include "absl/strings/str_split.h"
#include "core/check.h"
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

const std::vector<Family>& AllFamilies() {
  static const auto& families = *new std::vector<Family>{
      {"acl", "access rules, as sys.list_acl", ListAcl{}, 0, ResourceAndPrincipal},
      {"config", "configs that are set, as sys.get_cluster_configs", GetConfigs{}, 1, FirstColumn},
      {"server", "tablet servers, as sys.list_servers", ListServers{}, 1, FirstColumn},
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
  Outcome outcome = ReadAll(world, family.listing);
  const auto* result = std::get_if<Result>(&outcome);
  PEGEL_CHECK(result != nullptr, family.name, ": ", std::get<Error>(outcome).message);
  return procedures::ToTable(*result);
}

}  // namespace pegel::tools
