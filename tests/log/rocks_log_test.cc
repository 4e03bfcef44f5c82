#include "log/rocks_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "log/group.h"
#include "tests/log/records.h"
#include "tests/log/sim_log.h"
#include "tests/log/walk.h"

namespace pegel::log {
namespace {

using ::pegel::testing::DiskImage;
using ::pegel::testing::DiskOp;
using ::pegel::testing::PlainRecords;
using ::pegel::testing::SimDisk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Message(const absl::Status& status) { return std::string(status.message()); }

// Boots, appends `count` groups of one record, closes. Returns the head.
Head Grow(SimDisk& disk, uint64_t count) {
  auto booted = BootUp(SimOptions(disk));
  EXPECT_TRUE(booted.ok()) << booted.status();
  Head head = booted->head;
  std::vector<Hash256> chains;
  for (uint64_t i = 0; i < count; ++i) {
    Group group = PackGroup(PlainRecords(Next(head.lsn), 1), head, &chains);
    EXPECT_TRUE(AppendAndWait(*booted->log, group).ok());
    head = group.head;
  }
  return head;
}

// ---- looking ----

TEST(RocksLogInspect, NoDirectoryIsANewLogUnlessItMustExist) {
  SimDisk disk;
  auto found = RocksLog::Inspect(SimOptions(disk), /*must_exist=*/false);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_TRUE(found->is_new);
  EXPECT_EQ(found->log, nullptr);
  absl::Status status = RocksLog::Inspect(SimOptions(disk), /*must_exist=*/true).status();
  EXPECT_EQ(status, absl::NotFoundError("there is no log in the directory /data"));
  EXPECT_EQ(disk.op_count(), 0u);
}

TEST(RocksLogInspect, ChangesNothingAndNeedsNoLock) {
  SimDisk disk;
  Head head = Grow(disk, 5);
  auto writer = BootUp(SimOptions(disk));
  ASSERT_TRUE(writer.ok());
  size_t before = disk.op_count();
  absl::StatusOr<Head> judged = Judge(SimOptions(disk));
  EXPECT_TRUE(judged.ok() && *judged == head) << judged.status();
  EXPECT_EQ(disk.op_count(), before);
}

TEST(RocksLogInspect, WhatItOpensIsReadOnly) {
  SimDisk disk;
  Head head = Grow(disk, 2);
  auto found = RocksLog::Inspect(SimOptions(disk), true);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->anchor, head);
  std::vector<Hash256> chains;
  absl::Status status =
      AppendAndWait(*found->log, PackGroup(PlainRecords(Lsn{3}, 1), head, &chains));
  EXPECT_EQ(status, absl::FailedPreconditionError("the log is open for reading only"));
}

TEST(RocksLogInspect, ATornTailIsLeftOutAndLeftAlone) {
  SimDisk disk;
  Grow(disk, 4);
  DiskImage image = disk.image();
  std::string wal;
  for (const auto& [path, size] : image.Files()) {
    if (absl::EndsWith(path, ".log")) wal = path;
  }
  image.Tamper(wal, image.ReadFile(wal) + "half a group");
  SimDisk torn(image);
  absl::StatusOr<Head> head = Judge(SimOptions(torn));
  EXPECT_TRUE(head.ok()) << head.status();
  EXPECT_EQ(head->lsn, Lsn{4});
  EXPECT_EQ(torn.op_count(), 0u);
}

// ---- missing pieces ----

TEST(RocksLogInspect, ALogWithoutAnAnchorIsRefused) {
  SimDisk disk;
  Grow(disk, 3);
  DiskImage image = disk.image();
  image.Remove("/data/ANCHOR");
  SimDisk damaged(image);
  absl::Status status = Judge(SimOptions(damaged)).status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_EQ(Message(status),
            "data loss: there is a log, but no anchor /data/ANCHOR to say how far it reached.");
}

TEST(RocksLogInspect, AnAnchorWithoutItsLogIsRefused) {
  SimDisk disk;
  Grow(disk, 3);
  DiskImage image = disk.image();
  image.Remove("/data/log/CURRENT");
  SimDisk damaged(image);
  absl::Status status = Judge(SimOptions(damaged)).status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_EQ(Message(status),
            "data loss: the anchor says lsn 3 was acknowledged, but there is no log (no file "
            "/data/log/CURRENT).");
}

// Renaming CURRENT is the last step of making a log.
TEST(RocksLogInspect, AnAnchorOfLsnZeroWithAHalfMadeLogIsANewLog) {
  SimDisk disk;
  Grow(disk, 0);
  DiskImage image;
  for (const DiskOp& op : disk.ops()) {
    if (op.target == "/data/log/CURRENT") break;
    image.Apply(op);
  }
  ASSERT_TRUE(image.IsDir("/data/log"));
  SimDisk half_made(image);
  EXPECT_TRUE(RocksLog::Inspect(SimOptions(half_made), false)->is_new);
  EXPECT_EQ(Grow(half_made, 3).lsn, Lsn{3});
}

TEST(RocksLogInspect, AMissingTableIsNamed) {
  SimDisk disk;
  Grow(disk, 3);
  ASSERT_TRUE(BootUp(SimOptions(disk)).ok());  // Writes a table.
  DiskImage image = disk.image();
  for (const auto& [path, size] : image.Files()) {
    if (absl::EndsWith(path, ".sst")) image.Remove(path);
  }
  SimDisk damaged(image);
  absl::Status status = Judge(SimOptions(damaged)).status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(Message(status), HasSubstr(".sst"));
}

// ---- opening ----

TEST(RocksLogOpen, ASecondServerIsKeptOut) {
  SimDisk disk;
  Grow(disk, 1);
  auto first = BootUp(SimOptions(disk));
  ASSERT_TRUE(first.ok());
  absl::Status status = BootUp(SimOptions(disk)).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(Message(status), HasSubstr("locking /data/LOCK"));
  first->log.reset();
  EXPECT_TRUE(BootUp(SimOptions(disk)).ok());
}

TEST(RocksLogOpen, BehindTheAnchorIsRefusedAndChangesNothing) {
  SimDisk disk;
  Head head = Grow(disk, 3);
  size_t before = disk.op_count();
  absl::Status status = RocksLog::Open(SimOptions(disk), Head{Lsn{2}, {}}).status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_EQ(
      Message(status),
      absl::StrCat("data loss: the anchor says lsn 3 (chain ", ToHex(head.chain).substr(0, 8),
                   "…) was acknowledged, but the log ends at lsn 2 (chain 00000000…). Nothing "
                   "was changed. Restore a backup that reaches lsn 3. Directory: /data"));
  EXPECT_EQ(disk.op_count(), before);
}

TEST(RocksLogOpen, AnotherChainAtTheSameLsnIsRefused) {
  SimDisk disk;
  Head head = Grow(disk, 3);
  head.chain[0] ^= 1;
  EXPECT_TRUE(absl::IsDataLoss(RocksLog::Open(SimOptions(disk), head).status()));
}

TEST(RocksLogOpen, AHeadThatTheLogDoesNotReachIsRefused) {
  SimDisk disk;
  Grow(disk, 3);
  absl::Status status = RocksLog::Open(SimOptions(disk), Head{Lsn{4}, {}}).status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(Message(status), HasSubstr("was found to end at lsn 4"));
  EXPECT_THAT(Message(status), HasSubstr("but ends at lsn 3"));
}

TEST(RocksLogOpen, AHeadWithoutAnyLogIsRefusedAndMakesNone) {
  SimDisk disk;
  absl::Status status = RocksLog::Open(SimOptions(disk), Head{Lsn{4}, {}}).status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_TRUE(RocksLog::Inspect(SimOptions(disk), false)->is_new);
}

// The crash between the group and its anchor: nobody was told, but the group is whole.
TEST(RocksLogOpen, RecordsBeyondTheAnchorAreKeptAndAnchored) {
  SimDisk disk;
  Grow(disk, 3);
  std::string anchor_at_3 = disk.image().ReadFile("/data/ANCHOR");
  Head head = Grow(disk, 1);
  DiskImage image = disk.image();
  image.Tamper("/data/ANCHOR", anchor_at_3);
  SimDisk crashed(image);
  EXPECT_EQ(RocksLog::Inspect(SimOptions(crashed), true)->anchor.lsn, Lsn{3});
  auto booted = BootUp(SimOptions(crashed));
  ASSERT_TRUE(booted.ok()) << booted.status();
  EXPECT_EQ(booted->head, head);
  EXPECT_EQ(RocksLog::Inspect(SimOptions(crashed), true)->anchor, head);
}

TEST(RocksLogOpen, WarningsGoToTheCallerNotToAFile) {
  SimDisk disk;
  Grow(disk, 4);
  DiskImage image = disk.image();
  for (const auto& [path, size] : image.Files()) {
    if (absl::EndsWith(path, ".log")) image.Tamper(path, image.ReadFile(path) + "half a group");
  }
  SimDisk torn(image);
  std::mutex mutex;
  std::vector<std::string> warnings;
  RocksLogOptions options = SimOptions(torn);
  options.on_warning = [&](const std::string& warning) {
    std::lock_guard<std::mutex> lock(mutex);
    warnings.push_back(warning);
  };
  ASSERT_TRUE(BootUp(options).ok());
  EXPECT_THAT(warnings,
              ElementsAre(HasSubstr("dropping 12 bytes"), HasSubstr("dropping 12 bytes")));
  for (const auto& [path, size] : torn.image().Files()) {
    EXPECT_FALSE(absl::EndsWith(path, "/LOG") || absl::StrContains(path, "LOG.old")) << path;
  }
}

// ---- on a real disk ----

class RealDirectory : public ::testing::Test {
 protected:
  RealDirectory()
      : parent_(std::filesystem::temp_directory_path() /
                absl::StrCat("pegel-rocks-log-test-", std::random_device()())) {
    std::filesystem::create_directory(parent_);
    options_.data_dir = (parent_ / "data").string();
  }
  ~RealDirectory() override { std::filesystem::remove_all(parent_); }

  const std::filesystem::path parent_;
  RocksLogOptions options_;
};

TEST_F(RealDirectory, IsMadeForItsOwnerOnlyAndHoldsWhatFormatMdSays) {
  auto booted = BootUp(options_);
  ASSERT_TRUE(booted.ok()) << booted.status();
  EXPECT_EQ(std::filesystem::status(options_.data_dir).permissions(),
            std::filesystem::perms::owner_all);
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(options_.data_dir)) {
    names.push_back(entry.path().filename().string());
  }
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("LOCK", "ANCHOR", "log"));
}

TEST_F(RealDirectory, RecordsAreThereAfterReopening) {
  std::vector<Hash256> chains;
  Group group = PackGroup(PlainRecords(Lsn{1}, 100), Head{}, &chains);
  {
    auto booted = BootUp(options_);
    ASSERT_TRUE(booted.ok()) << booted.status();
    ASSERT_TRUE(AppendAndWait(*booted->log, group).ok());
  }
  auto again = BootUp(options_);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->head, group.head);
}

TEST_F(RealDirectory, ASecondServerIsKeptOut) {
  auto first = BootUp(options_);
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(absl::IsUnavailable(BootUp(options_).status()));
}

TEST_F(RealDirectory, AMissingParentIsAnErrorThatNamesTheDirectory) {
  options_.data_dir = (parent_ / "no" / "data").string();
  absl::Status status = BootUp(options_).status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(Message(status), HasSubstr(absl::StrCat("making the directory ", options_.data_dir)));
}

// ---- room ----

// 64 KiB make a table here, and four tables are merged into a compressed one.
TEST(RocksLogRoom, OwedIsWhatIsInNoTableAndWhatIsInTablesThatAreNotCompressed) {
  SimDisk disk;
  RocksLogOptions options = SimOptions(disk);
  options.write_buffer_bytes = 64 << 10;
  auto booted = BootUp(options);
  ASSERT_TRUE(booted.ok()) << booted.status();
  const uint64_t empty = booted->log->BytesOwed();
  EXPECT_LT(empty, 10'000u);
  Head head = booted->head;
  std::vector<Hash256> chains;
  uint64_t appended = 0, tables = 0;
  while (tables < 2) {
    Group group = PackGroup(PlainRecords(Next(head.lsn), 20), head, &chains);
    appended += group.bytes.size();
    ASSERT_TRUE(AppendAndWait(*booted->log, group).ok());
    head = group.head;
    tables = 0;
    for (const auto& [path, size] : disk.image().Files()) tables += absl::EndsWith(path, ".sst");
    EXPECT_GE(booted->log->BytesOwed(), appended) << "with " << tables << " tables";
  }
}

}  // namespace
}  // namespace pegel::log
