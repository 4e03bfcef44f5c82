#include "tools/replay/command.h"

#include <iostream>

#include "replay/fold_log.h"
#include "tools/shell/printable.h"

namespace pegel::tools {

void CommandLine::AddCommon(CLI::App* command, Common* common) {
  CLI::Option_group* place = command->add_option_group("Where the log is");
  place->add_option("--data-dir", common->data_dir, "The server's data directory")
      ->type_name("DIR");
  place->add_option("--backup", common->backup, "A backup that `pegel backup create` made")
      ->type_name("DIR");
  place
      ->add_option("--exports", common->exports,
                   "What retention wrote before it trimmed: a file, or the directory of them all")
      ->type_name("PATH");
  place->require_option(1);
  command->add_option("--format", common->format, "How to print")
      ->check(CLI::IsMember({"table", "json"}))
      ->type_name("table|json")
      ->capture_default_str();
}

CLI::Option* AddAsOf(CLI::App* command, const std::string& name, std::string* text,
                     const std::string& help) {
  return command->add_option(name, *text, help)
      ->type_name("LSN|TIME")
      ->check([](const std::string& given) {
        return std::string(ParseAsOf(given).status().message());
      });
}

std::string JsonText(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

int ReportFault(const Common& common, const absl::Status& status) {
  std::string reason(status.message());
  if (absl::IsOutOfRange(status) || absl::IsInvalidArgument(status) ||
      absl::IsFailedPrecondition(status)) {
    std::cerr << "pegel-replay: " << Printable(reason) << "\n";
    return kExitWrongUse;
  }
  if (common.is_json()) {
    std::optional<Lsn> lsn = replay::LsnOf(status);
    Json json{{"ok", false}, {"lsn", nullptr}, {"reason", reason}};
    if (lsn.has_value()) json["lsn"] = lsn->value;
    std::cout << JsonText(json);
  } else {
    std::cerr << "NOT OK: " << Printable(reason) << "\n";
  }
  return kExitDamaged;
}

}  // namespace pegel::tools
