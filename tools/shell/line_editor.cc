#include "tools/shell/line_editor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

// readline.h needs <cstdio> before it.
#include <readline/history.h>
#include <readline/readline.h>

namespace pegel::tools {
namespace {

constexpr int kHistoryLinesMax = 1000;

volatile std::sig_atomic_t is_interrupted = 0;

void OnInterrupt(int) { is_interrupted = 1; }

// While it lives, Ctrl-C ends the line instead of the program. It is delivered only while ReadKey
// waits: at any other moment it could come just before the wait, and be noticed a key too late.
class InterruptGuard {
 public:
  InterruptGuard() {
    is_interrupted = 0;
    struct sigaction action {};
    action.sa_handler = OnInterrupt;
    sigaction(SIGINT, &action, &action_before_);
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    sigprocmask(SIG_BLOCK, &interrupt, &mask_before_);
  }
  ~InterruptGuard() {
    sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
    sigaction(SIGINT, &action_before_, nullptr);
  }

 private:
  struct sigaction action_before_ {};
  sigset_t mask_before_;
};

// The mask that ReadKey waits with: as now, but open for Ctrl-C.
sigset_t WaitMask() {
  sigset_t mask;
  sigprocmask(SIG_SETMASK, nullptr, &mask);
  sigdelset(&mask, SIGINT);
  return mask;
}

// Readline's own reader goes on waiting after a signal; this one ends the line at Ctrl-C.
int ReadKey(FILE* input) {
  struct pollfd wait {
    .fd = fileno(input), .events = POLLIN, .revents = 0
  };
  const sigset_t mask = WaitMask();
  while (ppoll(&wait, 1, nullptr, &mask) < 0) {
    if (errno != EINTR) return EOF;
    rl_check_signals();  // Also Ctrl-Z and a new window size.
    if (is_interrupted) return '\n';
  }
  unsigned char key;
  return read(wait.fd, &key, 1) == 1 ? key : EOF;
}

// Statements tell what is where: the file is for its owner only.
void MakePrivateFile(const std::string& name) {
  int file = open(name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file >= 0) close(file);
}

}  // namespace

LineEditor::LineEditor(std::string history_file) : history_file_(std::move(history_file)) {
  rl_readline_name = "pegel";
  rl_getc_function = ReadKey;
  rl_bind_key('\t', rl_insert);  // Completing file names would only confuse.
  using_history();
  stifle_history(kHistoryLinesMax);
  if (history_file_.empty()) return;
  MakePrivateFile(history_file_);
  read_history(history_file_.c_str());
  history_truncate_file(history_file_.c_str(), kHistoryLinesMax);
}

TypedLine LineEditor::Read(const char* prompt) {
  InterruptGuard guard;
  std::unique_ptr<char, void (*)(void*)> line(readline(prompt), std::free);
  if (is_interrupted) return {TypedLine::Kind::kInterrupted, ""};
  if (line == nullptr) {
    std::fputs("\n", stdout);
    return {TypedLine::Kind::kEnd, ""};
  }
  Remember(line.get());
  return {TypedLine::Kind::kLine, line.get()};
}

// Empty lines and repetitions are not worth remembering.
void LineEditor::Remember(const char* line) {
  if (*line == '\0') return;
  HIST_ENTRY* last = history_length > 0 ? history_get(history_base + history_length - 1) : nullptr;
  if (last != nullptr && std::strcmp(last->line, line) == 0) return;
  add_history(line);
  ++unsettled_;
}

// Saved statement by statement, so that little is lost with the terminal, and two shells do not
// erase each other's lines.
void LineEditor::Settle(bool is_kept) {
  int lines = std::exchange(unsettled_, 0);
  if (is_kept && lines > 0 && !history_file_.empty()) append_history(lines, history_file_.c_str());
}

std::string HistoryFile() {
  if (const char* file = std::getenv("PEGEL_HISTORY")) return file;
  const char* home = std::getenv("HOME");
  return home == nullptr || *home == '\0' ? "" : std::string(home) + "/.pegel_history";
}

}  // namespace pegel::tools
