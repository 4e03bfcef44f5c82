#include "tools/shell/command_line.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "absl/strings/match.h"

namespace pegel::tools {
namespace {

using Arguments = std::vector<const char*>;

PegelRequest Read(Arguments arguments) {
  arguments.insert(arguments.begin(), "pegel");
  return ReadCommandLine(static_cast<int>(arguments.size()), arguments.data(), "0.1.0");
}

SqlRequest Sql(const Arguments& arguments) {
  auto read = Read(arguments);
  auto* request = std::get_if<SqlRequest>(&read);
  if (request == nullptr) ADD_FAILURE() << "no sql request";
  return request == nullptr ? SqlRequest{} : *request;
}

// The exit code, or -1 when there is something to do. What is printed is kept quiet.
int LeaveCode(const Arguments& arguments) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  auto read = Read(arguments);
  ::testing::internal::GetCapturedStdout();
  ::testing::internal::GetCapturedStderr();
  auto* leave = std::get_if<Leave>(&read);
  return leave == nullptr ? -1 : leave->exit_code;
}

std::string Help(const Arguments& arguments) {
  ::testing::internal::CaptureStdout();
  Read(arguments);
  return ::testing::internal::GetCapturedStdout();
}

class CommandLine : public ::testing::Test {
 protected:
  CommandLine() { unsetenv("PEGEL_SERVER"); }
};

TEST_F(CommandLine, ScriptsComeInTheOrderOfTheCommandLine) {
  using Kind = Input::Kind;
  SqlRequest request =
      Sql({"sql", "-f", "a.sql", "-e", "one; two", "--file", "-", "--execute", "-- three", "-fb"});
  EXPECT_EQ(request.inputs, (std::vector<Input>{{Kind::kFile, "a.sql"},
                                                {Kind::kStatements, "one; two"},
                                                {Kind::kFile, "-"},
                                                {Kind::kStatements, "-- three"},
                                                {Kind::kFile, "b"}}));
}

TEST_F(CommandLine, RebalanceCommandsAreCallsOfTheirProcedures) {
  auto call = [](const Arguments& arguments) { return Sql(arguments).inputs.at(0).text; };
  EXPECT_EQ(call({"rebalance", "run", "--goals", "RACK_AWARE"}),
            "CALL sys.rebalance('RACK_AWARE')");
  EXPECT_EQ(call({"rebalance", "plan", "--goals", "RACK_AWARE"}),
            "CALL sys.plan_rebalance('RACK_AWARE')");
  EXPECT_EQ(call({"rebalance", "list"}), "CALL sys.list_rebalances()");
  EXPECT_EQ(call({"rebalance", "show"}), "CALL sys.list_rebalance()");
  EXPECT_EQ(call({"rebalance", "moves"}), "CALL sys.list_active_moves()");
  EXPECT_EQ(call({"rebalance", "cancel", "rebalance-17"}),
            "CALL sys.cancel_rebalance('rebalance-17')");
  EXPECT_EQ(call({"rebalance", "pause", "x'); CALL sys.rebalance('"}),
            "CALL sys.pause_rebalance('x''); CALL sys.rebalance(''')");
  EXPECT_EQ(call({"rebalance", "resume"}), "CALL sys.resume_rebalance()");
  EXPECT_TRUE(std::holds_alternative<RebalanceWatchRequest>(Read({"rebalance", "watch"})));
  EXPECT_EQ(LeaveCode({"rebalance", "run"}), kExitUsage);
  EXPECT_EQ(LeaveCode({"rebalance", "plan", "--goals", "RACK_AWARE", "--drain-only"}), kExitUsage);
}

TEST_F(CommandLine, AStatementMayBeAnyText) {
  for (const char* text : {"", "-x", "--keep-going", "a b", "[a,b]", "a,b", "'q'", "\"q\"", "{}",
                           "CALL sys.x('a','b')", "-e"}) {
    SqlRequest request = Sql({"sql", "-e", text});
    EXPECT_EQ(request.inputs, (std::vector<Input>{{Input::Kind::kStatements, text}}));
    EXPECT_FALSE(request.keep_going);
  }
}

TEST_F(CommandLine, DefaultsAreForPeople) {
  SqlRequest request = Sql({"sql"});
  EXPECT_TRUE(request.inputs.empty());
  EXPECT_EQ(request.server, "127.0.0.1:7345");
  EXPECT_EQ(request.format, Format::kTable);
  EXPECT_FALSE(request.keep_going);
  EXPECT_FALSE(request.is_quiet);
  EXPECT_EQ(request.retry_seconds, 10u);
}

TEST_F(CommandLine, FlagsSayWhatTheySay) {
  SqlRequest request = Sql(
      {"sql", "--format", "csv", "--keep-going", "--quiet", "--retry", "0", "--server", "[::1]:9"});
  EXPECT_EQ(request.format, Format::kCsv);
  EXPECT_TRUE(request.keep_going);
  EXPECT_TRUE(request.is_quiet);
  EXPECT_EQ(request.retry_seconds, 0u);
  EXPECT_EQ(request.server, "[::1]:9");
  EXPECT_EQ(Sql({"sql", "--format=json"}).format, Format::kJson);
}

TEST_F(CommandLine, TheEnvironmentNamesTheServerAndTheFlagWins) {
  setenv("PEGEL_SERVER", "10.0.0.1:1", 1);
  EXPECT_EQ(Sql({"sql"}).server, "10.0.0.1:1");
  EXPECT_EQ(std::get<StatusRequest>(Read({"status"})).server, "10.0.0.1:1");
  EXPECT_EQ(Sql({"sql", "--server", "10.0.0.2:2"}).server, "10.0.0.2:2");
  setenv("PEGEL_SERVER", "", 1);
  EXPECT_EQ(Sql({"sql"}).server, "127.0.0.1:7345");
}

TEST_F(CommandLine, StatusHasTwoFormats) {
  EXPECT_EQ(std::get<StatusRequest>(Read({"status"})).format, Format::kTable);
  EXPECT_EQ(std::get<StatusRequest>(Read({"status", "--format", "json"})).format, Format::kJson);
  EXPECT_EQ(LeaveCode({"status", "--format", "csv"}), kExitUsage);
}

TEST_F(CommandLine, Backups) {
  auto create = std::get<BackupRequest>(Read({"backup", "create", "--to", "b", "--server", "h:1"}));
  EXPECT_EQ(create.what, BackupRequest::What::kCreate);
  EXPECT_EQ(create.backup, "b");
  EXPECT_EQ(create.data_dir, "") << "the server is asked";
  EXPECT_EQ(create.server, "h:1");
  auto verify = std::get<BackupRequest>(Read({"backup", "verify", "b", "--format", "json"}));
  EXPECT_EQ(verify.what, BackupRequest::What::kVerify);
  EXPECT_EQ(verify.format, Format::kJson);
  auto restore =
      std::get<BackupRequest>(Read({"backup", "restore", "b", "--to", "d", "--lsn", "7"}));
  EXPECT_EQ(restore.what, BackupRequest::What::kRestore);
  EXPECT_EQ(restore.backup, "b");
  EXPECT_EQ(restore.data_dir, "d");
  EXPECT_EQ(restore.through, 7u);
}

TEST_F(CommandLine, TheOtherCommandsSayWhatTheySay) {
  SettingsRequest settings = std::get<SettingsRequest>(
      Read({"config", "effective", "--format", "json", "--server", "a:1"}));
  EXPECT_EQ(settings.server, "a:1");
  EXPECT_EQ(settings.format, Format::kJson);
  KeygenRequest keygen = std::get<KeygenRequest>(Read({"keygen", "--rotate", "k"}));
  EXPECT_EQ(keygen.file, "k");
  EXPECT_TRUE(keygen.is_rotation);
  EXPECT_FALSE(std::get<KeygenRequest>(Read({"keygen", "k"})).is_rotation);
  EXPECT_EQ(std::get<ResealRequest>(Read({"secrets", "reseal", "--retry", "3"})).retry_seconds, 3u);
}

TEST_F(CommandLine, Cluster) {
  SqlRequest servers = std::get<SqlRequest>(Read({"cluster", "servers", "--format", "json"}));
  ASSERT_EQ(servers.inputs.size(), 1u);
  EXPECT_EQ(servers.inputs[0].text, "CALL sys.list_servers()");
  EXPECT_EQ(servers.format, Format::kJson);
  auto unregister = std::get<UnregisterRequest>(Read({"cluster", "unregister", "3"}));
  EXPECT_EQ(unregister.id, 3);
}

TEST_F(CommandLine, Tables) {
  auto change = [](const Arguments& arguments) {
    return std::get<TableChangeRequest>(Read(arguments)).change;
  };
  EXPECT_EQ(change({"cluster", "create-table", "a.b"}),
            net::TableChange(CreateTable{{"a", "b"}, 1, 3, false}));
  EXPECT_EQ(change({"cluster", "create-table", "a.b", "--buckets", "4", "--replication", "2",
                    "--partitioned"}),
            net::TableChange(CreateTable{{"a", "b"}, 4, 2, true}));
  EXPECT_EQ(change({"cluster", "drop-table", "a.b"}), net::TableChange(DropTable{{"a", "b"}}));
  EXPECT_EQ(change({"cluster", "add-partition", "a.b", "2026$de"}),
            net::TableChange(AddPartition{{"a", "b"}, "2026$de"}));
  EXPECT_EQ(change({"cluster", "drop-partition", "a.b", "x"}),
            net::TableChange(DropPartition{{"a", "b"}, "x"}));
  EXPECT_EQ(std::get<TablesRequest>(Read({"cluster", "tables", "--format", "json"})).format,
            Format::kJson);
  auto buckets = std::get<BucketsRequest>(
      Read({"cluster", "buckets", "a.b", "--on", "3", "--leaderless", "--limit", "7"}));
  EXPECT_EQ(
      buckets.list,
      (ListBuckets{.path = {{"a", "b"}}, .server = cluster::ServerId{3}, .only_leaderless = true}));
  EXPECT_EQ(buckets.limit, 7u);
  EXPECT_EQ(std::get<BucketsRequest>(Read({"cluster", "buckets"})).list, ListBuckets{});
}

TEST_F(CommandLine, MistakesAreUsage) {
  for (const Arguments& arguments : {Arguments{},
                                     {"nothing"},
                                     {"sql", "--no-such-flag"},
                                     {"sql", "-e"},
                                     {"sql", "-f"},
                                     {"sql", "--format", "xml"},
                                     {"sql", "--format"},
                                     {"sql", "--retry", "soon"},
                                     {"sql", "--retry", "-1"},
                                     {"sql", "stray"},
                                     {"sql", "-e", "a", "stray"},
                                     {"status", "-e", "a"},
                                     {"config"},
                                     {"config", "effective", "--format", "csv"},
                                     {"cluster"},
                                     {"cluster", "unregister"},
                                     {"cluster", "unregister", "-3"},
                                     {"cluster", "unregister", "x"},
                                     {"cluster", "servers", "--format", "csv"},
                                     {"cluster", "create-table"},
                                     {"cluster", "create-table", "t"},
                                     {"cluster", "create-table", "a.b", "--buckets", "x"},
                                     {"cluster", "add-partition", "a.b"},
                                     {"cluster", "buckets", "--on", "-1"},
                                     {"keygen"},
                                     {"backup"},
                                     {"backup", "create"},
                                     {"backup", "verify"},
                                     {"backup", "restore", "b"},
                                     {"backup", "restore", "b", "--to", "d", "--lsn", "0"},
                                     {"keygen", "a", "b"},
                                     {"secrets"},
                                     {"sql", "--server"},
                                     {"sql", "--server", "a:1", "--server", "b:2"}}) {
    EXPECT_EQ(LeaveCode(arguments), kExitUsage) << ::testing::PrintToString(arguments);
  }
}

TEST_F(CommandLine, HelpIsNoMistakeAndTeaches) {
  for (const Arguments& arguments : {Arguments{"--help"},
                                     {"sql", "--help"},
                                     {"status", "-h"},
                                     {"config", "effective", "-h"},
                                     {"keygen", "-h"},
                                     {"snapshot", "-h"},
                                     {"backup", "-h"},
                                     {"backup", "create", "-h"},
                                     {"backup", "verify", "-h"},
                                     {"backup", "restore", "-h"},
                                     {"secrets", "reseal", "-h"},
                                     {"cluster", "servers", "-h"},
                                     {"cluster", "create-table", "-h"},
                                     {"cluster", "add-partition", "-h"},
                                     {"cluster", "buckets", "-h"},
                                     {"cluster", "unregister", "-h"}}) {
    EXPECT_EQ(LeaveCode(arguments), kExitAccepted);
    EXPECT_TRUE(absl::StrContains(Help(arguments), "Examples:")) << Help(arguments);
  }
  EXPECT_TRUE(absl::StrContains(Help({"sql", "--help"}), "Exit: 0"));
  EXPECT_EQ(Help({"--version"}), "pegel 0.1.0\n");
}

}  // namespace
}  // namespace pegel::tools
