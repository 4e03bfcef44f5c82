#include "tools/fleet/options.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "core/config/memory_size.h"
#include "tools/shell/common_flags.h"
#include "tools/shell/printable.h"

namespace pegel::tools {
namespace {

constexpr int kExitUsage = 2;
constexpr double kMillion = 1e6;

constexpr char kExamples[] = R"help(Examples:
  pegel-fleet --servers 4
  pegel-fleet --servers 6 --racks 3 --tables 5 --buckets 12 --bytes-per-bucket "64 mb"
  pegel-fleet --servers 8 --racks 3 --tables 5 --die 2 --die-after 5 --seed 7
  pegel-fleet --scenario docs/examples/rolling-restart.yaml

Prints `fleet tables: …` when --tables are made, `fleet ready: …` when all servers are registered
and do what they should, `fleet silent: …` when some of them fell silent, and a line for each step
of a scenario; then runs until SIGTERM or SIGINT, when the rest leaves in order. A lost connection
is made again. Sizes are as in Fluss: 64 mb, 1gb, 4096. docs/fleet.md says more.
Exit: 0 ended by a signal or a step, 1 refused or no connection at the start, 2 usage.)help";

void AddSize(CLI::App& app, const char* name, int64_t* bytes, const char* what) {
  app.add_option_function<std::string>(
         name,
         [name, bytes](const std::string& text) {
           auto size = config::ParseMemorySize(text);
           if (!size.ok()) throw CLI::ValidationError(name, std::string(size.status().message()));
           *bytes = size->bytes;
         },
         what)
      ->type_name("SIZE")
      ->take_last();
}

template <typename Number>
CLI::Option* AddNumber(CLI::App& app, const char* name, Number* value, Number from, Number to,
                       const char* what) {
  return app.add_option(name, *value, what)
      ->check(CLI::Range(from, to))
      ->type_name("N")
      ->capture_default_str()
      ->take_last();
}

void AddIds(CLI::App& app, const char* name, std::vector<int32_t>* ids, const char* what) {
  app.add_option(name, *ids, what)->delimiter(',')->allow_extra_args(false)->type_name("ID[,ID]");
}

void AddServers(CLI::App& app, FleetOptions* options) {
  app.add_option("--server", options->server, "Address of the server, else PEGEL_SERVER")
      ->type_name("HOST:PORT")
      ->capture_default_str()
      ->take_last();
  AddNumber(app, "--servers", &options->servers, 1, 10'000, "How many tablet servers");
  AddNumber(app, "--racks", &options->racks, 1, 10'000,
            "Over how many racks they are spread, in turn");
  AddNumber(app, "--first-id", &options->first_id, 0, 1'000'000,
            "Id of the first; the others follow");
  app.add_option("--seed", options->data.seed, "Sizes, failures, and which servers --die chooses")
      ->type_name("N")
      ->capture_default_str()
      ->take_last();
}

void AddTables(CLI::App& app, FleetOptions* options) {
  AddNumber(app, "--tables", &options->tables, 0, 100'000,
            "How many tables to make; those that are there already stay as they are");
  AddNumber(app, "--buckets", &options->buckets, 1, 10'000,
            "Buckets of each table, or of each partition");
  AddNumber(app, "--replication", &options->replication, 1, 16, "Replicas of each bucket");
  AddNumber(app, "--partitions", &options->partitions, 0, 10'000,
            "Partitions of each table; 0: it is not partitioned");
  app.add_option("--database", options->database, "Where the tables are")
      ->type_name("NAME")
      ->capture_default_str()
      ->take_last();
}

void AddData(CLI::App& app, FleetOptions* options) {
  AddSize(app, "--bytes-per-bucket", &options->data.bucket_bytes,
          "On average; each has a half to one and a half of it [64 mb]");
  AddSize(app, "--bandwidth", &options->data.bandwidth,
          "Bytes a second that a server can take, and can give [100 mb]");
  AddSize(app, "--disk", &options->data.disk_bytes, "Disk of each server; 0: without end [0]");
  app.add_option_function<double>(
         "--failure-rate",
         [options](double rate) {
           options->data.failures_ppm = static_cast<int32_t>(std::lround(rate * kMillion));
         },
         "Share of the transfers to followers that break on their way [0]")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("0..1")
      ->take_last();
}

void AddMisfortunes(CLI::App& app, FleetOptions* options) {
  AddIds(app, "--mute", &options->mute, "These take tasks and never do them");
  AddIds(app, "--kill", &options->kill, "These fall silent, as a crash would make them");
  AddNumber(app, "--die", &options->die, 0, 10'000, "So many more fall silent, chosen by --seed");
  app.add_option("--die-after", options->die_after_seconds,
                 "When that happens, counted from `fleet ready`")
      ->check(CLI::Range(0.0, 1e6))
      ->type_name("SECONDS")
      ->capture_default_str()
      ->take_last();
  app.add_option("--scenario", options->scenario, "YAML file of options and timed steps")
      ->type_name("FILE")
      ->take_last();
}

// None: done. Else the exit code.
std::optional<int> Parse(std::vector<std::string> arguments, FleetOptions* options) {
  CLI::App app{"Simulated tablet servers for Pegel.", "pegel-fleet"};
  app.set_version_flag("--version", PEGEL_VERSION);
  AddServers(app, options);
  AddTables(app, options);
  AddData(app, options);
  AddMisfortunes(app, options);
  app.footer(kExamples);
  std::reverse(arguments.begin(), arguments.end());  // As CLI11 wants them.
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  return std::nullopt;
}

int Usage(absl::string_view text) {
  std::fputs(absl::StrCat("pegel-fleet: ", Printable(text), "\n").c_str(), stderr);
  return kExitUsage;
}

std::optional<int> CheckIds(const FleetOptions& options) {
  auto check = [&](absl::string_view what, const std::vector<int32_t>& ids) -> std::optional<int> {
    for (int32_t id : ids) {
      if (options.Has(id)) continue;
      return Usage(absl::StrCat(what, " ", id, ": this fleet has the ids ", options.first_id,
                                " to ", options.end_id() - 1));
    }
    return std::nullopt;
  };
  if (auto code = check("--kill", options.kill)) return code;
  if (auto code = check("--mute", options.mute)) return code;
  for (const Step& step : options.steps) {
    std::string where = absl::StrCat(options.scenario, ":", step.line, ": server");
    std::optional<int> code;
    if (const auto* lives = std::get_if<ChangeLives>(&step.action)) code = check(where, lives->ids);
    if (const auto* mutes = std::get_if<ChangeMutes>(&step.action)) code = check(where, mutes->ids);
    if (code) return code;
  }
  return std::nullopt;
}

std::optional<int> Read(const std::vector<std::string>& arguments, FleetOptions* options) {
  options->server = DefaultServer();
  if (auto code = Parse(arguments, options)) return code;
  if (options->scenario.empty()) return CheckIds(*options);
  absl::StatusOr<Scenario> scenario = ReadScenario(options->scenario);
  if (!scenario.ok()) return Usage(scenario.status().message());
  std::vector<std::string> all;  // What comes last counts.
  for (const auto& [name, value] : scenario->settings) {
    all.push_back(absl::StrCat("--", name, "=", value));
  }
  all.insert(all.end(), arguments.begin(), arguments.end());
  *options = FleetOptions{};
  options->server = DefaultServer();
  if (auto code = Parse(all, options)) return code;
  options->steps = std::move(scenario->steps);
  return CheckIds(*options);
}

}  // namespace

bool ReadFleetOptions(int argc, const char* const* argv, FleetOptions* options, int* exit_code) {
  std::optional<int> code = Read(std::vector<std::string>(argv + 1, argv + argc), options);
  if (code) *exit_code = *code;
  return !code.has_value();
}

}  // namespace pegel::tools
