// Lines from a terminal, with editing and a history file (GNU readline).
#pragma once

#include <string>

#include "tools/shell/repl.h"

namespace pegel::tools {

// One per process: readline's state is global. Ctrl-C is caught only while a line is being typed;
// while a statement runs it ends the program as usual.
class LineEditor {
 public:
  // `history_file` empty: none is kept.
  explicit LineEditor(std::string history_file);

  TypedLine Read(const char* prompt);

 private:
  void Remember(const char* line);

  std::string history_file_;
};

// PEGEL_HISTORY, or ~/.pegel_history; empty when there is no home, or PEGEL_HISTORY is empty.
std::string HistoryFile();

}  // namespace pegel::tools
