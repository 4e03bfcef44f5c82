// The line editor on a real terminal: a pseudo-terminal with the editor at its far end.
#include "tools/shell/line_editor.h"

#include <gtest/gtest.h>
#include <pty.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace pegel::tools {
namespace {

// Prints what it reads as `<line:…>`, `<interrupted>` and `<end>`, and leaves at the end.
void EchoLines(const std::string& history_file) {
  LineEditor editor(history_file);
  while (true) {
    TypedLine line = editor.Read("? ");
    bool is_line = line.kind == TypedLine::Kind::kLine;
    bool is_end = line.kind == TypedLine::Kind::kEnd;
    std::printf("<%s%s>\n", is_line ? "line:" : is_end ? "end" : "interrupted", line.text.c_str());
    std::fflush(stdout);
    if (is_end) return;
    editor.Settle(line.text.find("unkept") == std::string::npos);
  }
}

class Terminal {
 public:
  explicit Terminal(const std::string& history_file = "") {
    child_ = forkpty(&master_, nullptr, nullptr, nullptr);
    if (child_ == 0) {
      setenv("TERM", "dumb", 1);
      unsetenv("INPUTRC");
      EchoLines(history_file);
      _exit(0);
    }
  }
  ~Terminal() {
    close(master_);
    waitpid(child_, nullptr, 0);
  }

  void Type(const std::string& keys) {
    ASSERT_EQ(write(master_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }

  // Waits until `text` was printed after what was awaited before. Everything typed waits for a
  // prompt first, so no key comes before the editor listens.
  bool Await(const std::string& text) {
    char bytes[512];
    while (true) {
      size_t at = seen_.find(text);
      if (at != std::string::npos) {
        seen_.erase(0, at + text.size());
        return true;
      }
      ssize_t size = read(master_, bytes, sizeof(bytes));
      if (size <= 0) return false;
      seen_.append(bytes, static_cast<size_t>(size));
    }
  }

 private:
  int master_ = -1;
  pid_t child_ = -1;
  std::string seen_;
};

TEST(LineEditor, ReadsLines) {
  Terminal terminal;
  ASSERT_TRUE(terminal.Await("? "));
  terminal.Type("CALL größe();\r");
  EXPECT_TRUE(terminal.Await("<line:CALL größe();>"));
  ASSERT_TRUE(terminal.Await("? "));
  terminal.Type("\r");
  EXPECT_TRUE(terminal.Await("<line:>"));
}

TEST(LineEditor, CtrlCGivesUpTheLineAtOnceAndTheNextOneIsWhole) {
  Terminal terminal;
  ASSERT_TRUE(terminal.Await("? "));
  terminal.Type("forget");
  ASSERT_TRUE(terminal.Await("forget"));
  terminal.Type("\x03");
  EXPECT_TRUE(terminal.Await("<interrupted>"));
  ASSERT_TRUE(terminal.Await("? "));
  terminal.Type("keep\r");
  EXPECT_TRUE(terminal.Await("<line:keep>"));
}

TEST(LineEditor, CtrlDOnAnEmptyLineIsTheEnd) {
  Terminal terminal;
  ASSERT_TRUE(terminal.Await("? "));
  terminal.Type("\x04");
  EXPECT_TRUE(terminal.Await("<end>"));
}

TEST(LineEditor, TheArrowBringsBackTheLineBefore) {
  Terminal terminal;
  ASSERT_TRUE(terminal.Await("? "));
  terminal.Type("again;\r");
  ASSERT_TRUE(terminal.Await("<line:again;>"));
  ASSERT_TRUE(terminal.Await("? "));
  terminal.Type("\x1b[A\r");
  EXPECT_TRUE(terminal.Await("<line:again;>"));
}

TEST(LineEditor, TheHistoryOutlivesTheShellAndIsForItsOwnerOnly) {
  const std::string file = ::testing::TempDir() + "pegel_history_" + std::to_string(getpid());
  {
    Terminal terminal(file);
    for (const char* line : {"one;", "one;", "", "two;"}) {
      ASSERT_TRUE(terminal.Await("? "));
      terminal.Type(std::string(line) + "\r");
    }
    ASSERT_TRUE(terminal.Await("<line:two;>"));
    ASSERT_TRUE(terminal.Await("? "));
    terminal.Type("\x04");
    ASSERT_TRUE(terminal.Await("<end>"));
  }
  std::ifstream stream(file);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stream), {}), "one;\ntwo;\n");
  struct stat status {};
  ASSERT_EQ(stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  {
    Terminal terminal(file);
    ASSERT_TRUE(terminal.Await("? "));
    terminal.Type("\x1b[A\r");
    EXPECT_TRUE(terminal.Await("<line:two;>"));
  }
  std::remove(file.c_str());
}

TEST(LineEditor, WhatMustNotBeKeptIsInMemoryOnly) {
  const std::string file = ::testing::TempDir() + "pegel_unkept_" + std::to_string(getpid());
  {
    Terminal terminal(file);
    for (const char* line : {"one;", "unkept;", "two;"}) {
      ASSERT_TRUE(terminal.Await("? "));
      terminal.Type(std::string(line) + "\r");
    }
    ASSERT_TRUE(terminal.Await("<line:two;>"));
    ASSERT_TRUE(terminal.Await("? "));
    terminal.Type("\x1b[A\x1b[A\r");
    EXPECT_TRUE(terminal.Await("<line:unkept;>")) << "the arrow finds it";
    ASSERT_TRUE(terminal.Await("? "));
    terminal.Type("\x04");
    ASSERT_TRUE(terminal.Await("<end>"));
  }
  std::ifstream stream(file);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stream), {}), "one;\ntwo;\n");
  std::remove(file.c_str());
}

TEST(HistoryFile, ComesFromTheEnvironment) {
  setenv("PEGEL_HISTORY", "/x/y", 1);
  EXPECT_EQ(HistoryFile(), "/x/y");
  setenv("PEGEL_HISTORY", "", 1);
  EXPECT_EQ(HistoryFile(), "");
  unsetenv("PEGEL_HISTORY");
  setenv("HOME", "/there", 1);
  EXPECT_EQ(HistoryFile(), "/there/.pegel_history");
  unsetenv("HOME");
  EXPECT_EQ(HistoryFile(), "");
}

}  // namespace
}  // namespace pegel::tools
