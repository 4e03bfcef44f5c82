#include "tools/shell/script.h"

#include <gtest/gtest.h>

#include "tests/tools/fake_server.h"

namespace pegel::tools {
namespace {

// One run against a fake server, all output collected.
struct ScriptRun {
  explicit ScriptRun(ScriptOptions options = {.format = Format::kJson}, absl::Duration retry = {})
      : session(server.Ports(), retry), runner(session, options, [this](const Printed& printed) {
          out += printed.out;
          err += printed.err;
        }) {}

  std::vector<std::string> Sent() const {
    std::vector<std::string> texts;
    for (const net::Statement& statement : server.sent()) texts.push_back(statement.text);
    return texts;
  }

  FakeServer server;
  std::string out, err;
  Session session;
  ScriptRunner runner;
};

using Texts = std::vector<std::string>;

TEST(Script, RunsEveryStatementAndPrintsEach) {
  ScriptRun run;
  EXPECT_TRUE(run.runner.Run("-- Grants\nCALL sys.a('x;y') ;\n\n CALL sys.b() -- last\n"));

  EXPECT_EQ(
      run.out,
      R"j({"statement":"CALL sys.a('x;y')","lsn":1,"columns":["result"],"rows":[["success"]]})j"
      "\n"
      R"j({"statement":"CALL sys.b()","lsn":2,"columns":["result"],"rows":[["success"]]})j"
      "\n");
  EXPECT_EQ(run.err, "");
  EXPECT_EQ(run.runner.exit_code(), kExitAccepted);
  EXPECT_EQ(run.server.sent()[1].line, 4u);
  EXPECT_EQ(run.server.sent()[1].column, 2u);
}

TEST(Script, AnEmptyScriptIsAccepted) {
  ScriptRun run;
  EXPECT_TRUE(run.runner.Run(" -- nothing\n;;\n"));
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(run.runner.exit_code(), kExitAccepted);
}

TEST(Script, StopsAtTheFirstRejection) {
  ScriptRun run;
  run.server.Next(Success(1));
  run.server.Next(Refusal(ErrorCode::kAuthorization, "no"));

  EXPECT_FALSE(run.runner.Run("a; b; c"));
  EXPECT_EQ(run.Sent(), (Texts{"a", "b"}));
  EXPECT_EQ(run.runner.exit_code(), kExitRejected);
}

TEST(Script, KeepGoingRunsTheRestAndStillSaysRejected) {
  ScriptRun run({.format = Format::kTable, .is_quiet = true, .keep_going = true});
  run.server.Next(Refusal(ErrorCode::kAuthorization, "no"));

  EXPECT_TRUE(run.runner.Run("a; b"));
  EXPECT_TRUE(run.runner.Run("c"));
  EXPECT_EQ(run.Sent(), (Texts{"a", "b", "c"}));
  EXPECT_EQ(run.err, "ERROR 48 (AUTHORIZATION_EXCEPTION): no\n");
  EXPECT_EQ(run.runner.exit_code(), kExitRejected);
}

TEST(Script, ALostConnectionEndsTheRunAndSaysWhatIsUnknown) {
  ScriptRun run({.format = Format::kJson, .is_quiet = false, .keep_going = true});
  run.server.Next(Success(1));
  run.server.Next(absl::UnavailableError("connection reset"));

  EXPECT_FALSE(run.runner.Run("a;\nCALL sys.add_acl('a','ALLOW','User:a','READ');\nc"));
  EXPECT_EQ(run.server.sent().size(), 2u);
  EXPECT_EQ(run.err,
            "pegel: connection reset\n"
            "pegel: no reply to the statement at line 2. It may or may not have been carried out; "
            "look before you repeat it.\n");
  EXPECT_EQ(run.runner.exit_code(), kExitNoConnection);
}

TEST(Script, ALostReadIsHarmless) {
  ScriptRun run;
  run.server.Next(absl::UnavailableError("connection reset"));
  EXPECT_FALSE(run.runner.Run("SHOW PROCEDURES"));
  EXPECT_EQ(run.err,
            "pegel: connection reset\npegel: no reply to the statement at line 1. It changes "
            "nothing.\n");
}

TEST(Script, AByteOrderMarkInFrontIsNoPartOfTheScript) {
  ScriptRun run;
  EXPECT_TRUE(run.runner.Run("\xEF\xBB\xBFSHOW PROCEDURES;"));
  EXPECT_EQ(run.Sent(), (Texts{"SHOW PROCEDURES"}));
}

TEST(Script, WhatCannotBeReadIsLeftToTheServer) {
  ScriptRun run({.format = Format::kJson, .is_quiet = false, .keep_going = true});
  run.runner.Run("CALL sys.x('a; b;\n");
  EXPECT_EQ(run.Sent(), (Texts{"CALL sys.x('a; b;\n"}));
}

}  // namespace
}  // namespace pegel::tools
