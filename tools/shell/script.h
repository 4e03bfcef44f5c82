// Runs statements one after the other and prints what became of each.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/engine.h"
#include "procedures/call_parser.h"
#include "tools/shell/command_line.h"
#include "tools/shell/format.h"
#include "tools/shell/session.h"

namespace pegel::tools {

struct ScriptOptions {
  Format format = Format::kTable;
  bool is_quiet = false;
  bool keep_going = false;  // Past a rejected statement; a lost connection always ends the run.
  // Gets each receipt before the answer is printed. An error ends the run. Null: nobody does.
  std::function<absl::Status(const Receipt&)> keep_receipt;
};

// One run: several scripts are one session, as if they stood one behind the other.
class ScriptRunner {
 public:
  ScriptRunner(Session& session, ScriptOptions options, std::function<void(const Printed&)> print)
      : session_(session), options_(std::move(options)), print_(std::move(print)) {}

  // False: a statement was rejected, or the connection lost, so nothing more is to be run.
  bool Run(absl::string_view script);

  // The same for one statement.
  bool RunOne(const procedures::ScriptPiece& piece);

  int exit_code() const { return exit_code_; }

 private:
  bool NotKept(const absl::Status& status);
  bool Lost(const procedures::ScriptPiece& piece, const absl::Status& status);

  Session& session_;
  ScriptOptions options_;
  std::function<void(const Printed&)> print_;
  int exit_code_ = kExitAccepted;
};

}  // namespace pegel::tools
