#include "core/command.h"

namespace pegel {
namespace {

struct Kinds {
  CommandKind operator()(const Boot&) const { return CommandKind::kBoot; }
  CommandKind operator()(const AddAcl&) const { return CommandKind::kAddAcl; }
  CommandKind operator()(const DropAcl&) const { return CommandKind::kDropAcl; }
  CommandKind operator()(const ListAcl&) const { return CommandKind::kListAcl; }
  CommandKind operator()(const AlterConfigs&) const { return CommandKind::kAlterConfigs; }
  CommandKind operator()(const GetConfigs&) const { return CommandKind::kGetConfigs; }
  CommandKind operator()(const ResealSecrets&) const { return CommandKind::kResealSecrets; }
};

}  // namespace

CommandKind KindOf(const Command& command) { return std::visit(Kinds{}, command); }

absl::string_view ToText(CommandKind kind) {
  switch (kind) {
    case CommandKind::kBoot:
      return "boot";
    case CommandKind::kAddAcl:
      return "add_acl";
    case CommandKind::kDropAcl:
      return "drop_acl";
    case CommandKind::kListAcl:
      return "list_acl";
    case CommandKind::kAlterConfigs:
      return "alter_configs";
    case CommandKind::kGetConfigs:
      return "get_configs";
    case CommandKind::kResealSecrets:
      return "reseal_secrets";
  }
  return "unknown";
}

bool IsRead(const Command& command) {
  return std::holds_alternative<ListAcl>(command) || std::holds_alternative<GetConfigs>(command);
}

}  // namespace pegel
