#include "tools/replay/row_diff.h"

#include <map>

namespace pegel::tools {
namespace {

using procedures::Row;
using procedures::Table;

Row KeyOf(const Row& row, size_t key_columns) {
  return key_columns == 0 ? row : Row(row.begin(), row.begin() + static_cast<long>(key_columns));
}

std::map<Row, const Row*> ByKey(const Table& table, size_t key_columns) {
  std::map<Row, const Row*> by_key;
  for (const Row& row : table.rows) by_key.emplace(KeyOf(row, key_columns), &row);
  return by_key;
}

}  // namespace

RowDiff DiffRows(const Table& before, const Table& after, size_t key_columns) {
  std::map<Row, const Row*> old_rows = ByKey(before, key_columns);
  std::map<Row, const Row*> new_rows = ByKey(after, key_columns);
  RowDiff diff;
  for (const Row& row : before.rows) {
    auto now = new_rows.find(KeyOf(row, key_columns));
    if (now == new_rows.end()) {
      diff.removed.push_back(row);
    } else if (*now->second != row) {
      diff.changed.emplace_back(row, *now->second);
    }
  }
  for (const Row& row : after.rows) {
    if (old_rows.count(KeyOf(row, key_columns)) == 0) diff.added.push_back(row);
  }
  return diff;
}

}  // namespace pegel::tools
