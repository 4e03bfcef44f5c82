// SIGKILL at random, on the real programs, while snapshots are written, the log is exported and
// trimmed, a backup is made, and one is restored. After each, what is there boots to the World of a
// fold that never saw a snapshot: it went from record 1 on, through exports and logs.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "core/canonical.h"
#include "log/group_file.h"
#include "log/rocks_log.h"
#include "net/client.h"
#include "replay/backup.h"
#include "replay/recover.h"
#include "tests/support/random.h"
#include "tests/system/process.h"

namespace pegel::testing {
namespace {

using Json = nlohmann::json;

void Ignore(const Record&, const Applied&, const Hash256&) {}
void Quiet(uint64_t, uint64_t) {}

struct Totals {
  uint64_t server_kills = 0, backup_kills = 0, restore_kills = 0, snapshots_left = 0,
           unfinished_snapshots = 0, trims = 0, unfinished_backups = 0, unfinished_restores = 0,
           records = 0;
};

class Life {
 public:
  Life(Random& random, Totals* totals) : random_(random), totals_(*totals) {}

  // So many entries that a snapshot takes a while to write.
  void Fill() {
    std::string script;
    for (int i = 0; i < 1500; ++i) {
      absl::StrAppend(&script, "CALL sys.add_acl('filler', 'ALLOW', 'User:u", i, "', 'READ');\n");
    }
    ServerProcess server(PEGELD, data_dir(), Settings());
    Finished filled =
        RunProgram({PEGEL, "sql", "--quiet", "-f", "-", "--server", server.address()}, script);
    EXPECT_EQ(filled.exit_code, 0) << filled.err;
    EXPECT_EQ(server.End(SIGTERM), 0) << server.output();
  }

  void Round(int number) {
    KillServer();
    if (HasFailed()) return;
    CatchUp();
    if (HasFailed()) return;
    CheckBoot();
    if (HasFailed()) return;
    const std::string backup = path(absl::StrCat("backup", number));
    KillBackup(backup);
    if (HasFailed()) return;
    KillRestore(backup, path(absl::StrCat("restored", number)));
  }
  void Count() { totals_.records += truth_.head.lsn.value; }

 private:
  static bool HasFailed() { return ::testing::Test::HasFailure(); }
  std::string path(const std::string& name) const { return directory_.path() + "/" + name; }
  std::string data_dir() const { return path("data"); }

  std::vector<std::string> Settings() const {
    return {"--snapshot-interval-records", "25",           "--retention-records", "60",
            "--retention-export-dir",      path("exports")};
  }

  void Load(const std::string& address, uint64_t client_number, const std::atomic<bool>& is_over) {
    auto client = net::Client::Connect(address);
    for (uint64_t n = 1; client.ok() && !is_over; ++n) {
      net::Statement statement;
      statement.request_id = RequestId{++lives_ << 8 | client_number, n};
      statement.text =
          absl::StrCat("CALL sys.", n % 3 == 0 ? "drop_acl" : "add_acl", "('db", client_number,
                       "', 'ALLOW', 'User:u", n / 3 % 500, "', 'READ', '*')");
      if (!(*client)->Call(statement).ok()) return;
    }
  }

  // One behind the other, so that one is under way at nearly any moment.
  static void TakeSnapshots(const std::string& address, const std::atomic<bool>& is_over) {
    auto client = net::Client::Connect(address);
    while (client.ok() && !is_over && (*client)->TakeSnapshot().ok()) {
    }
  }

  void KillServer() {
    ServerProcess server(PEGELD, data_dir(), Settings());
    ASSERT_FALSE(server.address().empty()) << "no start: " << server.output();
    std::atomic<bool> is_over = false;
    std::vector<std::thread> clients;
    for (uint64_t c = 1; c <= 4; ++c) {
      clients.emplace_back([&, c] { Load(server.address(), c, is_over); });
    }
    clients.emplace_back([&] { TakeSnapshots(server.address(), is_over); });
    std::this_thread::sleep_for(std::chrono::microseconds(random_.Below(150'000)));
    EXPECT_EQ(server.End(SIGKILL), 128 + SIGKILL) << server.output();
    is_over = true;
    for (std::thread& client : clients) client.join();
    ++totals_.server_kills;
    EXPECT_EQ(server.output().find("ALARM"), std::string::npos) << server.output();
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(data_dir() + "/snapshots", none)) {
      (entry.path().extension() == ".tmp" ? totals_.unfinished_snapshots
                                          : totals_.snapshots_left)++;
    }
  }

  // The truth goes on through what was exported since, then through the log.
  void CatchUp() {
    std::vector<std::string> exports;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(path("exports"), none)) {
      if (entry.path().extension() == ".groups") exports.push_back(entry.path().string());
    }
    std::sort(exports.begin(), exports.end());
    for (const std::string& name : exports) {
      auto file = log::GroupFile::Open(name, nullptr);
      ASSERT_TRUE(file.ok()) << file.status();
      if ((*file)->before().lsn > truth_.head.lsn || (*file)->head().lsn <= truth_.head.lsn) {
        continue;
      }
      GoOn(**file, (*file)->head().lsn);
    }
    auto found = log::RocksLog::Inspect({.data_dir = data_dir()}, true);
    ASSERT_TRUE(found.ok()) << found.status();
    totals_.trims += found->trimmed.lsn > trimmed_;
    trimmed_ = found->trimmed.lsn;
    auto audited = replay::Audit({.data_dir = data_dir()}, Ignore);
    ASSERT_TRUE(audited.ok()) << audited.status();
    if (audited->head.lsn > truth_.head.lsn) GoOn(*found->log, audited->head.lsn);
    EXPECT_EQ(audited->head, truth_.head);
    EXPECT_EQ(Digest(audited->world), Digest(truth_.world));
  }
  void GoOn(const log::Log& log, Lsn through) {
    auto folded = replay::FoldTo(log, std::move(truth_), through, Ignore);
    ASSERT_TRUE(folded.ok()) << folded.status();
    truth_ = *std::move(folded);
  }

  void CheckBoot() {
    ServerProcess server(PEGELD, data_dir(), Settings());
    ASSERT_FALSE(server.address().empty()) << "no start: " << server.output();
    Finished asked =
        RunProgram({PEGEL, "status", "--format", "json", "--server", server.address()});
    ASSERT_EQ(asked.exit_code, 0) << asked.err;
    Json status = Json::parse(asked.out);
    EXPECT_EQ(status["lsn_applied"], truth_.head.lsn.value);
    EXPECT_EQ(status["digest"], ToHex(Digest(truth_.world)));
    EXPECT_EQ(status["chain"], ToHex(truth_.head.chain));
    EXPECT_TRUE(status["alarms"].empty()) << asked.out;
    EXPECT_EQ(server.End(SIGTERM), 0) << server.output();
  }

  // At any moment of what such a run takes; sometimes when it is done.
  void RunAndKill(const std::vector<std::string>& arguments, int64_t usual_us, uint64_t* kills) {
    ChildProcess child(arguments);
    auto pause = random_.Below(static_cast<uint64_t>(usual_us * 5 / 4));
    std::this_thread::sleep_for(std::chrono::microseconds(pause));
    child.End(SIGKILL);
    ++*kills;
  }
  static Finished RunTimed(const std::vector<std::string>& arguments, int64_t* took_us) {
    auto begin = std::chrono::steady_clock::now();
    Finished finished = RunProgram(arguments);
    *took_us = std::chrono::duration_cast<std::chrono::microseconds>(
                   std::chrono::steady_clock::now() - begin)
                   .count();
    return finished;
  }

  void KillBackup(const std::string& backup) {
    const std::vector<std::string> create = {PEGEL,      "backup", "create", "--data-dir",
                                             data_dir(), "--to",   backup};
    RunAndKill(create, create_us_, &totals_.backup_kills);
    auto killed = replay::VerifyBackup(backup, Quiet);
    if (!killed.ok()) {
      ++totals_.unfinished_backups;
      EXPECT_TRUE(absl::IsNotFound(killed.status())) << killed.status();
      Finished again = RunTimed(create, &create_us_);
      ASSERT_EQ(again.exit_code, 0) << again.err;
      killed = replay::VerifyBackup(backup, Quiet);
    }
    ASSERT_TRUE(killed.ok()) << killed.status();
    EXPECT_EQ(killed->head, truth_.head);
    EXPECT_EQ(killed->digest, Digest(truth_.world));
  }

  void KillRestore(const std::string& backup, const std::string& restored) {
    const std::vector<std::string> restore = {PEGEL, "backup", "restore", backup, "--to", restored};
    RunAndKill(restore, restore_us_, &totals_.restore_kills);
    if (!std::filesystem::exists(restored)) {
      ++totals_.unfinished_restores;
      Finished again = RunTimed(restore, &restore_us_);
      ASSERT_EQ(again.exit_code, 0) << again.err;
    }
    auto booted = replay::Recover({.data_dir = restored});
    ASSERT_TRUE(booted.ok()) << booted.status();
    EXPECT_EQ(booted->folded.head, truth_.head);
    EXPECT_EQ(Digest(booted->folded.world), Digest(truth_.world));
    booted->log.reset();
    std::filesystem::remove_all(restored);
    std::filesystem::remove_all(backup);
  }

  Random& random_;
  Totals& totals_;
  TemporaryDirectory directory_;
  replay::Folded truth_;
  Lsn trimmed_;
  int64_t create_us_ = 80'000, restore_us_ = 150'000;  // What the last whole run took.
  std::atomic<uint64_t> lives_ = 0;
};

TEST(SnapshotKill, WhatIsLeftAlwaysBootsToTheFoldsWorld) {
  const int rounds = IsFullVolume() ? 170 : 8;  // Each kills a server, a backup and a restore.
  Random random(SeedFromEnvironment());
  Totals totals;
  for (int done = 0; done < rounds && !HasFailure();) {
    Life life(random, &totals);
    life.Fill();
    for (int i = 0; i < 25 && done < rounds && !HasFailure(); ++i, ++done) life.Round(done);
    life.Count();
  }
  EXPECT_GT(totals.snapshots_left, 0u);
  EXPECT_GT(totals.trims, 0u);
  EXPECT_GT(totals.unfinished_backups, 0u);
  EXPECT_GT(totals.unfinished_restores, 0u);
  std::cout << "kill -9 around snapshots: server_kills=" << totals.server_kills
            << " backup_kills=" << totals.backup_kills << " restore_kills=" << totals.restore_kills
            << " unfinished_snapshots=" << totals.unfinished_snapshots << " trims=" << totals.trims
            << " unfinished_backups=" << totals.unfinished_backups
            << " unfinished_restores=" << totals.unfinished_restores
            << " records=" << totals.records << "\n";
}

}  // namespace
}  // namespace pegel::testing
