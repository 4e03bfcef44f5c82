// pegel-replay shell: the state at any point, browsed like a directory.
#include <unistd.h>

#include <iostream>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/utc.h"
#include "tools/replay/command.h"
#include "tools/replay/source.h"
#include "tools/replay/table_text.h"
#include "tools/replay/tree.h"
#include "tools/shell/line_editor.h"
#include "tools/shell/printable.h"

namespace pegel::tools {
namespace {

constexpr char kHelp[] =
    "  ls [PATH]       what is there, with the number of rows\n"
    "  cd [PATH]       go there; / is the root, .. is up\n"
    "  cat [PATH]      the rows there and below\n"
    "  at [LSN|TIME]   go to another point of the past, or say which this is\n"
    "  help            this\n"
    "  exit            leave; Ctrl-D too\n";

struct ShellOptions {
  Common common;
  std::string at;  // Empty: the end.
};

// One point of the past, and its tree.
struct Standpoint {
  Walk walk;
  Tree tree;
  explicit Standpoint(Walk there) : walk(std::move(there)), tree(walk.world()) {}
};

class Shell {
 public:
  Shell(const Source& source, const Common& common) : source_(source), common_(common) {}

  absl::Status GoTo(const AsOf& goal) {
    absl::StatusOr<Walk> walk = Walk::Near(source_, goal);
    if (!walk.ok()) return walk.status();
    absl::Status status = walk->GoTo(goal);
    if (!status.ok()) return status;
    here_ = std::make_unique<Standpoint>(*std::move(walk));
    if (!here_->tree.Find(path_, "").has_value()) path_.clear();
    return absl::OkStatus();
  }

  std::string Prompt() const {
    return absl::StrCat("lsn ", here_->walk.world().lsn.value, " ", Printable(ToText(path_)), "> ");
  }

  // False: somebody leaves.
  bool Obey(absl::string_view line) {
    line = absl::StripAsciiWhitespace(line);
    absl::string_view word = line.substr(0, line.find_first_of(" \t"));
    absl::string_view rest = absl::StripAsciiWhitespace(line.substr(word.size()));
    if (word == "exit" || word == "quit") return false;
    if (word.empty()) return true;
    if (word == "ls" || word == "cd" || word == "cat") return Look(word, rest), true;
    if (word == "at") return Move(rest), true;
    if (word != "help") std::cout << "There is no command '" << Printable(word) << "'.\n";
    std::cout << kHelp;
    return true;
  }

 private:
  void Look(absl::string_view word, absl::string_view where) {
    std::optional<TreePath> path =
        word == "cd" && where.empty() ? TreePath{} : here_->tree.Find(path_, where);
    if (!path.has_value()) {
      std::cout << "There is no '" << Printable(where) << "' below " << Printable(ToText(path_))
                << " at this point; `ls` shows what is.\n";
    } else if (word == "cd") {
      path_ = *std::move(path);
    } else if (word == "ls") {
      List(*path);
    } else {
      Print(*path);
    }
  }

  void List(const TreePath& path) {
    for (const Tree::Child& child : here_->tree.ChildrenOf(path)) {
      std::cout << Printable(child.name) << (child.has_children ? "/" : "") << "  " << child.rows
                << (child.rows == 1 ? " row\n" : " rows\n");
    }
  }

  void Print(const TreePath& path) {
    for (const auto& [family, table] : here_->tree.RowsBelow(path)) {
      if (table.rows.empty() && path.empty()) continue;
      if (path.empty()) std::cout << family->name << "\n";
      std::cout << (common_.is_json() ? JsonText(TableJson(table)) : TableText(table));
    }
  }

  void Move(absl::string_view where) {
    if (!where.empty()) {
      absl::StatusOr<AsOf> goal = ParseAsOf(where);
      absl::Status status = goal.ok() ? GoTo(*goal) : goal.status();
      if (!status.ok()) std::cout << status.message() << "\n";
    }
    const World& world = here_->walk.world();
    std::cout << "lsn " << world.lsn.value << ", " << ToText(world.time) << ", cluster "
              << Printable(world.cluster_id) << "\n";
  }

  const Source& source_;
  const Common& common_;
  std::unique_ptr<Standpoint> here_;
  TreePath path_;
};

int Run(const ShellOptions& options) {
  absl::StatusOr<Source> source = Source::Open(options.common);
  if (!source.ok()) return ReportFault(options.common, source.status());
  Shell shell(*source, options.common);
  AsOf goal = options.at.empty() ? AsOf{source->anchor().lsn} : *ParseAsOf(options.at);
  absl::Status status = shell.GoTo(goal);
  if (!status.ok()) return ReportFault(options.common, status);
  if (isatty(STDIN_FILENO) == 0) {
    for (std::string line; std::getline(std::cin, line) && shell.Obey(line);) continue;
    return kExitGood;
  }
  LineEditor editor("");
  for (;;) {
    TypedLine typed = editor.Read(shell.Prompt().c_str());
    if (typed.kind == TypedLine::Kind::kEnd) return kExitGood;
    if (typed.kind == TypedLine::Kind::kLine && !shell.Obey(typed.text)) return kExitGood;
  }
}

}  // namespace

void AddShell(CommandLine& line) {
  auto options = std::make_shared<ShellOptions>();
  CLI::App* shell = line.Add("shell", "Browses the state as a tree, at any point", options, Run);
  AddAsOf(shell, "--at", &options->at, "Where to begin: an lsn, or a time in UTC (the end)");
  shell->footer(absl::StrCat("Commands, also from a pipe, one a line:\n", kHelp,
                             "\nExample:\n  printf 'cd acl\\nls\\nat 1200\\nls\\n' | pegel-replay "
                             "shell --data-dir ./data"));
}

}  // namespace pegel::tools
