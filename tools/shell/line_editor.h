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

  // Says what becomes of the lines since the last time: they made a statement that the history file
  // may keep, or one that it must not (history_rule.h). Until then they are in memory only, where
  // the arrow keys find them in any case.
  void Settle(bool is_kept);

 private:
  void Remember(const char* line);

  std::string history_file_;
  int unsettled_ = 0;  // Newest lines of the history that are not in the file.
};

// PEGEL_HISTORY, or ~/.pegel_history; empty when there is no home, or PEGEL_HISTORY is empty.
std::string HistoryFile();

}  // namespace pegel::tools
