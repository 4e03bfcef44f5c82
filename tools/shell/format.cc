#include "tools/shell/format.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tools/shell/history_rule.h"
#include "tools/shell/printable.h"

namespace pegel::tools {
namespace {

using Json = nlohmann::ordered_json;
using procedures::Row;
using procedures::Table;
using procedures::Value;

// ---- table ----

using Cells = std::vector<std::string>;

Cells CellsOf(const Row& row) {
  Cells cells;
  for (const Value& value : row) cells.push_back(value ? Printable(*value) : "NULL");
  return cells;
}

std::vector<Cells> AllCells(const Table& table) {
  std::vector<Cells> lines = {{table.columns.begin(), table.columns.end()}};
  for (const Row& row : table.rows) lines.push_back(CellsOf(row));
  return lines;
}

std::vector<size_t> WidthsOf(const std::vector<Cells>& lines) {
  std::vector<size_t> widths(lines[0].size());
  for (const Cells& cells : lines) {
    for (size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], Width(cells[i]));
  }
  return widths;
}

std::string RuleLine(const std::vector<size_t>& widths) {
  std::string line = "+";
  for (size_t width : widths) absl::StrAppend(&line, std::string(width + 2, '-'), "+");
  return line + "\n";
}

std::string CellLine(const Cells& cells, const std::vector<size_t>& widths) {
  std::string line = "|";
  for (size_t i = 0; i < widths.size(); ++i) {
    absl::StrAppend(&line, " ", cells[i], std::string(widths[i] - Width(cells[i]), ' '), " |");
  }
  return line + "\n";
}

std::string Box(const Table& table) {
  std::vector<Cells> lines = AllCells(table);
  std::vector<size_t> widths = WidthsOf(lines);
  std::string rule = RuleLine(widths);
  std::string box = absl::StrCat(rule, CellLine(lines[0], widths), rule);
  for (size_t i = 1; i < lines.size(); ++i) box += CellLine(lines[i], widths);
  return lines.size() > 1 ? box + rule : box;
}

std::string TableText(const Table& table, bool is_quiet) {
  if (table.columns.empty()) return is_quiet ? "" : "OK\n";
  size_t count = table.rows.size();
  return absl::StrCat(Box(table),
                      is_quiet ? "" : absl::StrCat(count, count == 1 ? " row\n" : " rows\n"));
}

// ---- JSON ----

Json RowJson(const Row& row) {
  Json cells = Json::array();
  for (const Value& value : row) cells.push_back(value ? Json(*value) : Json());
  return cells;
}

Json RowsJson(const Table& table) {
  Json rows = Json::array();
  for (const Row& row : table.rows) rows.push_back(RowJson(row));
  return rows;
}

std::string JsonLine(const Answer& answer) {
  Json line;
  line["statement"] = WithoutSecrets(answer.statement);
  line["lsn"] = answer.lsn ? Json(answer.lsn->value) : Json();
  if (answer.error) {
    line["error"]["code"] = static_cast<int32_t>(answer.error->code);
    line["error"]["name"] = std::string(ErrorName(answer.error->code));
    line["error"]["message"] = answer.error->message;
  } else {
    line["columns"] = answer.table.columns;
    line["rows"] = RowsJson(answer.table);
  }
  // Bytes that are not UTF-8 become U+FFFD; a line must never fail to print.
  return line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// ---- CSV (RFC 4180) ----

// NULL is nothing, an empty text is "".
std::string CsvField(const Value& value) {
  if (!value) return "";
  bool needs_quotes = value->empty() || value->find_first_of(",\"\r\n") != std::string::npos;
  if (!needs_quotes) return *value;
  return absl::StrCat("\"", absl::StrReplaceAll(*value, {{"\"", "\"\""}}), "\"");
}

std::string CsvLine(const Row& row) {
  auto append = [](std::string* out, const Value& value) { out->append(CsvField(value)); };
  return absl::StrJoin(row, ",", append) + "\r\n";
}

std::string CsvText(const Table& table) {
  if (table.columns.empty()) return "";
  std::string text = CsvLine(Row(table.columns.begin(), table.columns.end()));
  for (const Row& row : table.rows) text += CsvLine(row);
  return text;
}

}  // namespace

std::string ErrorLine(const Error& error) {
  return absl::StrCat("ERROR ", static_cast<int32_t>(error.code), " (", ErrorName(error.code),
                      "): ", Printable(error.message), "\n");
}

Printed Print(const Answer& answer, Format format, bool is_quiet) {
  if (format == Format::kJson) return {JsonLine(answer), ""};
  if (answer.error) return {"", ErrorLine(*answer.error)};
  return {format == Format::kCsv ? CsvText(answer.table) : TableText(answer.table, is_quiet), ""};
}

}  // namespace pegel::tools
