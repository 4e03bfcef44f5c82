#include "core/command.h"

namespace pegel {
namespace {

struct Kinds {
  CommandKind operator()(const Boot&) const { return CommandKind::kBoot; }
  CommandKind operator()(const AddAcl&) const { return CommandKind::kAddAcl; }
  CommandKind operator()(const DropAcl&) const { return CommandKind::kDropAcl; }
  CommandKind operator()(const ListAcl&) const { return CommandKind::kListAcl; }
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
  }
  return "unknown";
}

bool IsRead(const Command& command) { return KindOf(command) == CommandKind::kListAcl; }

}  // namespace pegel
