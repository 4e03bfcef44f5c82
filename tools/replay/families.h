// The families of state, as one table: what `at` lists, `diff` compares and `shell` browses. A new
// family is one more row in families.cc.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/command.h"
#include "core/world.h"
#include "procedures/table.h"

namespace pegel::tools {

struct Family {
  absl::string_view name;  // `acl`
  absl::string_view help;
  Command listing;         // The read procedure whose rows are the family.
  size_t key_columns = 0;  // So many columns from the left name a row; 0: a row is its own name.
  // The place of a row in the tree that `shell` shows, below the family.
  std::vector<std::string> (*path)(const procedures::Row& row) = nullptr;
};

absl::Span<const Family> Families();
const Family* FindFamily(absl::string_view name);  // Null: there is none.
std::vector<std::string> FamilyNames();

// The whole family, in the rows of its procedure, whoever may see them: who has the log has all.
procedures::Table RowsOf(const Family& family, const World& world);

}  // namespace pegel::tools
