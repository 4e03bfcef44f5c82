// pegel-replay: the auditor. Reads a data directory with the server's own decoders and fold;
// changes nothing.
#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/canonical.h"
#include "procedures/call_text.h"
#include "replay/recover.h"
#include "tools/replay/events_text.h"

namespace pegel::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kExitBad = 1;
constexpr int kExitUsage = 2;

struct Arguments {
  std::string data_dir;
  bool is_json = false;
  bool has_events = false;
  uint64_t from = 1;
  uint64_t to = UINT64_MAX;
};

std::string Print(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string TimeText(UnixNanos time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E9SZ", absl::FromUnixNanos(time.value),
                          absl::UTCTimeZone());
}

int ReportFault(const Arguments& arguments, const absl::Status& status) {
  std::string reason(status.message());
  if (arguments.is_json) {
    std::optional<Lsn> lsn = replay::LsnOf(status);
    Json json{{"ok", false}, {"lsn", nullptr}, {"reason", reason}};
    if (lsn.has_value()) json["lsn"] = lsn->value;
    std::cout << Print(json) << "\n";
  } else {
    std::cerr << "NOT OK: " << reason << "\n";
  }
  return kExitBad;
}

int Verify(const Arguments& arguments) {
  uint64_t records = 0;
  auto count = [&](const Record&, const Applied&, const Hash256&) { ++records; };
  absl::StatusOr<replay::Folded> folded = replay::Audit({.data_dir = arguments.data_dir}, count);
  if (!folded.ok()) return ReportFault(arguments, folded.status());
  Json json{{"ok", true},
            {"records", records},
            {"head_lsn", folded->head.lsn.value},
            {"chain", ToHex(folded->head.chain)},
            {"digest", ToHex(Digest(folded->world))}};
  if (arguments.is_json) {
    std::cout << Print(json) << "\n";
  } else {
    std::cout << "OK: " << records << " records, every hash checked\nhead lsn  "
              << folded->head.lsn.value << "\nchain     " << ToHex(folded->head.chain)
              << "\ndigest    " << ToHex(Digest(folded->world)) << "\n";
  }
  return 0;
}

Json RecordJson(const Record& record, const Applied& applied, const Hash256& chain) {
  const Moment& moment = record.moment;
  Json json{{"lsn", moment.lsn.value},
            {"time", TimeText(moment.time)},
            {"principal", ToText(moment.author.principal)},
            {"host", moment.author.host},
            {"request_id", nullptr},
            {"command", std::string(ToText(KindOf(record.command)))},
            {"call", procedures::ToCallText(record.command)},
            {"accepted", IsAccepted(applied.decision.outcome)}};
  if (record.request_id.is_set()) json["request_id"] = ToHex(record.request_id);
  if (const auto* error = std::get_if<Error>(&applied.decision.outcome)) {
    json["error"] = {{"code", static_cast<int>(error->code)},
                     {"name", std::string(ErrorName(error->code))},
                     {"message", error->message}};
  }
  json["events"] = applied.decision.events.size();
  json["chain"] = ToHex(chain);
  return json;
}

std::string RecordLine(const Record& record, const Applied& applied) {
  const Moment& moment = record.moment;
  std::string outcome = "accepted";
  if (const auto* error = std::get_if<Error>(&applied.decision.outcome)) {
    outcome = absl::StrCat("REJECTED ", ErrorName(error->code), ": ", error->message);
  }
  return absl::StrCat(moment.lsn.value, "  ", TimeText(moment.time), "  ",
                      ToText(moment.author.principal), "@",
                      moment.author.host.empty() ? "-" : moment.author.host, "  ",
                      procedures::ToCallText(record.command), "  → ", outcome);
}

// Prints while it folds, so that a damaged log shows everything before the damage.
int Dump(const Arguments& arguments) {
  auto print = [&](const Record& record, const Applied& applied, const Hash256& chain) {
    uint64_t lsn = record.moment.lsn.value;
    if (lsn < arguments.from || lsn > arguments.to) return;
    const std::vector<Event>& events = applied.decision.events;
    if (arguments.is_json) {
      Json json = RecordJson(record, applied, chain);
      if (arguments.has_events) AddEvents(events, &json);
      std::cout << Print(json) << "\n";
    } else {
      std::cout << RecordLine(record, applied) << "\n";
      if (arguments.has_events) std::cout << EventLines(events);
    }
  };
  absl::StatusOr<replay::Folded> folded = replay::Audit({.data_dir = arguments.data_dir}, print);
  return folded.ok() ? 0 : ReportFault(arguments, folded.status());
}

int Main(int argc, char** argv) {
  CLI::App app{
      "Audits a Pegel data directory, read-only; a running server may own it.\n\n"
      "  pegel-replay verify --data-dir ./data\n"
      "  pegel-replay dump --data-dir ./data --from 100 --format json\n\n"
      "Exit: 0 all is well, 1 the log is damaged (the first bad lsn is named), 2 wrong usage."};
  app.set_version_flag("--version", PEGEL_VERSION);
  app.require_subcommand(1);
  Arguments arguments;
  std::string format = "table";
  auto common = [&](CLI::App* command) {
    command->add_option("--data-dir", arguments.data_dir, "The server's data directory")
        ->required();
    command->add_option("--format", format, "table or json")
        ->check(CLI::IsMember({"table", "json"}))
        ->capture_default_str();
  };
  CLI::App* verify = app.add_subcommand(
      "verify", "Fold the whole log and check density, chain, effect hashes and anchor");
  CLI::App* dump =
      app.add_subcommand("dump", "Print the records, one a line, as the calls they were");
  common(verify);
  common(dump);
  dump->add_option("--from", arguments.from, "First lsn to print")->capture_default_str();
  dump->add_option("--to", arguments.to, "Last lsn to print (default: the end)");
  dump->add_flag("--events", arguments.has_events, "Print what each record made true, too");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  arguments.is_json = format == "json";
  int exit_code = *verify ? Verify(arguments) : Dump(arguments);
  if (std::cout.flush()) return exit_code;
  std::cerr << "pegel-replay: standard output cannot be written\n";
  return kExitBad;
}

}  // namespace
}  // namespace pegel::tools

int main(int argc, char** argv) { return pegel::tools::Main(argc, argv); }
