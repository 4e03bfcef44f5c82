// pegel-replay at: the World as it was, in the rows of the procedures that list it.
#include <iostream>

#include "absl/strings/str_cat.h"
#include "core/canonical.h"
#include "core/utc.h"
#include "tools/replay/command.h"
#include "tools/replay/families.h"
#include "tools/replay/source.h"
#include "tools/replay/table_text.h"

namespace pegel::tools {
namespace {

struct AtOptions {
  Common common;
  std::string at;
  std::vector<std::string> families;  // None: all.
};

std::vector<const Family*> Chosen(const std::vector<std::string>& names) {
  std::vector<const Family*> chosen;
  for (const std::string& name : names) chosen.push_back(FindFamily(name));
  if (!chosen.empty()) return chosen;
  for (const Family& family : Families()) chosen.push_back(&family);
  return chosen;
}

void PrintJson(const World& world, const std::vector<const Family*>& families) {
  Json json{{"lsn", world.lsn.value},
            {"time", ToText(world.time)},
            {"cluster_id", world.cluster_id},
            {"digest", ToHex(Digest(world))},
            {"families", Json::object()}};
  for (const Family* family : families) {
    json["families"][std::string(family->name)] = TableJson(RowsOf(*family, world));
  }
  std::cout << JsonText(json);
}

void PrintTables(const World& world, const std::vector<const Family*>& families) {
  std::cout << "lsn " << world.lsn.value << ", " << ToText(world.time) << ", cluster "
            << world.cluster_id << "\n";
  for (const Family* family : families) {
    if (families.size() > 1) std::cout << "\n" << family->name << "\n";
    std::cout << TableText(RowsOf(*family, world));
  }
}

int At(const AtOptions& options) {
  absl::StatusOr<Source> source = Source::Open(options.common);
  if (!source.ok()) return ReportFault(options.common, source.status());
  const AsOf goal = *ParseAsOf(options.at);
  absl::StatusOr<Walk> walk = Walk::Near(*source, goal);
  if (!walk.ok()) return ReportFault(options.common, walk.status());
  absl::Status status = walk->GoTo(goal);
  if (!status.ok()) return ReportFault(options.common, status);
  auto print = options.common.is_json() ? PrintJson : PrintTables;
  print(walk->world(), Chosen(options.families));
  return kExitGood;
}

}  // namespace

void AddAt(CommandLine& line) {
  auto options = std::make_shared<AtOptions>();
  CLI::App* at =
      line.Add("at", "Shows the state as it was behind one record, or at a time", options, At);
  AddAsOf(at, "at", &options->at, "Behind which record, or at which time (UTC)")->required();
  at->add_option("family", options->families, "Only these families of state")
      ->check(CLI::IsMember(FamilyNames()));
  at->footer(R"help(Examples:
  pegel-replay at 1200 --data-dir ./data
  pegel-replay at 1200 acl --data-dir ./data
  pegel-replay at '2026-11-22 08:00:00' config --data-dir ./data --format json

The rows are those of sys.list_acl and the other procedures that list. Secrets are masked.
Exit: 0 done, 1 the log is damaged before that point, 2 wrong usage, or there is no such point.)help");
}

}  // namespace pegel::tools
