#include "procedures/rows.h"

#include <algorithm>

#include "core/acl/text.h"

namespace pegel::procedures {
namespace {

struct RowsOf {
  std::vector<Row> operator()(const Done&) const { return {{"success"}}; }

  // World order is by field, and a printed line compares differently (`.` sorts behind `"`), so
  // lines are sorted again.
  std::vector<Row> operator()(const AclEntries& listed) const {
    std::vector<Row> rows;
    rows.reserve(listed.entries.size());
    for (const acl::Entry& entry : listed.entries) rows.push_back({acl::ToText(entry)});
    std::sort(rows.begin(), rows.end());
    return rows;
  }
};

}  // namespace

Table ToTable(const Result& result) {
  return Table{.columns = {"result"}, .rows = std::visit(RowsOf{}, result)};
}

}  // namespace pegel::procedures
