#include <string>
#include <variant>

#include "core/canonical.h"
#include "core/check.h"
#include "procedures/call_parser.h"
#include "procedures/call_text.h"
#include "procedures/catalogue.h"
#include "tests/fuzz/targets.h"

namespace pegel::fuzz {
namespace {

using procedures::CallStatement;

// The command that `text` asks for, or null.
std::variant<std::monostate, Command> CommandOf(absl::string_view text) {
  auto statement = procedures::ParseStatement(text);
  auto* parsed = std::get_if<procedures::Statement>(&statement);
  if (parsed == nullptr) return {};
  auto* call = std::get_if<CallStatement>(parsed);
  if (call == nullptr) return {};
  auto command = procedures::MakeCommand(*call);
  if (auto* made = std::get_if<Command>(&command)) return std::move(*made);
  PEGEL_CHECK(!std::get<Error>(command).message.empty(), "a refusal without a reason");
  return {};
}

}  // namespace

// A script: split, and each statement read. The canonical text of a command is a fixed point, but
// for secrets, which print as stars.
void RunCallText(absl::string_view bytes) {
  CommandOf(bytes);
  bool is_open = false;
  for (const procedures::ScriptPiece& piece : procedures::SplitScript(bytes, &is_open)) {
    auto made = CommandOf(piece.text);
    auto* command = std::get_if<Command>(&made);
    if (command == nullptr) continue;
    std::string printed = procedures::ToCallText(*command);
    if (printed.size() > procedures::kStatementBytesMax) continue;
    auto again = CommandOf(printed);
    auto* same = std::get_if<Command>(&again);
    if (printed.find("******") != printed.npos) continue;
    PEGEL_CHECK(same != nullptr && Encode(*same) == Encode(*command), "printed as ", printed);
  }
}

}  // namespace pegel::fuzz
