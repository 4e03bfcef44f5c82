#include "tools/replay/table_text.h"

#include "tools/shell/format.h"
#include "tools/shell/printable.h"

namespace pegel::tools {

std::string TableText(const procedures::Table& table) {
  return Print(Answer{.statement = "", .lsn = {}, .table = table, .error = {}}, Format::kTable,
               /*is_quiet=*/true)
      .out;
}

Json RowJson(const procedures::Row& row) {
  Json cells = Json::array();
  for (const procedures::Value& value : row) cells.push_back(value ? Json(*value) : Json());
  return cells;
}

Json TableJson(const procedures::Table& table) {
  Json rows = Json::array();
  for (const procedures::Row& row : table.rows) rows.push_back(RowJson(row));
  return Json{{"columns", table.columns}, {"rows", rows}};
}

std::string RowText(const procedures::Row& row) {
  std::string text;
  for (const procedures::Value& value : row) {
    if (!text.empty()) text += "  ";
    text += value ? Printable(*value) : "NULL";
  }
  return text;
}

}  // namespace pegel::tools
