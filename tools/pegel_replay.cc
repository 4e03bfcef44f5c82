// pegel-replay: the auditor. Reads a log with the server's own decoders and fold; changes nothing.
// The subcommands are in tools/replay/, one file each.
#include <CLI/CLI.hpp>
#include <iostream>

#include "tools/replay/command.h"

namespace pegel::tools {
namespace {

constexpr char kAbout[] =
    "Audits a Pegel data directory, a backup or exports, read-only; a running server may own the\n"
    "directory.\n\n"
    "  pegel-replay verify --data-dir ./data\n"
    "  pegel-replay history acl --principal User:Bob --data-dir ./data\n"
    "  pegel-replay why User:Bob WRITE my_db.my_table --data-dir ./data";

constexpr char kFooter[] =
    "`pegel-replay verify --help` tells more, and so for each command.\n"
    "Exit: 0 all is well, 1 the log is damaged (the first bad lsn is named), 2 wrong usage.";

int Main(int argc, char** argv) {
  CLI::App app{kAbout};
  app.set_version_flag("--version", PEGEL_VERSION);
  app.require_subcommand(1);
  app.footer(kFooter);
  CommandLine line{app, {}};
  for (auto* add : {AddVerify, AddDump, AddHistory, AddAt, AddDiff, AddWhy, AddShell, AddSalvage,
                    AddCheckpoint, AddCheckpointKey})
    add(line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitGood : kExitWrongUse;
  }
  int exit_code = line.run();
  if (std::cout.flush()) return exit_code;
  std::cerr << "pegel-replay: standard output cannot be written\n";
  return kExitDamaged;
}

}  // namespace
}  // namespace pegel::tools

int main(int argc, char** argv) { return pegel::tools::Main(argc, argv); }
