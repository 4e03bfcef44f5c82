// pegel-replay dump: records, one a line, as the calls that they were.
#include <algorithm>
#include <iostream>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "core/principal.h"
#include "tools/replay/command.h"
#include "tools/replay/events_text.h"
#include "tools/replay/record_text.h"
#include "tools/replay/source.h"

namespace pegel::tools {
namespace {

struct DumpOptions {
  Common common;
  uint64_t from = 1;
  uint64_t to = UINT64_MAX;
  std::vector<std::string> types;  // None: all.
  std::string principal;
  std::string match;
  bool has_events = false;
};

bool IsWanted(const DumpOptions& options, const Record& record, const Applied& applied) {
  const Moment& moment = record.moment;
  if (moment.lsn.value < options.from || moment.lsn.value > options.to) return false;
  const std::vector<std::string>& types = options.types;
  if (!types.empty() &&
      std::find(types.begin(), types.end(), ToText(KindOf(record.command))) == types.end()) {
    return false;
  }
  if (!options.principal.empty() && ToText(moment.author.principal) != options.principal) {
    return false;
  }
  return options.match.empty() ||
         absl::StrContains(absl::AsciiStrToLower(RecordLine(record, applied)),
                           absl::AsciiStrToLower(options.match));
}

// Prints while it folds, so that a damaged log shows everything before the damage. Always folds to
// the end: what the log says at 10 is only worth something when all of it holds.
int Dump(const DumpOptions& options) {
  absl::StatusOr<Source> source = Source::Open(options.common);
  if (!source.ok()) return ReportFault(options.common, source.status());
  auto print = [&](const Record& record, const Applied& applied, const Hash256& chain) {
    if (!IsWanted(options, record, applied)) return;
    const std::vector<Event>& events = applied.decision.events;
    if (options.common.is_json()) {
      Json json = RecordJson(record, applied, chain);
      if (options.has_events) AddEvents(events, &json);
      std::cout << JsonText(json);
    } else {
      std::cout << RecordLine(record, applied) << "\n";
      if (options.has_events) std::cout << EventLines(events);
    }
  };
  absl::StatusOr<replay::Folded> folded = source->Beginning();
  if (folded.ok()) folded = source->FoldAll(*std::move(folded), "dump", print);
  return folded.ok() ? kExitGood : ReportFault(options.common, folded.status());
}

}  // namespace

void AddDump(CommandLine& line) {
  auto options = std::make_shared<DumpOptions>();
  CLI::App* dump =
      line.Add("dump", "Prints the records, one a line, as the calls they were", options, Dump);
  dump->add_option("--from", options->from, "First lsn to print")->capture_default_str();
  dump->add_option("--to", options->to, "Last lsn to print (default: the end)");
  dump->add_option("--type", options->types,
                   "Only these commands, such as add_acl; may be repeated")
      ->type_name("COMMAND")
      ->delimiter(',')
      ->allow_extra_args(false);
  dump->add_option("--principal", options->principal, "Only calls of this principal")
      ->type_name("TYPE:NAME");
  dump->add_option("--match", options->match, "Only lines that hold this text, in any case")
      ->type_name("TEXT");
  dump->add_flag("--events", options->has_events, "Prints what each record made true, too");
  dump->footer(R"help(Examples:
  pegel-replay dump --data-dir ./data --from 100 --to 120
  pegel-replay dump --data-dir ./data --type add_acl,drop_acl --principal User:Bob
  pegel-replay dump --data-dir ./data --match rejected --format json | jq -r .error.message

Exit: 0 the log is good, 1 it is damaged (all before the damage is printed), 2 wrong usage.)help");
}

}  // namespace pegel::tools
