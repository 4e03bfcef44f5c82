// The interactive shell: lines in, statements out, until somebody leaves.
#pragma once

#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "tools/shell/script.h"

namespace pegel::tools {

// Where lines come from: a terminal (line_editor.h) or a test.
struct TypedLine {
  enum class Kind { kLine, kInterrupted, kEnd };  // kInterrupted: Ctrl-C. kEnd: Ctrl-D.
  Kind kind = Kind::kEnd;
  std::string text;
};
using ReadLine = std::function<TypedLine(const char* prompt)>;

// Told after each statement, or what was given up: may the lines read since the last time be kept?
using SettleLines = std::function<void(bool is_kept)>;

// Collects lines until every statement has its `;`, then runs them. `help`, `quit` and `exit` are
// words of the shell where a statement could start. Errors do not end it; Ctrl-C forgets what was
// typed so far.
class Repl {
 public:
  Repl(
      ScriptRunner& runner, ReadLine read_line, std::function<void(const Printed&)> print,
      SettleLines settle = [](bool) {})
      : runner_(runner),
        read_line_(std::move(read_line)),
        print_(std::move(print)),
        settle_(std::move(settle)) {}

  void Run();

 private:
  bool TakeLine(const std::string& line);
  void RunStatements();

  ScriptRunner& runner_;
  ReadLine read_line_;
  std::function<void(const Printed&)> print_;
  SettleLines settle_;
  std::string typed_;  // Lines since the last statement that was run.
};

// What `help` prints: how to write, and every procedure with its parameters.
std::string HelpText();

}  // namespace pegel::tools
