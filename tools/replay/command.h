// What every subcommand of pegel-replay shares: its flags, how it is told apart, its exit codes.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/status.h"
#include "core/as_of.h"

namespace pegel::tools {

using Json = nlohmann::ordered_json;

// Exit codes, a contract (docs/programs.md).
inline constexpr int kExitGood = 0;
inline constexpr int kExitDamaged = 1;   // The log is damaged or is not the one that was witnessed.
inline constexpr int kExitWrongUse = 2;  // Also: asked for what is not in the log.

// The flags that all have. One of the three places is given.
struct Common {
  std::string data_dir;
  std::string backup;
  std::string exports;
  std::string format = "table";
  bool is_json() const { return format == "json"; }
};

// The command line of the program while it is put together.
struct CommandLine {
  CLI::App& app;
  std::function<int()> run;  // Of the subcommand that was given.

  // A subcommand with the common flags; `options` holds those of its own and what they fill in.
  template <typename Options>
  CLI::App* Add(const std::string& name, const std::string& help,
                const std::shared_ptr<Options>& options, int (*run_it)(const Options&)) {
    CLI::App* command = app.add_subcommand(name, help);
    AddCommon(command, &options->common);
    command->callback([this, options, run_it] { run = [=] { return run_it(*options); }; });
    return command;
  }

 private:
  static void AddCommon(CLI::App* command, Common* common);
};

// A flag whose text is a point of the past; what is none is wrong usage.
CLI::Option* AddAsOf(CLI::App* command, const std::string& name, std::string* text,
                     const std::string& help);

// One JSON object on one line; never fails, whatever bytes it holds.
std::string JsonText(const Json& json);

// Says what is wrong, in the format asked for, and which exit code that is.
int ReportFault(const Common& common, const absl::Status& status);

// One per subcommand, in a file of its name.
void AddVerify(CommandLine& line);
void AddDump(CommandLine& line);
void AddHistory(CommandLine& line);
void AddAt(CommandLine& line);
void AddDiff(CommandLine& line);
void AddWhy(CommandLine& line);
void AddShell(CommandLine& line);
void AddSalvage(CommandLine& line);
void AddCheckpoint(CommandLine& line);
void AddCheckpointKey(CommandLine& line);

}  // namespace pegel::tools
