// Groups in one file: whole or refused.
#include "log/group_file.h"

#include <gtest/gtest.h>

#include "log/group.h"
#include "tests/log/records.h"
#include "tests/log/sim_log.h"
#include "tests/log/walk.h"

namespace pegel::log {
namespace {

using ::pegel::testing::SimDisk;

class Groups : public ::testing::Test {
 protected:
  // `count` groups of three records behind `before`.
  void Write(const Head& before, int count, bool is_finished = true) {
    auto writer = GroupFileWriter::Create("/groups", before, &disk_);
    ASSERT_TRUE(writer.ok()) << writer.status();
    head_ = before;
    for (int i = 0; i < count; ++i) {
      Group group = SimGroup(head_, 3, &chains_);
      ASSERT_TRUE((*writer)->Add(group.first, group.bytes).ok());
      head_ = group.head;
    }
    if (!is_finished) return;
    ASSERT_TRUE((*writer)->Finish().ok());
    EXPECT_EQ((*writer)->head(), head_);
  }
  absl::StatusOr<std::unique_ptr<GroupFile>> Open() { return GroupFile::Open("/groups", &disk_); }

  SimDisk disk_;
  Head head_;
  std::vector<Hash256> chains_;
};

TEST_F(Groups, AreReadAsALog) {
  Write(Head{}, 5);
  auto file = Open();
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ((*file)->before(), Head{});
  EXPECT_EQ((*file)->head(), head_);
  absl::StatusOr<Head> walked = Walk(**file, head_);
  ASSERT_TRUE(walked.ok()) << walked.status();
  EXPECT_EQ(*walked, head_);
}

TEST_F(Groups, AReaderBeginsAtTheGroupThatHoldsTheLsn) {
  Write(Head{}, 5);
  auto file = Open();
  for (uint64_t lsn = 1; lsn <= 15; ++lsn) {
    auto reader = (*file)->Read(Lsn{lsn});
    Lsn first;
    absl::string_view bytes;
    absl::StatusOr<bool> more = (*reader)->Next(&first, &bytes);
    ASSERT_TRUE(more.ok() && *more);
    EXPECT_EQ(first.value, (lsn - 1) / 3 * 3 + 1) << lsn;
  }
}

TEST_F(Groups, NoneIsAFileToo) {
  Write(Head{Lsn{7}, Hash256{1}}, 0);
  auto file = Open();
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ((*file)->head(), (Head{Lsn{7}, Hash256{1}}));
}

TEST_F(Groups, AFileThatWasNotFinishedIsRefused) {
  Write(Head{}, 3, /*is_finished=*/false);
  EXPECT_TRUE(absl::IsDataLoss(Open().status()));
}

TEST_F(Groups, AFileThatIsCutAnywhereIsRefused) {
  Write(Head{}, 2);
  const std::string whole = disk_.image().ReadFile("/groups");
  for (size_t size = 0; size < whole.size(); size += 7) {
    pegel::testing::DiskImage image = disk_.image();
    image.Tamper("/groups", whole.substr(0, size));
    SimDisk cut(image);
    EXPECT_TRUE(absl::IsDataLoss(GroupFile::Open("/groups", &cut).status())) << size;
  }
}

TEST_F(Groups, WhatDoesNotContinueTheChainIsNotWritten) {
  auto writer = GroupFileWriter::Create("/groups", Head{}, &disk_);
  Group first = SimGroup(Head{}, 2, &chains_);
  Group other = SimGroup(Head{Lsn{2}, Hash256{9}}, 2, &chains_);
  ASSERT_TRUE((*writer)->Add(first.first, first.bytes).ok());
  EXPECT_TRUE(absl::IsDataLoss((*writer)->Add(other.first, other.bytes)));
  EXPECT_TRUE(absl::IsDataLoss((*writer)->Add(first.first, first.bytes)));
}

}  // namespace
}  // namespace pegel::log
