// Backups on a real disk: to any lsn, from whole and from trimmed logs, and nothing that is damaged
// passes for good.
#include "replay/backup.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "log/data_dir.h"
#include "log/rocks_log.h"
#include "replay/copy.h"
#include "replay/recover.h"
#include "tests/support/folded_history.h"
#include "tests/system/process.h"

namespace pegel::replay {
namespace {

using testing::FoldedHistory;
using testing::SeedFromEnvironment;

void Ignore(const Record&, const Applied&, const Hash256&) {}
void Quiet(uint64_t, uint64_t) {}

class Backups : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return directory_.path() + "/" + name; }

  // Appends `groups`, with a snapshot at the end of every 10th when `has_snapshots`.
  void Grow(int groups, bool has_snapshots) {
    auto booted = Recover({.data_dir = path("data")});
    ASSERT_TRUE(booted.ok()) << booted.status();
    for (int n = 1; n <= groups; ++n) {
      booted->log->Append(history_.NextGroup(1 + history_.random().Below(4)),
                          [](const absl::Status& status) { ASSERT_TRUE(status.ok()); });
      if (!has_snapshots || n % 10 != 0) continue;
      auto folded = FoldTo(*booted->log, std::move(booted->folded), history_.head().lsn, Ignore);
      ASSERT_TRUE(folded.ok()) << folded.status();
      booted->folded = *std::move(folded);
      ASSERT_TRUE(Store()
                      .Write(booted->folded.world, booted->folded.head.chain,
                             booted->folded.answered_chains)
                      .ok());
    }
  }
  snapshot::Store Store() {
    return {snapshot::RealFiles(), log::DataDir{path("data")}.Snapshots()};
  }
  // Trims to the oldest snapshot. Returns its lsn.
  Lsn Trim() {
    auto booted = Recover({.data_dir = path("data")});
    Lsn lsn = Store().List()->front();
    log::Head head{lsn, Store().Read(lsn)->snapshot.chain};
    EXPECT_TRUE(booted->log->Trim(head).ok());
    return lsn;
  }
  void ExpectRestores(Lsn lsn, const std::string& name) {
    auto restored = RestoreBackup(path("backup"), path(name), lsn, Quiet);
    ASSERT_TRUE(restored.ok()) << restored.status();
    EXPECT_EQ(restored->digest, history_.DigestAt(lsn));
    auto booted = Recover({.data_dir = path(name)});
    ASSERT_TRUE(booted.ok()) << booted.status();
    EXPECT_EQ(booted->folded.head.lsn, lsn);
    EXPECT_EQ(Digest(booted->folded.world), history_.DigestAt(lsn));
    booted->log.reset();
    auto audited = Audit({.data_dir = path(name)}, Ignore);
    ASSERT_TRUE(audited.ok()) << audited.status();
    EXPECT_EQ(Digest(audited->world), history_.DigestAt(lsn));
    std::filesystem::remove_all(path(name));
  }

  FoldedHistory history_{SeedFromEnvironment()};
  testing::TemporaryDirectory directory_;
};

TEST_F(Backups, RestoreToEveryLsn) {
  Grow(40, true);
  auto made = CreateBackup(path("data"), path("backup"), Quiet);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->first, Lsn{1});
  EXPECT_EQ(made->head, history_.head());
  EXPECT_EQ(made->digest, history_.DigestAt(history_.head().lsn));
  auto verified = VerifyBackup(path("backup"), Quiet);
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->digest, made->digest);
  const uint64_t step = testing::IsFullVolume() ? 1 : 5;
  uint64_t restored = 0;
  for (uint64_t lsn = 1; lsn <= history_.head().lsn.value; lsn += step, ++restored) {
    ExpectRestores(Lsn{lsn}, "restored");
  }
  std::cout << "restores: lsns=" << restored << "\n";
}

TEST_F(Backups, OfATrimmedLogBeginsAtItsSnapshot) {
  Grow(40, true);
  Lsn trimmed = Trim();
  Grow(5, false);
  auto made = CreateBackup(path("data"), path("backup"), Quiet);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->first, Next(trimmed));
  auto verified = VerifyBackup(path("backup"), Quiet);
  ASSERT_TRUE(verified.ok()) << verified.status();
  for (Lsn lsn : {trimmed, Next(trimmed), history_.head().lsn}) ExpectRestores(lsn, "restored");
  absl::Status before =
      RestoreBackup(path("backup"), path("early"), Lsn{trimmed.value - 1}, Quiet).status();
  EXPECT_TRUE(absl::IsOutOfRange(before)) << before;
  EXPECT_FALSE(std::filesystem::exists(path("early")));
}

TEST_F(Backups, OfALogThatIsBeingWrittenTo) {
  Grow(5, false);
  auto writer = Recover({.data_dir = path("data")});
  ASSERT_TRUE(writer.ok());
  for (int n = 0; n < 20; ++n) {
    writer->log->Append(history_.NextGroup(3), [](const absl::Status&) {});
    std::string name = "backup" + std::to_string(n);
    auto made = CreateBackup(path("data"), path(name), Quiet);
    ASSERT_TRUE(made.ok()) << made.status();
    EXPECT_EQ(made->head, history_.head());
  }
}

TEST_F(Backups, ANewServersLogToo) {
  Grow(0, false);
  auto made = CreateBackup(path("data"), path("backup"), Quiet);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->head, log::Head{});
  EXPECT_TRUE(VerifyBackup(path("backup"), Quiet).ok());
  auto restored = RestoreBackup(path("backup"), path("restored"), std::nullopt, Quiet);
  EXPECT_TRUE(restored.ok()) << restored.status();
}

TEST_F(Backups, NothingIsOverwritten) {
  Grow(5, false);
  ASSERT_TRUE(CreateBackup(path("data"), path("backup"), Quiet).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(CreateBackup(path("data"), path("backup"), Quiet).status()));
  std::filesystem::create_directory(path("mine"));
  std::ofstream(path("mine/thesis.txt")) << "all of it";
  absl::Status status = CreateBackup(path("data"), path("mine"), Quiet).status();
  EXPECT_TRUE(absl::IsAlreadyExists(status)) << status;
  status = RestoreBackup(path("backup"), path("mine"), std::nullopt, Quiet).status();
  EXPECT_TRUE(absl::IsAlreadyExists(status)) << status;
  EXPECT_TRUE(std::filesystem::exists(path("mine/thesis.txt")));
  status = RestoreBackup(path("backup"), path("data") + "/", std::nullopt, Quiet).status();
  EXPECT_TRUE(absl::IsAlreadyExists(status)) << status;
}

TEST_F(Backups, WhatWasLeftByAKillIsNoBackupAndIsReplaced) {
  Grow(12, true);
  ASSERT_TRUE(CreateBackup(path("data"), path("backup"), Quiet).ok());
  std::filesystem::rename(path("backup/log.groups"), path("backup/log.groups.tmp"));
  EXPECT_TRUE(absl::IsNotFound(VerifyBackup(path("backup"), Quiet).status()));
  EXPECT_TRUE(CreateBackup(path("data"), path("backup"), Quiet).ok());
  std::filesystem::copy(path("data"), path("restored.restoring"),
                        std::filesystem::copy_options::recursive);
  ExpectRestores(history_.head().lsn, "restored");
}

TEST_F(Backups, EveryFlippedByteIsFound) {
  Grow(11, true);
  ASSERT_TRUE(CreateBackup(path("data"), path("backup"), Quiet).ok());
  uint64_t flips = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path("backup"))) {
    if (!entry.is_regular_file()) continue;
    std::ostringstream read;
    read << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    const std::string whole = read.str();
    const size_t step = testing::IsFullVolume() ? 1 : 17;
    for (size_t at = 0; at < whole.size(); at += step, ++flips) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
      std::ofstream(entry.path(), std::ios::binary) << bytes;
      ASSERT_FALSE(VerifyBackup(path("backup"), Quiet).ok()) << entry.path() << " byte " << at;
    }
    std::ofstream(entry.path(), std::ios::binary) << whole;
  }
  EXPECT_TRUE(VerifyBackup(path("backup"), Quiet).ok());
  std::cout << "backup rot: flips=" << flips << " found=" << flips << "\n";
}

}  // namespace
}  // namespace pegel::replay
