#include "tools/shell/repl.h"

#include <gtest/gtest.h>

#include <deque>

#include "absl/strings/match.h"
#include "tests/tools/fake_server.h"

namespace pegel::tools {
namespace {

using Kind = TypedLine::Kind;

const TypedLine kInterrupt{Kind::kInterrupted, ""};
const TypedLine kEnd{Kind::kEnd, ""};

TypedLine Line(const std::string& text) { return {Kind::kLine, text}; }

// Types `lines`, then Ctrl-D.
struct Typed {
  explicit Typed(std::deque<TypedLine> typed, std::function<void(FakeServer&)> prepare = {})
      : lines(std::move(typed)) {
    if (prepare) prepare(server);
    auto print = [this](const Printed& printed) { out += printed.out + printed.err; };
    Session session(server.Ports(), absl::ZeroDuration());
    ScriptRunner runner(session, {.is_quiet = true, .keep_going = true}, print);
    Repl(
        runner, [this](const char* prompt) { return Next(prompt); }, print,
        [this](bool is_kept) { settled += is_kept ? 'k' : 'f'; })
        .Run();
    for (const net::Statement& statement : server.sent()) sent.push_back(statement.text);
  }

  TypedLine Next(const char* prompt) {
    prompts += *prompt == 'p' ? 'p' : '>';
    if (lines.empty()) return kEnd;
    TypedLine line = lines.front();
    lines.pop_front();
    return line;
  }

  std::deque<TypedLine> lines;
  FakeServer server;
  std::vector<std::string> sent;
  std::string out;
  std::string settled;  // `k`: the lines so far may be kept; `f`: they must be forgotten.
  std::string prompts;  // `p`: a new statement; `>`: more of it.
};

using Texts = std::vector<std::string>;

TEST(Repl, RunsAStatementWhenItsSemicolonIsTyped) {
  Typed typed({Line("CALL sys.a("), Line("  'x'"), Line(");"), Line("CALL sys.b();")});
  EXPECT_EQ(typed.sent, (Texts{"CALL sys.a(\n  'x'\n)", "CALL sys.b()"}));
  EXPECT_EQ(typed.prompts, "p>>pp");
}

TEST(Repl, ASemicolonInsideATextOrCommentDoesNotCount) {
  Typed typed({Line("CALL sys.a('x;"), Line("y') -- z;"), Line(";")});
  EXPECT_EQ(typed.sent, (Texts{"CALL sys.a('x;\ny')"}));
}

TEST(Repl, SeveralStatementsMayStandOnOneLine) {
  Typed typed({Line("a; b; c"), Line(";")});
  EXPECT_EQ(typed.sent, (Texts{"a", "b", "c"}));
}

TEST(Repl, BlankLinesAndCommentsAskForNothing) {
  Typed typed({Line(""), Line("  "), Line("-- note"), Line(";"), Line("a;")});
  EXPECT_EQ(typed.sent, (Texts{"a"}));
  EXPECT_EQ(typed.prompts, "pppppp");
}

TEST(Repl, CtrlCForgetsTheStatement) {
  Typed typed({Line("CALL sys.a("), kInterrupt, Line("b;"), kInterrupt, Line("c;")});
  EXPECT_EQ(typed.sent, (Texts{"b", "c"}));
  EXPECT_EQ(typed.prompts, "p>pppp");
}

TEST(Repl, CtrlDLeavesAndDoesNotRunAnUnfinishedStatement) {
  Typed typed({Line("CALL sys.a()"), kEnd, Line("b;")});
  EXPECT_EQ(typed.sent, Texts{});
}

TEST(Repl, QuitAndExitLeave) {
  for (const char* word : {"quit", "exit", "QUIT;", " Exit ; "}) {
    Typed typed({Line(word), Line("a;")});
    EXPECT_EQ(typed.sent, Texts{}) << word;
  }
}

TEST(Repl, ShellWordsInsideAStatementAreNotForTheShell) {
  Typed typed({Line("CALL sys.a('"), Line("quit"), Line("help"), Line("');")});
  EXPECT_EQ(typed.sent, (Texts{"CALL sys.a('\nquit\nhelp\n')"}));
}

TEST(Repl, HelpTellsEveryProcedureWithItsParameters) {
  Typed typed({Line("help")});
  EXPECT_EQ(typed.out, HelpText());
  for (const char* word : {"sys.add_acl", "sys.drop_acl", "sys.list_acl", "permission", "quit"}) {
    EXPECT_TRUE(absl::StrContains(typed.out, word)) << word;
  }
  EXPECT_TRUE(absl::StrContains(typed.out, "(optional, * if left out)"));
}

TEST(Repl, ErrorsDoNotEndTheShell) {
  Typed typed({Line("a; b;"), Line("c;")}, [](FakeServer& server) {
    server.Next(Refusal(ErrorCode::kSyntax, "what?"));
    server.Next(absl::UnavailableError("gone"));
  });
  EXPECT_EQ(typed.sent, (Texts{"a", "b", "c"}));
  EXPECT_TRUE(absl::StartsWith(typed.out, "ERROR 1000 (SYNTAX_ERROR): what?\npegel: gone\n"))
      << typed.out;
}

TEST(Repl, LinesOfAStatementThatMayHoldASecretAreForgottenAllOfThem) {
  Typed typed({Line("CALL sys.b();"), Line("CALL sys.set_cluster_configs("),
               Line("  'security.sasl.plain.credentials',"), Line("  'root:hunter2'"), Line(");"),
               Line("help"), Line("CALL sys.b("), kInterrupt, Line("CALL sys.b();")});
  EXPECT_EQ(typed.settled, "kfkfkf") << "the last: what Ctrl-D gave up";
  EXPECT_EQ(typed.sent.size(), 3u);
}

}  // namespace
}  // namespace pegel::tools
