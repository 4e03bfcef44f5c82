#include "tools/shell/repl.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "procedures/call_parser.h"
#include "procedures/catalogue.h"
#include "tools/shell/history_rule.h"

namespace pegel::tools {
namespace {

constexpr char kPrompt[] = "pegel> ";
constexpr char kPromptForMore[] = "    -> ";

// A lone word, with or without `;`.
bool IsShellWord(absl::string_view line, absl::string_view word) {
  line = absl::StripSuffix(absl::StripAsciiWhitespace(line), ";");
  return absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(line), word);
}

std::string HelpOn(const procedures::Parameter& parameter) {
  std::string option = parameter.is_required
                           ? ""
                           : absl::StrCat(" (optional, ", parameter.default_text, " if left out)");
  return absl::StrCat("      ", parameter.name, std::string(14 - parameter.name.size(), ' '),
                      parameter.help, option, "\n");
}

std::string HelpOn(const procedures::Procedure& procedure) {
  std::string text = absl::StrCat("  ", procedure.name, ": ", procedure.help, "\n");
  for (const procedures::Parameter& parameter : procedure.parameters) text += HelpOn(parameter);
  return text;
}

}  // namespace

std::string HelpText() {
  std::string text =
      "Statements end with ';' and may take several lines.\n"
      "  CALL sys.<procedure>(name => 'text', ...);   by name, or by position: ('text', ...)\n"
      "  SHOW PROCEDURES;\n"
      "Texts stand in single quotes, '' is one quote inside. -- starts a comment.\n"
      "help, quit and exit are for the shell; Ctrl-C forgets the statement, Ctrl-D leaves.\n"
      "\n"
      "Procedures:\n";
  for (const procedures::Procedure& procedure : procedures::Catalogue()) text += HelpOn(procedure);
  return text;
}

void Repl::Run() {
  while (true) {
    TypedLine line = read_line_(typed_.empty() ? kPrompt : kPromptForMore);
    if (line.kind == TypedLine::Kind::kEnd) return settle_(false);
    if (line.kind == TypedLine::Kind::kInterrupted) {
      typed_.clear();
      settle_(false);  // What it would have become is not known.
    } else if (!TakeLine(line.text)) {
      return;
    }
  }
}

// False: leave.
bool Repl::TakeLine(const std::string& line) {
  bool is_start = typed_.empty();
  bool is_quit = is_start && (IsShellWord(line, "quit") || IsShellWord(line, "exit"));
  bool is_help = is_start && IsShellWord(line, "help");
  if (is_help) print_({HelpText(), ""});
  if (is_quit || is_help) settle_(true);
  if (is_quit || is_help) return is_help;
  absl::StrAppend(&typed_, line, "\n");
  RunStatements();
  return true;
}

void Repl::RunStatements() {
  bool is_open = false;
  procedures::SplitScript(typed_, &is_open);
  if (is_open) return;
  settle_(!MayHoldSecret(typed_));
  runner_.Run(typed_);
  typed_.clear();
}

}  // namespace pegel::tools
