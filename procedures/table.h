// Rows as the caller sees them: named text columns; a value may be NULL.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace pegel::procedures {

using Value = std::optional<std::string>;
using Row = std::vector<Value>;

struct Table {
  std::vector<std::string> columns;
  std::vector<Row> rows;
  bool operator==(const Table&) const = default;
};

}  // namespace pegel::procedures
