// pegel-replay as a program, on logs that were made for the purpose: what it says, in which format,
// with which exit code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/canonical.h"
#include "core/fold.h"
#include "log/data_dir.h"
#include "log/group.h"
#include "log/rocks_log.h"
#include "replay/backup.h"
#include "replay/copy.h"
#include "replay/fold_log.h"
#include "snapshot/store.h"
#include "tests/support/acl.h"
#include "tests/support/configs.h"
#include "tests/system/process.h"

namespace pegel::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::ordered_json;
using pegel::testing::AuthorOf;
using pegel::testing::EntryOf;
using pegel::testing::Finished;

// 2026-11-22T08:00:00Z; record n is n seconds later.
constexpr int64_t kBegin = 1'795'334'400'000'000'000;

Boot BootWith(const std::string& key, const std::string& value) {
  Boot boot = pegel::testing::BootOf(true);
  boot.static_configs[key] = value;
  return boot;
}

class Auditing : public ::testing::Test {
 protected:
  explicit Auditing(const Boot& boot = pegel::testing::BootOf(true)) {
    auto log = log::RocksLog::Open({.data_dir = data_dir()}, log::Head{});
    EXPECT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
    Say("System:pegeld", boot, "");
  }

  std::string data_dir() const { return directory_.path() + "/data"; }
  std::string PathOf(const std::string& name) const { return directory_.path() + "/" + name; }
  void Put(const std::string& name, const std::string& text) {
    std::ofstream(PathOf(name)) << text;
  }

  void Say(const std::string& who, Command command, const std::string& host = "10.0.0.1") {
    const Lsn lsn = Next(folded_.head.lsn);
    Moment moment{lsn, UnixNanos{kBegin + static_cast<int64_t>(lsn.value) * 1'000'000'000},
                  AuthorOf(who, host)};
    Applied applied = Apply(folded_.world, moment, RequestId{}, command);
    std::vector<Hash256> chains;
    log::Group group =
        log::PackGroup({{moment, RequestId{}, command, applied.effect}}, folded_.head, &chains);
    folded_.head = group.head;
    heads_.push_back(group.head);
    log_->Append(group, [](const absl::Status& status) { ASSERT_TRUE(status.ok()) << status; });
  }
  void Grant(const std::string& who, const std::string& to, const std::string& what,
             const std::string& where) {
    Say(who, AddAcl{EntryOf("ALLOW", to, what, where)});
  }
  void Snap() {
    snapshot::Store store(snapshot::RealFiles(), log::DataDir{data_dir()}.Snapshots());
    auto written = store.Write(folded_.world, folded_.head.chain, folded_.answered_chains);
    ASSERT_TRUE(written.ok()) << written.status();
  }

  Finished Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), PEGEL_REPLAY);
    return pegel::testing::RunProgram(arguments);
  }
  Finished Ask(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--data-dir", data_dir()});
    return Run(std::move(arguments));
  }
  std::string Told(std::vector<std::string> arguments) {
    Finished finished = Ask(std::move(arguments));
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    return finished.out;
  }
  Json ToldJson(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--format", "json"});
    return Json::parse(Told(std::move(arguments)));
  }
  std::string ReceiptOf(size_t lsn) const {
    return std::to_string(lsn) + " " + ToHex(heads_.at(lsn - 1).chain) + "\n";
  }

  pegel::testing::TemporaryDirectory directory_;
  std::unique_ptr<log::RocksLog> log_;
  replay::Folded folded_;
  std::vector<log::Head> heads_;
};

class AuditingIgnoringCase : public Auditing {
 protected:
  AuditingIgnoringCase() : Auditing(BootWith("security.acl.principal.ignore-case", "true")) {}
};

// ---- history ----

TEST_F(Auditing, HistoryTellsWhoChangedWhatAndWhoWasRefused) {
  Grant("User:root", "User:Bob", "WRITE", "my_db.my_table");
  Say("User:Eve", AddAcl{EntryOf("ALLOW", "User:Eve", "ALL", "my_db")}, "10.6.6.6");
  Grant("User:root", "User:Bob", "WRITE", "my_db.my_table");
  Say("User:root",
      DropAcl{pegel::testing::FilterOf(EntryOf("ALLOW", "User:Bob", "WRITE", "my_db.my_table"))});
  const std::string told = Told({"history", "acl"});
  std::istringstream lines(told);
  std::string line;
  std::vector<std::string> all;
  while (std::getline(lines, line)) all.push_back(line);
  EXPECT_THAT(
      all,
      ElementsAre(
          "lsn 2  2026-11-22T08:00:02.000Z  User:root from 10.0.0.1 allowed User:Bob to WRITE on "
          "cluster.my_db.my_table",
          AllOf(StartsWith("lsn 3  2026-11-22T08:00:03.000Z  User:Eve from 10.6.6.6 was refused "
                           "CALL sys.add_acl("),
                HasSubstr("AUTHORIZATION_EXCEPTION")),
          StartsWith("lsn 4  2026-11-22T08:00:04.000Z  User:root from 10.0.0.1 asked for what was "
                     "so already: CALL sys.add_acl("),
          "lsn 5  2026-11-22T08:00:05.000Z  User:root from 10.0.0.1 no longer allows User:Bob to "
          "WRITE on cluster.my_db.my_table"));
  EXPECT_THAT(Told({"history", "acl", "my_db.my_table", "--by", "User:Eve"}), "");
  EXPECT_THAT(Told({"history", "acl", "--by", "User:Eve"}), StartsWith("lsn 3 "));
  EXPECT_THAT(Told({"history", "config"}), HasSubstr("System:pegeld started the server"));
  const std::string json = Told({"history", "acl", "--format", "json"});
  Json first = Json::parse(json.substr(0, json.find('\n')));
  EXPECT_EQ(first["lsn"], 2);
  EXPECT_EQ(first["sentence"], "allowed User:Bob to WRITE on cluster.my_db.my_table");
}

TEST_F(Auditing, HistoryOfTablesAndBucketsNamesThem) {
  for (int id : {0, 1, 2}) {
    Say("User:root", RegisterServer{cluster::ServerId{id}, "r" + std::to_string(id),
                                    "host:" + std::to_string(7000 + id)});
  }
  Say("User:root", CreateTable{{"shop", "orders"}, 2, 3, false});
  Say("User:root", ServerLost{cluster::ServerId{1}, Lsn{3}});
  Say("User:root", DropTable{{"shop", "orders"}});
  EXPECT_THAT(Told({"history", "table", "shop.orders"}),
              AllOf(HasSubstr("created table shop.orders with 2 buckets, 3 replicas each, as 5"),
                    HasSubstr("placed the buckets of shop.orders: 5:0 on "),
                    HasSubstr("dropped table shop.orders, which was 5")));
  EXPECT_THAT(
      Told({"history", "bucket", "5:0"}),
      AllOf(HasSubstr("changed bucket 5:0 of shop.orders: leader "), Not(HasSubstr("5:1"))));
  EXPECT_EQ(Told({"history", "server", "1"}),
            "lsn 3  2026-11-22T08:00:03.000Z  User:root from 10.0.0.1 registered server 1 at "
            "host:7001 in rack r1, epoch 3\n"
            "lsn 6  2026-11-22T08:00:06.000Z  User:root from 10.0.0.1 lost server 1, epoch 3\n");
}

// ---- at, diff ----

TEST_F(Auditing, AtAndDiffShowTheRowsOfThen) {
  Grant("User:root", "User:Bob", "WRITE", "d.t");
  Snap();
  Grant("User:root", "User:Al", "READ", "d");
  Json then = ToldJson({"at", "2", "acl"});
  EXPECT_EQ(then["lsn"], 2);
  EXPECT_EQ(then["families"]["acl"]["rows"].size(), 1u);
  EXPECT_EQ(ToldJson({"at", "2026-11-22T08:00:02.9", "acl"}), then);
  EXPECT_EQ(ToldJson({"at", "3"})["digest"], ToHex(Digest(folded_.world)));
  Json diff = ToldJson({"diff", "2", "3"});
  EXPECT_EQ(diff["families"]["acl"]["added"].size(), 1u);
  EXPECT_EQ(diff["families"]["acl"]["removed"].size(), 0u);
  Finished beyond = Ask({"at", "4"});
  EXPECT_EQ(beyond.exit_code, 2);
  EXPECT_THAT(beyond.err, HasSubstr("the log ends at lsn 3"));
  EXPECT_EQ(Ask({"diff", "3", "2"}).exit_code, 2);
}

// ---- shell ----

TEST_F(Auditing, TheShellBrowsesAnyPointAsATree) {
  Grant("User:root", "User:Bob", "WRITE", "d.t");
  Grant("User:root", "User:Bob/a", "READ", "d.t");
  Grant("User:root", "User:Al", "READ", "d");
  auto typed = [&](const std::string& lines) {
    Finished finished =
        pegel::testing::RunProgram({PEGEL_REPLAY, "shell", "--data-dir", data_dir()}, lines);
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    return finished.out;
  };
  EXPECT_THAT(typed("ls\n"), AllOf(StartsWith("acl/  3 rows\n"), HasSubstr("\ntag  0 rows\n")));
  EXPECT_EQ(typed("ls acl\n"), "cluster.d/  1 row\ncluster.d.t/  2 rows\n");
  EXPECT_EQ(typed("cd acl/cluster.d.t\nls\n"), "User:Bob  1 row\nUser:Bob/a  1 row\n");
  EXPECT_THAT(typed("cat acl/cluster.d.t/User:Bob/a\n"),
              AllOf(HasSubstr("READ"), Not(HasSubstr("WRITE"))));
  EXPECT_THAT(typed("cd acl\nat 2\nls\ncd ..\ncat acl\n"),
              AllOf(StartsWith("lsn 2, 2026-11-22T08:00:02"), HasSubstr("\ncluster.d.t/  1 row\n"),
                    Not(HasSubstr("READ"))));
  EXPECT_THAT(typed("cd acl/cluster.d\nat 2\nls .\n"), HasSubstr("acl/  1 row"))
      << "that place was not there yet";
  EXPECT_THAT(
      typed("cd nowhere\nlook\nat 9\nexit\nls\n"),
      AllOf(StartsWith("There is no 'nowhere' below / at this point; `ls` shows what is.\n"),
            HasSubstr("There is no command 'look'.\n  ls [PATH]"),
            HasSubstr("the log ends at lsn 4"), Not(HasSubstr("acl/  3 rows"))));
}

// ---- why ----

TEST_F(Auditing, WhyNamesTheEntryAndTheRecordThatMadeIt) {
  Grant("User:root", "User:Bob", "WRITE", "d.t");
  Json why = ToldJson({"why", "User:Bob", "WRITE", "d.t"});
  EXPECT_EQ(why["allowed"], true);
  EXPECT_EQ(why["allows"][0]["by"]["lsn"], 2);
  EXPECT_EQ(why["allows"][0]["by"]["principal"], "User:root");
  EXPECT_EQ(ToldJson({"why", "User:bob", "WRITE", "d.t"})["allowed"], false);
  EXPECT_EQ(ToldJson({"why", "User:Bob", "WRITE", "d.t", "--at", "1"})["allowed"], false);
  Say("User:root", DropAcl{pegel::testing::FilterOf(EntryOf("ALLOW", "User:Bob", "WRITE", "d.t"))});
  Json no = ToldJson({"why", "User:Bob", "WRITE", "d.t"});
  EXPECT_EQ(no["allowed"], false);
  EXPECT_EQ(no["gone"][0]["dropped_by"]["lsn"], 3);
  EXPECT_EQ(ToldJson({"why", "User:BOB", "WRITE", "d.t"})["gone"].size(), 0u);
}

TEST_F(AuditingIgnoringCase, WhyIgnoresCaseWhereTheServerDoes) {
  Grant("User:root", "user:BOB", "WRITE", "d.t");
  Json why = ToldJson({"why", "User:Bob", "WRITE", "d.t"});
  EXPECT_EQ(why["allowed"], true);
  EXPECT_EQ(why["allows"][0]["by"]["lsn"], 2);
  Say("User:root", DropAcl{pegel::testing::FilterOf(EntryOf("ALLOW", "user:BOB", "WRITE", "d.t"))});
  EXPECT_EQ(ToldJson({"why", "User:Bob", "WRITE", "d.t"})["gone"][0]["dropped_by"]["lsn"], 3);
}

// ---- verify, checkpoint ----

TEST_F(Auditing, ReceiptsOfAnotherHistoryAreToldAtTheirLsn) {
  Grant("User:root", "User:Bob", "WRITE", "d.t");
  Grant("User:root", "User:Al", "READ", "d");
  Put("good", "# from the client\n" + ReceiptOf(2) + ReceiptOf(3));
  Json verified = ToldJson({"verify", "--receipts", PathOf("good")});
  EXPECT_EQ(verified["ok"], true);
  EXPECT_EQ(verified["records"], 3);
  EXPECT_EQ(verified["witnesses"], 2);
  Put("bad", ReceiptOf(2) + "3 " + ToHex(heads_[1].chain) + "\n");
  Finished bad = Ask({"verify", "--receipts", PathOf("bad"), "--format", "json"});
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_EQ(Json::parse(bad.out)["lsn"], 3);
  EXPECT_THAT(bad.out, HasSubstr("the receipt in line 2 of "));
  Put("none", "three " + ToHex(heads_[1].chain) + "\n");
  EXPECT_EQ(Ask({"verify", "--receipts", PathOf("none")}).exit_code, 2);
  const std::string head = "3:" + ToHex(heads_[2].chain);
  EXPECT_EQ(Ask({"verify", "--expect-head", head}).exit_code, 0);
  Finished later = Ask({"verify", "--expect-head", "7:" + ToHex(heads_[2].chain)});
  EXPECT_EQ(later.exit_code, 1);
  EXPECT_THAT(later.err, HasSubstr("lsn 4: data loss: the log ends at lsn 3"));
}

TEST_F(Auditing, ADamagedOrForeignSnapshotIsNamed) {
  Grant("User:root", "User:Bob", "WRITE", "d.t");
  Snap();
  EXPECT_EQ(ToldJson({"verify"})["snapshots"], 1);
  folded_.world.acls = {};
  Snap();
  Finished foreign = Ask({"verify"});
  EXPECT_EQ(foreign.exit_code, 1);
  EXPECT_THAT(foreign.err, HasSubstr("it is not what the records up to lsn 2 come to"));
}

TEST_F(Auditing, CheckpointsAreSignedOnlyForALogThatBearsOutTheOlderOnes) {
  ASSERT_EQ(Run({"checkpoint-key", PathOf("key")}).exit_code, 0);
  EXPECT_EQ(Run({"checkpoint-key", PathOf("key")}).exit_code, 1) << "never overwritten";
  const std::vector<std::string> sign = {
      "checkpoint", "--sign-with", PathOf("key"), "--to", PathOf("signed"), "--every", "2"};
  const std::vector<std::string> check = {"verify", "--checkpoints", PathOf("signed"), "--key",
                                          PathOf("key.pub")};
  Grant("User:root", "User:Bob", "WRITE", "d.t");
  Grant("User:root", "User:Al", "READ", "d");
  EXPECT_THAT(Told(sign), StartsWith("OK: 2 signed"));
  EXPECT_THAT(Told(sign), StartsWith("OK: 0 signed"));
  EXPECT_EQ(Ask(check).exit_code, 0);

  std::ifstream file(PathOf("signed"));
  std::string signed_lines((std::istreambuf_iterator<char>(file)), {});
  const std::string chain = ToHex(heads_[1].chain);
  std::string forged = signed_lines;
  forged.replace(forged.find(chain), 1, chain[0] == '0' ? "1" : "0");
  Put("signed", forged);
  Finished bad = Ask(check);
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.err, HasSubstr("line 1: the key has not signed this checkpoint of lsn 2"));
  EXPECT_EQ(Ask(sign).exit_code, 1) << "nor is anything signed behind it";
  EXPECT_EQ(Ask({"verify", "--checkpoints", PathOf("signed")}).exit_code, 2) << "no key";
}

TEST_F(Auditing, ACheckpointTellsOfARolledBackLog) {
  ASSERT_EQ(Run({"checkpoint-key", PathOf("key")}).exit_code, 0);
  Grant("User:root", "User:Bob", "WRITE", "d.t");
  std::filesystem::copy(data_dir(), PathOf("old"), std::filesystem::copy_options::recursive);
  Grant("User:root", "User:Al", "READ", "d");
  EXPECT_EQ(Ask({"checkpoint", "--sign-with", PathOf("key"), "--to", PathOf("signed")}).exit_code,
            0);
  EXPECT_EQ(Run({"verify", "--data-dir", PathOf("old")}).exit_code, 0) << "a shorter history";
  Finished told = Run({"verify", "--data-dir", PathOf("old"), "--checkpoints", PathOf("signed"),
                       "--key", PathOf("key.pub"), "--format", "json"});
  EXPECT_EQ(told.exit_code, 1);
  EXPECT_EQ(Json::parse(told.out)["lsn"], 3);
}

TEST_F(Auditing, SalvageSaysWhatItLeftBehind) {
  Grant("User:root", "User:Bob", "WRITE", "d.t");
  Snap();
  Grant("User:root", "User:Al", "READ", "d");
  Put("receipts", "3 " + ToHex(heads_[1].chain) + "\n");
  Json salvaged = ToldJson({"salvage", "--to", PathOf("good"), "--receipts", PathOf("receipts")});
  EXPECT_EQ(salvaged["head_lsn"], 2);
  EXPECT_EQ(salvaged["acknowledged_lsn"], 3);
  EXPECT_THAT(std::string(salvaged["left_behind_because"]), HasSubstr("the receipt in line 1"));
  Finished good = Run({"verify", "--data-dir", PathOf("good"), "--format", "json"});
  EXPECT_EQ(good.exit_code, 0) << good.err;
  EXPECT_EQ(Json::parse(good.out)["digest"], salvaged["digest"]);
  EXPECT_THAT(Told({"salvage", "--to", PathOf("all")}), HasSubstr("Nothing was left behind"));
  EXPECT_EQ(Ask({"salvage", "--to", PathOf("all")}).exit_code, 1) << "never overwritten";
  ASSERT_TRUE(log_->Trim(heads_[1]).ok());
  EXPECT_THAT(Told({"salvage", "--to", PathOf("trimmed")}), StartsWith("salvaged lsn 3 to 3"));
  EXPECT_EQ(Run({"verify", "--data-dir", PathOf("trimmed")}).exit_code, 0);
}

// ---- backups, exports, trimmed logs ----

TEST_F(Auditing, BackupsAndExportsAnswerAsTheDirectoryDoes) {
  Grant("User:root", "User:Bob", "WRITE", "d.t");
  Snap();
  Grant("User:root", "User:Al", "READ", "d");
  auto backed_up = replay::CreateBackup(data_dir(), PathOf("backup"), [](uint64_t, uint64_t) {});
  ASSERT_TRUE(backed_up.ok()) << backed_up.status();
  std::filesystem::create_directory(PathOf("exports"));
  log::Head before;
  for (size_t lsn : {2, 3}) {  // Two files that continue each other.
    auto head = replay::CopyToFile(
        *log_, before, Lsn{lsn}, PathOf("exports/" + std::to_string(lsn) + ".groups"), [](Lsn) {});
    ASSERT_TRUE(head.ok()) << head.status();
    before = *head;
  }
  const std::vector<std::vector<std::string>> questions = {
      {"verify"},
      {"dump", "--format", "json"},
      {"history", "acl"},
      {"at", "2", "acl"},
      {"at", "3", "--format", "json"},
      {"diff", "2", "3"},
      {"why", "User:Bob", "WRITE", "d.t", "--format", "json"},
  };
  for (const std::vector<std::string>& question : questions) {
    std::string expected = Told(question);
    auto ask = [&](const char* flag, const std::string& name) {
      std::vector<std::string> arguments = question;
      arguments.insert(arguments.end(), {flag, PathOf(name)});
      return Run(arguments);
    };
    Finished of_backup = ask("--backup", "backup");
    EXPECT_EQ(of_backup.out, expected) << question[0] << ": " << of_backup.err;
    Finished of_exports = ask("--exports", "exports");
    if (question[0] == "verify") continue;  // There are no snapshots beside them to count.
    EXPECT_EQ(of_exports.out, expected) << question[0] << ": " << of_exports.err;
  }
  EXPECT_EQ(Run({"verify", "--exports", PathOf("exports")}).exit_code, 0);
  Finished half = Run({"at", "3", "--exports", PathOf("exports/3.groups")});
  EXPECT_EQ(half.exit_code, 2);
  EXPECT_THAT(half.err, HasSubstr("begins behind lsn 2"));
  EXPECT_EQ(Run({"verify"}).exit_code, 2) << "no place was named";
  EXPECT_EQ(Run({"verify", "--data-dir", "x", "--backup", "y"}).exit_code, 2) << "two were";
}

TEST_F(Auditing, ATrimmedLogIsReadFromItsSnapshotOn) {
  Grant("User:root", "User:Bob", "WRITE", "d.t");
  Snap();
  Grant("User:root", "User:Al", "READ", "d");
  ASSERT_TRUE(log_->Trim(heads_[1]).ok());
  EXPECT_EQ(ToldJson({"verify"})["records"], 1);
  EXPECT_THAT(Told({"dump"}), StartsWith("3 "));
  EXPECT_THAT(Told({"at", "2", "acl"}), HasSubstr("User:Bob"));
  Finished gone = Ask({"at", "1"});
  EXPECT_EQ(gone.exit_code, 2);
  EXPECT_THAT(gone.err, HasSubstr("the log was trimmed up to lsn 2"));
  EXPECT_THAT(Told({"why", "User:Bob", "WRITE", "d.t"}), HasSubstr("by a record that was trimmed"));
  Json why = ToldJson({"why", "User:Al", "READ", "d"});
  EXPECT_EQ(why["allows"][0]["by"]["lsn"], 3);
  Put("old", ReceiptOf(1) + ReceiptOf(2) + ReceiptOf(3));
  Json verified = ToldJson({"verify", "--receipts", PathOf("old")});
  EXPECT_EQ(verified["too_old"], 1);
}

}  // namespace
}  // namespace pegel::tools
