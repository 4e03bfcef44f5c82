// Snapshots, retention and backups as an operator meets them: the programs, their words and exit
// codes.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/system/process.h"

namespace pegel::testing {
namespace {

using Json = nlohmann::json;

class Operator : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return directory_.path() + "/" + name; }
  std::string data_dir() const { return path("data"); }

  Finished Pegel(const ServerProcess& server, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), PEGEL);
    arguments.insert(arguments.end(), {"--server", server.address()});
    return RunProgram(arguments);
  }
  void Write(const ServerProcess& server, int calls) {
    std::string script;
    for (int i = 0; i < calls; ++i) {
      absl::StrAppend(&script, "CALL sys.add_acl('db', 'ALLOW', 'User:u", next_++, "', 'READ');\n");
    }
    Finished finished = RunProgram({PEGEL, "sql", "-f", "-", "--server", server.address()}, script);
    ASSERT_EQ(finished.exit_code, 0) << finished.err;
  }
  Json Status(const ServerProcess& server) {
    return Json::parse(Pegel(server, {"status", "--format", "json"}).out);
  }
  Json Snapshot(const ServerProcess& server) {
    Finished finished = Pegel(server, {"snapshot", "--format", "json"});
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    return Json::parse(finished.out);
  }
  std::vector<std::string> Names(const std::string& directory) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  void FlipAByte(const std::string& file) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(150);
    char byte = static_cast<char>(stream.get() ^ 1);
    stream.seekp(150);
    stream.put(byte);
  }

  TemporaryDirectory directory_;
  int next_ = 0;
};

// The same rows, whether the server folds its log up to there or an auditor does.
TEST_F(Operator, ALiveServerAnswersAboutThePastAsAnAuditOfItsLogDoes) {
  const std::pair<const char*, const char*> listings[] = {{"acl", "sys.list_acl('ANY')"},
                                                          {"config", "sys.get_cluster_configs()"},
                                                          {"tag", "sys.list_server_tags()"},
                                                          {"server", "sys.list_servers()"},
                                                          {"rebalance", "sys.list_rebalances()"}};
  ServerProcess server(PEGELD, data_dir());
  Write(server, 3);
  Pegel(server, {"sql", "-e", "CALL sys.set_cluster_configs('datalake.format', 'paimon')"});
  Snapshot(server);
  Pegel(server, {"sql", "-e", "CALL sys.reset_cluster_configs('datalake.format')"});
  Pegel(server, {"sql", "-e", "CALL sys.drop_acl('db', 'ALLOW', 'User:u1', 'READ')"});
  const int end = Status(server)["lsn_durable"];
  EXPECT_GE(end, 7);
  int rows = 0;
  for (int lsn = 1; lsn <= end; ++lsn) {
    Finished audit = RunProgram(
        {PEGEL_REPLAY, "at", std::to_string(lsn), "--data-dir", data_dir(), "--format", "json"});
    ASSERT_EQ(audit.exit_code, 0) << audit.err;
    const Json families = Json::parse(audit.out)["families"];
    for (const auto& [family, call] : listings) {
      const std::string statement = absl::StrCat("CALL ", call, " FOR SYSTEM_TIME AS OF LSN ", lsn);
      Finished asked = Pegel(server, {"sql", "-e", statement, "--format", "json"});
      ASSERT_EQ(asked.exit_code, 0) << asked.err;
      EXPECT_EQ(Json::parse(asked.out)["rows"], families[family]["rows"]) << statement;
      rows += static_cast<int>(families[family]["rows"].size());
    }
  }
  EXPECT_GT(rows, 3 * 4);
}

TEST_F(Operator, OnlyThePastCanBeAskedAboutAndOnlyWhatLists) {
  ServerProcess server(PEGELD, data_dir());
  Write(server, 1);
  const std::pair<const char*, const char*> refusals[] = {
      {"CALL sys.list_acl('ANY') FOR SYSTEM_TIME AS OF LSN 1000", "a point of the past"},
      {"CALL sys.list_acl('ANY') FOR SYSTEM_TIME AS OF TIMESTAMP '2200-01-01'",
       "a point of the past"},
      {"CALL sys.list_acl('ANY') FOR SYSTEM_TIME AS OF TIMESTAMP '2000-01-01'",
       "lies before the log"},
      {"CALL sys.drop_acl('db', 'ALLOW', 'User:u0', 'READ') FOR SYSTEM_TIME AS OF LSN 1",
       "a procedure that lists"},
      {"CALL sys.plan_rebalance('REPLICA_DISTRIBUTION') FOR SYSTEM_TIME AS OF LSN 1",
       "a procedure that lists"}};
  for (const auto& [statement, expected] : refusals) {
    Finished refused = Pegel(server, {"sql", "-e", statement});
    EXPECT_EQ(refused.exit_code, 1) << statement;
    EXPECT_NE(refused.err.find(expected), std::string::npos) << refused.err;
  }
  Finished kept = Pegel(server, {"sql", "-e", "CALL sys.list_acl('ANY')"});
  EXPECT_NE(kept.out.find("User:u0"), std::string::npos) << "nothing was dropped";
}

TEST_F(Operator, ASnapshotOnDemandIsWhatTheNextStartBeginsFrom) {
  std::string digest;
  {
    ServerProcess server(PEGELD, data_dir());
    EXPECT_TRUE(Status(server)["lsn_snapshot"].is_null());
    Write(server, 20);
    Json saved = Snapshot(server);
    EXPECT_EQ(saved["lsn"], 21);
    EXPECT_EQ(saved["digest"], Status(server)["digest"]);
    EXPECT_EQ(Status(server)["lsn_snapshot"], 21);
    Write(server, 3);
    digest = Status(server)["digest"];
    EXPECT_EQ(server.End(SIGTERM), 0);
  }
  ServerProcess again(PEGELD, data_dir());
  EXPECT_EQ(Status(again)["digest"], digest);
  EXPECT_EQ(Status(again)["lsn_snapshot"], 21);
}

TEST_F(Operator, ADamagedSnapshotIsNamedAndTheOlderOneIsUsed) {
  std::string digest;
  {
    ServerProcess server(PEGELD, data_dir());
    Write(server, 5);
    Snapshot(server);
    Write(server, 5);
    Snapshot(server);
    digest = Status(server)["digest"];
    EXPECT_EQ(server.End(SIGTERM), 0);
  }
  const std::string newest = data_dir() + "/snapshots/00000000000000000011.snapshot";
  FlipAByte(newest);
  {
    ServerProcess again(PEGELD, data_dir());
    EXPECT_EQ(Status(again)["digest"], digest);
    EXPECT_EQ(Status(again)["lsn_snapshot"], 6);
    EXPECT_EQ(again.End(SIGTERM), 0);
    EXPECT_NE(again.output().find(newest), std::string::npos) << again.output();
  }
  FlipAByte(data_dir() + "/snapshots/00000000000000000006.snapshot");
  ServerProcess from_the_log(PEGELD, data_dir());
  EXPECT_EQ(Status(from_the_log)["digest"], digest) << "without any, from record 1";
}

TEST_F(Operator, ASnapshotNeedsAlterOnTheCluster) {
  ServerProcess server(PEGELD, data_dir(),
                       {"-D", "authorizer.enabled=true", "-D", "super.users=User:root"});
  Finished refused = Pegel(server, {"snapshot"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.err.find("AUTHORIZATION_EXCEPTION"), std::string::npos) << refused.err;
}

TEST_F(Operator, RetentionExportsThenTrimsAndTheChainGoesOn) {
  const std::vector<std::string> settings = {"--retention-records",    "10",
                                             "--retention-export-dir", path("exports"),
                                             "--changes-in-memory",    "1"};
  std::string digest;
  {
    ServerProcess server(PEGELD, data_dir(), settings);
    EXPECT_EQ(Status(server)["lsn_first"], 1);
    for (int i = 0; i < 4; ++i) {
      Write(server, 8);
      Snapshot(server);
    }
    for (int i = 0; i < 200 && Status(server)["lsn_first"] == 1; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_GT(Status(server)["lsn_first"], 1);
    digest = Status(server)["digest"];
    Finished watched = Pegel(server, {"watch", "--from", "1", "--count", "1"});
    EXPECT_EQ(watched.exit_code, 1) << watched.out;
    EXPECT_NE(watched.err.find("trimmed"), std::string::npos) << watched.err;
    EXPECT_EQ(server.End(SIGTERM), 0) << server.output();
  }
  EXPECT_FALSE(Names(path("exports")).empty());
  Finished verified =
      RunProgram({PEGEL_REPLAY, "verify", "--data-dir", data_dir(), "--format", "json"});
  EXPECT_EQ(verified.exit_code, 0) << verified.err << verified.out;
  EXPECT_EQ(Json::parse(verified.out)["digest"], digest);
  ServerProcess again(PEGELD, data_dir(), settings);
  EXPECT_EQ(Status(again)["digest"], digest);
}

TEST_F(Operator, RetentionWithoutAPlaceToExportToDoesNotStart) {
  ServerProcess server(PEGELD, data_dir(), {"--retention-records", "10"});
  EXPECT_TRUE(server.address().empty());
  EXPECT_EQ(server.End(0), 1);
  EXPECT_NE(server.output().find("flag --retention-records: key 'pegel.retention.records': needs"),
            std::string::npos)
      << server.output();
  EXPECT_FALSE(std::filesystem::exists(data_dir()));
}

TEST_F(Operator, ABackupOfARunningServerRestoresToAnyLsn) {
  ServerProcess server(PEGELD, data_dir());
  Write(server, 5);
  const std::string then = Status(server)["digest"];
  Write(server, 5);
  const std::string now = Status(server)["digest"];
  Finished made = Pegel(server, {"backup", "create", "--to", path("b"), "--format", "json"});
  ASSERT_EQ(made.exit_code, 0) << made.err << made.out;  // The server said where its data is.
  EXPECT_EQ(Json::parse(made.out)["head_lsn"], 11);
  EXPECT_EQ(Json::parse(made.out)["digest"], now);
  Write(server, 5);
  Finished verified = RunProgram({PEGEL, "backup", "verify", path("b"), "--format", "json"});
  EXPECT_EQ(verified.exit_code, 0) << verified.out;
  EXPECT_EQ(Json::parse(verified.out)["digest"], now);
  Finished restored = RunProgram(
      {PEGEL, "backup", "restore", path("b"), "--to", path("r"), "--lsn", "6", "--format", "json"});
  ASSERT_EQ(restored.exit_code, 0) << restored.out;
  EXPECT_EQ(Json::parse(restored.out)["digest"], then);
  ServerProcess second(PEGELD, path("r"));
  EXPECT_EQ(Status(second)["digest"], then);
  Write(second, 3);  // It goes on from there.
  Finished refused = RunProgram({PEGEL, "backup", "restore", path("b"), "--to", path("r")});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.err.find("never overwrites"), std::string::npos) << refused.err;
}

TEST_F(Operator, ADamagedBackupIsNotCalledGood) {
  ServerProcess server(PEGELD, data_dir());
  Write(server, 5);
  ASSERT_EQ(Pegel(server, {"backup", "create", "--to", path("b")}).exit_code, 0);
  FlipAByte(path("b/log.groups"));
  Finished verified = RunProgram({PEGEL, "backup", "verify", path("b"), "--format", "json"});
  EXPECT_EQ(verified.exit_code, 1);
  EXPECT_EQ(Json::parse(verified.out)["ok"], false);
  Finished restored = RunProgram({PEGEL, "backup", "restore", path("b"), "--to", path("r")});
  EXPECT_EQ(restored.exit_code, 1);
  EXPECT_FALSE(std::filesystem::exists(path("r")));
}

}  // namespace
}  // namespace pegel::testing
