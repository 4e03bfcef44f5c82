// pegel-replay salvage: what is good of a damaged log, into a new data directory.
#include "replay/salvage.h"

#include <sys/stat.h>

#include <iostream>

#include "core/utc.h"
#include "tools/replay/command.h"
#include "tools/replay/source.h"
#include "tools/replay/witnesses.h"
#include "tools/shell/printable.h"

namespace pegel::tools {
namespace {

struct SalvageOptions {
  Common common;
  std::string to;
  std::string receipts;  // A file; empty: none.
};

absl::StatusOr<replay::Salvaged> Carry(const Source& source, const SalvageOptions& options) {
  std::vector<replay::Witness> witnesses;
  if (!options.receipts.empty()) {
    absl::StatusOr<std::vector<replay::Witness>> receipts = ReceiptsIn(options.receipts);
    if (!receipts.ok()) return receipts.status();
    witnesses = *std::move(receipts);
  }
  if (source.anchor().lsn > Lsn{}) witnesses.push_back(AnchorOf(source));
  absl::StatusOr<replay::Folded> start = source.Beginning();
  if (!start.ok()) return start.status();
  ReadingBar bar("salvage", 2 * source.anchor().lsn.value);  // Read, then copied.
  uint64_t steps = 0;
  return replay::Salvage(source.log(), *start, source.trimmed(), witnesses, options.to,
                         [&](Lsn) { bar.Show(++steps); });
}

void PrintTable(const replay::Salvaged& salvaged, const Source& source, const std::string& to) {
  std::cout << "salvaged lsn " << source.trimmed().lsn.value + 1 << " to "
            << salvaged.head.lsn.value << ", in " << to
            << "; a start there comes to this:\nchain     " << ToHex(salvaged.head.chain)
            << "\ndigest    " << ToHex(salvaged.digest) << "\n";
  if (salvaged.fault.ok()) {
    std::cout << "Nothing was left behind: the log is good.\n";
    return;
  }
  std::cout << "Left behind: everything from lsn " << salvaged.head.lsn.value + 1 << " on";
  if (source.anchor().lsn > salvaged.head.lsn) {
    std::cout << "; " << source.anchor().lsn.value - salvaged.head.lsn.value
              << " acknowledged records, through lsn " << source.anchor().lsn.value;
  }
  std::cout << ".\nBecause: " << Printable(std::string(salvaged.fault.message())) << "\n";
}

void PrintJson(const replay::Salvaged& salvaged, const Source& source, const std::string& to) {
  Json json{{"ok", true},
            {"data_dir", to},
            {"first_lsn", source.trimmed().lsn.value + 1},
            {"head_lsn", salvaged.head.lsn.value},
            {"chain", ToHex(salvaged.head.chain)},
            {"digest", ToHex(salvaged.digest)},
            {"acknowledged_lsn", source.anchor().lsn.value},
            {"left_behind_because", nullptr}};
  if (!salvaged.fault.ok()) json["left_behind_because"] = std::string(salvaged.fault.message());
  std::cout << JsonText(json);
}

int Run(const SalvageOptions& options) {
  absl::StatusOr<Source> source = Source::Open(options.common);
  if (!source.ok()) return ReportFault(options.common, source.status());
  umask(0077);  // What the log holds is for its owner.
  absl::StatusOr<replay::Salvaged> salvaged = Carry(*source, options);
  if (!salvaged.ok()) return ReportFault(options.common, salvaged.status());
  (options.common.is_json() ? PrintJson : PrintTable)(*salvaged, *source, options.to);
  return kExitGood;
}

}  // namespace

void AddSalvage(CommandLine& line) {
  auto options = std::make_shared<SalvageOptions>();
  CLI::App* salvage = line.Add(
      "salvage", "Makes a new data directory of what is good of a damaged log", options, Run);
  salvage->add_option("--to", options->to, "The new data directory; it must not exist")
      ->required()
      ->type_name("DIR");
  salvage
      ->add_option("--receipts", options->receipts,
                   "Receipts that callers kept: where one disagrees, the good part ends")
      ->type_name("FILE");
  salvage->footer(R"help(Examples:
  pegel-replay salvage --data-dir ./damaged --to ./salvaged
  pegel-replay verify --data-dir ./salvaged

Everything up to the first bad record, and nothing behind it. The damaged log is only read. A backup
that has more is better: look there first.
Exit: 0 made, whatever was left behind, 1 nothing could be made, 2 wrong usage.)help");
}

}  // namespace pegel::tools
