// The programs as users meet them: pegeld, pegel and pegel-replay as processes, with their exit
// codes, messages and the machine-readable contract of docs/programs.md.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "net/client.h"
#include "tests/system/process.h"

namespace pegel::testing {
namespace {

using Json = nlohmann::json;

class Programs : public ::testing::Test {
 protected:
  std::string data_dir() const { return directory_.path() + "/data"; }
  std::string file(const std::string& name) const { return directory_.path() + "/" + name; }

  Finished Pegel(const ServerProcess& server, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), PEGEL);
    arguments.insert(arguments.end(), {"--server", server.address()});
    return RunProgram(arguments);
  }
  // Runs statements in JSON form; one object for each.
  std::vector<Json> Sql(const ServerProcess& server, const std::vector<std::string>& statements,
                        int expected_exit = 0) {
    std::vector<std::string> arguments = {"sql", "--format", "json"};
    for (const std::string& statement : statements) {
      arguments.push_back("-e");
      arguments.push_back(statement);
    }
    Finished finished = Pegel(server, arguments);
    EXPECT_EQ(finished.exit_code, expected_exit) << finished.out << finished.err;
    return Lines(finished.out);
  }
  static std::vector<Json> Lines(const std::string& text) {
    std::vector<Json> lines;
    for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      lines.push_back(Json::parse(std::string(line)));
    }
    return lines;
  }
  Json Status(const ServerProcess& server) {
    return Json::parse(Pegel(server, {"status", "--format", "json"}).out);
  }
  // Every file below a directory, by name.
  static std::map<std::string, std::string> BytesBelow(const std::string& directory) {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
      if (!entry.is_regular_file()) continue;
      std::ostringstream bytes;
      bytes << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      files[entry.path().string()] = bytes.str();
    }
    return files;
  }
  Json Verify(int expected_exit = 0) {
    Finished finished =
        RunProgram({PEGEL_REPLAY, "verify", "--data-dir", data_dir(), "--format", "json"});
    EXPECT_EQ(finished.exit_code, expected_exit) << finished.err;
    return Json::parse(finished.out);
  }

  TemporaryDirectory directory_;
};

constexpr char kAddBob[] =
    "CALL sys.add_acl(resource => 'my_database.my_table', permission => 'ALLOW', "
    "principal => 'User:Bob', operation => 'WRITE', host => '192.168.1.100')";
constexpr char kListAll[] = "CALL sys.list_acl(resource => 'ANY')";

TEST_F(Programs, TheSeedsExampleGivesTheSeedsRowWithItsLsn) {
  ServerProcess server(PEGELD, data_dir());
  std::vector<Json> lines = Sql(server, {kAddBob, kListAll});
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0]["statement"], kAddBob);
  EXPECT_EQ(lines[0]["lsn"], 2);
  EXPECT_EQ(lines[0]["rows"], Json::parse(R"([["success"]])"));
  EXPECT_EQ(lines[1]["lsn"], 3);
  EXPECT_EQ(lines[1]["rows"][0][0],
            "resource=\"cluster.my_database.my_table\";permission=\"ALLOW\";"
            "principal=\"User:Bob\";operation=\"WRITE\";host=\"192.168.1.100\"");
}

TEST_F(Programs, ARejectedStatementEndsTheScriptUnlessToldToGoOn) {
  ServerProcess server(PEGELD, data_dir(),
                       {"-D", "authorizer.enabled=true", "-D", "super.users=User:root"});
  std::vector<Json> lines = Sql(server, {kListAll, kAddBob, kListAll}, 1);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1]["lsn"], 3) << "a refusal is a record";
  EXPECT_EQ(lines[1]["error"]["code"], 48);
  EXPECT_EQ(lines[1]["error"]["name"], "AUTHORIZATION_EXCEPTION");
  EXPECT_EQ(lines[1]["error"]["message"],
            "Principal FlussPrincipal{name='ANONYMOUS', type='User'} have no authorization to "
            "operate ALL on resource Resource{type=DATABASE, name='my_database'} ");
  Finished going_on =
      Pegel(server, {"sql", "--format", "json", "--keep-going", "-e", kAddBob, "-e", kListAll});
  EXPECT_EQ(going_on.exit_code, 1);
  EXPECT_EQ(Lines(going_on.out).size(), 2u);
}

TEST_F(Programs, AMalformedStatementHasItsPlaceAndNoLsn) {
  ServerProcess server(PEGELD, data_dir());
  std::vector<Json> lines = Sql(server, {"CALL sys.add_acl(resource => 5)"}, 1);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(lines[0]["lsn"].is_null());
  EXPECT_EQ(lines[0]["error"]["name"], "SYNTAX_ERROR");
  std::string message = lines[0]["error"]["message"];
  EXPECT_EQ(message.find("line 1, column 30: "), 0u) << message;
  EXPECT_EQ(Status(server)["lsn_applied"], 1) << "nothing was logged";
}

TEST_F(Programs, TheAuditorSeesWhatTheServerSees) {
  ServerProcess server(PEGELD, data_dir());
  Sql(server, {kAddBob, kListAll});
  Json status = Status(server);
  Json verified = Verify();  // While the server runs.
  EXPECT_EQ(verified["ok"], true);
  EXPECT_EQ(verified["records"], 3);
  EXPECT_EQ(verified["head_lsn"], status["lsn_durable"]);
  EXPECT_EQ(verified["chain"], status["chain"]);
  EXPECT_EQ(verified["digest"], status["digest"]);
  Finished dump = RunProgram(
      {PEGEL_REPLAY, "dump", "--data-dir", data_dir(), "--format", "json", "--from", "2"});
  std::vector<Json> records = Lines(dump.out);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0]["principal"], "User:ANONYMOUS");
  EXPECT_EQ(records[0]["host"], "127.0.0.1");
  EXPECT_EQ(records[0]["accepted"], true);
  EXPECT_EQ(records[1]["chain"], status["chain"]);
}

TEST_F(Programs, ADumpShowsWhatEachRecordMadeTrueWhenAsked) {
  ServerProcess server(PEGELD, data_dir());
  Sql(server, {kAddBob, kListAll});
  std::vector<std::string> dump = {PEGEL_REPLAY, "dump", "--data-dir", data_dir(), "--from", "2"};
  EXPECT_EQ(RunProgram(dump).out.find("acl added"), std::string::npos);
  dump.push_back("--events");
  EXPECT_NE(RunProgram(dump).out.find("\n    acl added "), std::string::npos);
  dump.insert(dump.end(), {"--format", "json"});
  std::vector<Json> records = Lines(RunProgram(dump).out);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0]["events"], records[0]["event_list"].size());
  EXPECT_EQ(records[0]["event_list"][0]["event"], "acl_added");
  EXPECT_EQ(records[1]["event_list"], Json::array());
}

TEST_F(Programs, RowsAndDigestSurviveSigkill) {
  Json digest, rows;
  {
    ServerProcess server(PEGELD, data_dir());
    rows = Sql(server, {kAddBob, kListAll})[1]["rows"];
    digest = Status(server)["digest"];
    EXPECT_EQ(server.End(SIGKILL), 128 + SIGKILL);
  }
  ServerProcess restarted(PEGELD, data_dir());
  EXPECT_EQ(Status(restarted)["digest"], digest);
  EXPECT_EQ(Sql(restarted, {kListAll})[0]["rows"], rows);
}

TEST_F(Programs, SigtermEndsTheServerInOrder) {
  ServerProcess server(PEGELD, data_dir());
  Sql(server, {kAddBob});
  EXPECT_EQ(server.End(SIGTERM), 0);
  EXPECT_NE(server.output().find("stopped at lsn 2"), std::string::npos) << server.output();
}

TEST_F(Programs, TwoServersCannotShareADirectory) {
  ServerProcess first(PEGELD, data_dir());
  ServerProcess second(PEGELD, data_dir());
  EXPECT_EQ(second.address(), "");
  EXPECT_NE(second.output().find("does not start"), std::string::npos) << second.output();
  EXPECT_NE(second.output().find(data_dir()), std::string::npos) << second.output();
  EXPECT_EQ(Sql(first, {kListAll}).size(), 1u) << "the first goes on";
}

TEST_F(Programs, OnlyTheLoopbackIsServed) {
  Finished finished = RunProgram({PEGELD, "--data-dir", data_dir(), "--listen", "0.0.0.0:0"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.err.find("loopback"), std::string::npos) << finished.err;
}

TEST_F(Programs, BadStaticConfigsStopTheStartAndLeaveTheDiskAlone) {
  for (const char* config : {"authorizer.enabled=yes", "super.users=root", "no.such.key=1", "x"}) {
    Finished finished =
        RunProgram({PEGELD, "--data-dir", data_dir(), "--listen", "127.0.0.1:0", "-D", config});
    EXPECT_EQ(finished.exit_code, 1) << config;
    EXPECT_NE(finished.err.find("does not start"), std::string::npos) << finished.err;
    EXPECT_FALSE(std::filesystem::exists(data_dir())) << config;
  }
}

TEST_F(Programs, ChangedStaticConfigsBecomeARecord) {
  { ServerProcess server(PEGELD, data_dir()); }
  { ServerProcess same(PEGELD, data_dir()); }
  EXPECT_EQ(Verify()["records"], 1);
  {
    ServerProcess changed(PEGELD, data_dir(), {"-D", "super.users=User:root"});
    Status(changed);
  }
  EXPECT_EQ(Verify()["records"], 2);
}

TEST_F(Programs, AChangedServerYamlIsInForceAfterARestartAndItsLsnIsInTheDump) {
  std::ofstream(file("server.yaml")) << "authorizer.enabled: false\n";
  { ServerProcess server(PEGELD, data_dir(), {"--config", file("server.yaml")}); }
  std::ofstream(file("server.yaml")) << "# on since today\n"
                                        "authorizer.enabled: true\n"
                                        "super.users: User:root\n";
  ServerProcess restarted(PEGELD, data_dir(), {"--config", file("server.yaml")});
  EXPECT_EQ(Status(restarted)["authorizer_enabled"], true);
  EXPECT_EQ(Sql(restarted, {kAddBob}, 1)[0]["error"]["code"], 48);
  std::vector<Json> records =
      Lines(RunProgram({PEGEL_REPLAY, "dump", "--data-dir", data_dir(), "--format", "json"}).out);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[1]["lsn"], 2);
  EXPECT_EQ(records[1]["command"], "boot");
  std::string boot = records[1].dump();
  EXPECT_NE(boot.find("authorizer.enabled"), std::string::npos) << boot;
  EXPECT_NE(boot.find("User:root"), std::string::npos) << boot;
}

TEST_F(Programs, AWrongServerYamlStopsTheStartWithFileLineKeyAndReasonAndWritesNothing) {
  { ServerProcess server(PEGELD, data_dir()); }
  std::map<std::string, std::string> before = BytesBelow(data_dir());
  for (const auto& [text, message] : std::map<std::string, std::string>{
           {"authorizer.enabled: maybe\n", ":1: key 'authorizer.enabled': "},
           {"# c\n\nsuper.users: [User:root]\n", ":3: key 'super.users': a list"},
           {"pegel.lisen: 1\n", ":1: key 'pegel.lisen': no such setting; did you mean"},
           {"super.users:\n", ":1: key 'super.users': no value"}}) {
    std::ofstream(file("server.yaml")) << text;
    Finished finished = RunProgram({PEGELD, "--data-dir", data_dir(), "--listen", "127.0.0.1:0",
                                    "--config", file("server.yaml")});
    EXPECT_EQ(finished.exit_code, 1) << text;
    EXPECT_NE(finished.err.find("does not start: " + file("server.yaml") + message),
              std::string::npos)
        << finished.err;
    EXPECT_EQ(BytesBelow(data_dir()), before) << text;
  }
}

TEST_F(Programs, ConfigEffectiveShowsEachValueWithItsSource) {
  std::ofstream(file("server.yaml")) << "super.users: User:ANONYMOUS\npegel.line-max: 77\n";
  ServerProcess server(PEGELD, data_dir(),
                       {"--config", file("server.yaml"), "-D", "authorizer.enabled=true",
                        "--calls-in-flight-max", "9"});
  Json settings =
      Json::parse(Pegel(server, {"config", "effective", "--format", "json"}).out)["settings"];
  std::map<std::string, std::pair<std::string, std::string>> shown;
  for (const Json& setting : settings) {
    shown[setting["key"]] = {setting["value"], setting["source"]};
  }
  using Pair = std::pair<std::string, std::string>;
  EXPECT_EQ(shown["pegel.line-max"], (Pair{"77", file("server.yaml") + ":2"}));
  EXPECT_EQ(shown["pegel.calls-in-flight-max"], (Pair{"9", "flag --calls-in-flight-max"}));
  EXPECT_EQ(shown["pegel.connections-max"], (Pair{"1024", "default"}));
  EXPECT_EQ(shown["super.users"], (Pair{"User:ANONYMOUS", file("server.yaml") + ":1"}));
  EXPECT_EQ(shown["authorizer.enabled"], (Pair{"true", "flag -D"}));
}

TEST_F(Programs, ConfigEffectiveIsForThoseWhoMayDescribeTheCluster) {
  ServerProcess server(PEGELD, data_dir(),
                       {"-D", "authorizer.enabled=true", "-D", "super.users=User:root"});
  Finished finished = Pegel(server, {"config", "effective"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.err.find("have no authorization to operate DESCRIBE on resource"),
            std::string::npos)
      << finished.err;
}

TEST_F(Programs, AWrongAddressStopsTheStartBeforeAnythingIsMade) {
  const std::string yaml = file("address.yaml");
  std::ofstream(yaml) << "pegel.listen: nonsense\n";
  Finished finished = RunProgram({PEGELD, "--data-dir", data_dir(), "--config", yaml});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.err.find("address.yaml:1: key 'pegel.listen': "), std::string::npos)
      << finished.err;
  EXPECT_FALSE(std::filesystem::exists(data_dir()));
}

TEST_F(Programs, AConflictWithADynamicValueSaysSo) {
  {
    ServerProcess server(PEGELD, data_dir());
    ASSERT_EQ(Pegel(server, {"sql", "-e",
                             "CALL sys.set_cluster_configs("
                             "'server.data-disk.write-limit-ratio', '0.82')"})
                  .exit_code,
              0);
  }
  Finished finished = RunProgram({PEGELD, "--data-dir", data_dir(), "--listen", "127.0.0.1:0", "-D",
                                  "server.data-disk.write-recover-ratio=0.84"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.err.find("A dynamic value, set while the server ran"), std::string::npos)
      << finished.err;
}

TEST_F(Programs, OutputThatNobodyGetsIsAFailure) {
  ServerProcess server(PEGELD, data_dir());
  Finished finished =
      RunProgram({"/bin/sh", "-c",
                  absl::StrCat(PEGEL, " status --server ", server.address(), " > /dev/full")});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.err.find("standard output cannot be written"), std::string::npos);
}

TEST_F(Programs, WithoutADataDirectoryTheServerSaysHowToGiveOne) {
  Finished finished = RunProgram({PEGELD});
  EXPECT_EQ(finished.exit_code, 2);
  EXPECT_NE(finished.err.find("pegel.data-dir"), std::string::npos) << finished.err;
}

// The seal is the same the second time, so the server knows the call again.
TEST_F(Programs, ARetryOfACallWithASecretIsAnsweredOnceAlsoAfterARestart) {
  ASSERT_EQ(RunProgram({PEGEL, "keygen", file("pegel.key")}).exit_code, 0);
  net::Statement statement{
      .text = "CALL sys.set_cluster_configs('security.sasl.plain.credentials', 'root:pw')",
      .request_id = RequestId{3, 4}};
  std::optional<Receipt> first;
  for (int i = 0; i < 2; ++i) {
    ServerProcess server(PEGELD, data_dir(), {"--key-file", file("pegel.key")});
    auto client = net::Client::Connect(server.address());
    ASSERT_TRUE(client.ok()) << client.status();
    for (int j = 0; j < 2; ++j) {
      absl::StatusOr<net::CallReply> reply = (*client)->Call(statement);
      ASSERT_TRUE(reply.ok() && !reply->error) << reply.status();
      if (!first) first = reply->receipt;
      EXPECT_EQ(reply->receipt, first);
    }
  }
  EXPECT_EQ(first->lsn, Lsn{2});
}

TEST_F(Programs, ADamagedLogIsRefusedByNameAndLeftAlone) {
  {
    ServerProcess server(PEGELD, data_dir());
    Sql(server, {kAddBob, kListAll});
    server.End(SIGKILL);
  }
  std::filesystem::remove(data_dir() + "/ANCHOR");
  ServerProcess refused(PEGELD, data_dir());
  EXPECT_EQ(refused.address(), "");
  EXPECT_NE(refused.output().find("ANCHOR"), std::string::npos) << refused.output();
  EXPECT_FALSE(std::filesystem::exists(data_dir() + "/ANCHOR"));
  Json verified = Verify(1);
  EXPECT_EQ(verified["ok"], false);
  EXPECT_TRUE(verified.contains("lsn"));
  EXPECT_NE(std::string(verified["reason"]).find("ANCHOR"), std::string::npos);
}

TEST_F(Programs, WithoutAServerTheClientSaysSo) {
  Finished finished =
      RunProgram({PEGEL, "sql", "--server", "127.0.0.1:1", "--retry", "0", "-e", kListAll});
  EXPECT_EQ(finished.exit_code, 3);
  EXPECT_NE(finished.err.find("127.0.0.1:1"), std::string::npos) << finished.err;
  EXPECT_EQ(RunProgram({PEGEL, "sql", "--format", "xml", "-e", kListAll}).exit_code, 2);
  EXPECT_EQ(RunProgram({PEGEL, "sql", "-f", file("no-such-file.sql")}).exit_code, 2);
}

TEST_F(Programs, EveryProgramTeachesItself) {
  for (const char* program : {PEGELD, PEGEL, PEGEL_REPLAY}) {
    Finished finished = RunProgram({program, "--help"});
    EXPECT_EQ(finished.exit_code, 0);
    EXPECT_GT(finished.out.size(), 300u);
  }
}

}  // namespace
}  // namespace pegel::testing
