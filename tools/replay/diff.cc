// pegel-replay diff: what changed between two points of the past.
#include <iostream>

#include "core/utc.h"
#include "tools/replay/command.h"
#include "tools/replay/families.h"
#include "tools/replay/row_diff.h"
#include "tools/replay/source.h"
#include "tools/replay/table_text.h"

namespace pegel::tools {
namespace {

struct DiffOptions {
  Common common;
  std::string from;
  std::string to;
};

struct Point {
  Lsn lsn;
  UnixNanos time;
};

struct Side {
  Point point;
  std::vector<procedures::Table> tables;  // Of each family.
};

Side SideOf(const World& world) {
  Side side{{world.lsn, world.time}, {}};
  for (const Family& family : Families()) side.tables.push_back(RowsOf(family, world));
  return side;
}

void PrintRows(char mark, const std::vector<procedures::Row>& rows) {
  for (const procedures::Row& row : rows) std::cout << mark << " " << RowText(row) << "\n";
}

void PrintText(const Side& from, const Side& to) {
  std::cout << "from lsn " << from.point.lsn.value << " (" << ToText(from.point.time) << ") to lsn "
            << to.point.lsn.value << " (" << ToText(to.point.time) << ")\n";
  for (size_t i = 0; i < Families().size(); ++i) {
    const Family& family = Families()[i];
    RowDiff diff = DiffRows(from.tables[i], to.tables[i], family.key_columns);
    if (diff.is_empty()) continue;
    std::cout << family.name << ": " << diff.added.size() << " added, " << diff.removed.size()
              << " removed, " << diff.changed.size() << " changed\n";
    PrintRows('-', diff.removed);
    PrintRows('+', diff.added);
    for (const auto& [before, after] : diff.changed) {
      std::cout << "~ " << RowText(before) << "  →  " << RowText(after) << "\n";
    }
  }
}

Json RowsJson(const std::vector<procedures::Row>& rows) {
  Json json = Json::array();
  for (const procedures::Row& row : rows) json.push_back(RowJson(row));
  return json;
}

Json PointJson(const Point& point) {
  return Json{{"lsn", point.lsn.value}, {"time", ToText(point.time)}};
}

void PrintJson(const Side& from, const Side& to) {
  Json json{
      {"from", PointJson(from.point)}, {"to", PointJson(to.point)}, {"families", Json::object()}};
  for (size_t i = 0; i < Families().size(); ++i) {
    const Family& family = Families()[i];
    RowDiff diff = DiffRows(from.tables[i], to.tables[i], family.key_columns);
    Json changed = Json::array();
    for (const auto& [before, after] : diff.changed) {
      changed.push_back(Json{{"from", RowJson(before)}, {"to", RowJson(after)}});
    }
    json["families"][std::string(family.name)] = Json{{"columns", to.tables[i].columns},
                                                      {"added", RowsJson(diff.added)},
                                                      {"removed", RowsJson(diff.removed)},
                                                      {"changed", changed}};
  }
  std::cout << JsonText(json);
}

int Diff(const DiffOptions& options) {
  absl::StatusOr<Source> source = Source::Open(options.common);
  if (!source.ok()) return ReportFault(options.common, source.status());
  const AsOf first = *ParseAsOf(options.from);
  absl::StatusOr<Walk> walk = Walk::Near(*source, first);
  if (!walk.ok()) return ReportFault(options.common, walk.status());
  absl::Status status = walk->GoTo(first);
  if (!status.ok()) return ReportFault(options.common, status);
  Side from = SideOf(walk->world());
  status = walk->GoTo(*ParseAsOf(options.to));
  if (!status.ok()) return ReportFault(options.common, status);
  (options.common.is_json() ? PrintJson : PrintText)(from, SideOf(walk->world()));
  return kExitGood;
}

}  // namespace

void AddDiff(CommandLine& line) {
  auto options = std::make_shared<DiffOptions>();
  CLI::App* diff =
      line.Add("diff", "Shows what changed between two points of the past", options, Diff);
  AddAsOf(diff, "from", &options->from, "The earlier point")->required();
  AddAsOf(diff, "to", &options->to, "The later point")->required();
  diff->footer(R"help(Examples:
  pegel-replay diff 1200 1300 --data-dir ./data
  pegel-replay diff 2026-11-22 2026-11-23 --data-dir ./data --format json

Lines: + came, - went, ~ changed. `history` tells who did it.
Exit: 0 done, also when nothing changed, 1 the log is damaged before the later point, 2 wrong usage,
      or there is no such point.)help");
}

}  // namespace pegel::tools
