// What became of the rows of a family between two points of the past.
#pragma once

#include <utility>
#include <vector>

#include "procedures/table.h"

namespace pegel::tools {

struct RowDiff {
  std::vector<procedures::Row> added;
  std::vector<procedures::Row> removed;
  std::vector<std::pair<procedures::Row, procedures::Row>> changed;  // Before, after.
  bool is_empty() const { return added.empty() && removed.empty() && changed.empty(); }
};

// Rows with equal first `key_columns` columns are the same row (0: all columns; then nothing is
// ever changed). Every list is in the order of its rows; keys must be unique in each table.
RowDiff DiffRows(const procedures::Table& before, const procedures::Table& after,
                 size_t key_columns);

}  // namespace pegel::tools
