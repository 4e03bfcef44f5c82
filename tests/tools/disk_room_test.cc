// When changes stop and go on as the disk fills up, with a disk that the test plays.
#include "tools/disk_room.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/random.h"
#include "tools/roomy_files.h"

namespace pegel::tools {
namespace {

using ::testing::HasSubstr;
using Level = DiskRoom::Level;

constexpr uint64_t kMiB = 1 << 20;
constexpr uint64_t kReserve = 64 * kMiB;

class DiskRoomTest : public ::testing::Test {
 protected:
  DiskRoom Make() {
    return DiskRoom("/data", kReserve,
                    {[this]() -> absl::StatusOr<Room> {
                       ++looks_;
                       if (!failure_.ok()) return failure_;
                       return Room{free_, files_};
                     },
                     [this] { return owed_; }, [this] { return now_ms_; }});
  }
  Level LevelWith(DiskRoom& room, uint64_t free) {
    free_ = free;
    room.Look();
    return room.level();
  }

  uint64_t free_ = 1000 * kMiB, files_ = 1000, owed_ = 0;
  int64_t now_ms_ = 0;
  int looks_ = 0;
  absl::Status failure_;
};

TEST_F(DiskRoomTest, LevelsBeginAtTheReserveAndAnEighthOfItAndEndLater) {
  DiskRoom room = Make();
  EXPECT_EQ(LevelWith(room, kReserve), Level::kPlenty);
  EXPECT_EQ(LevelWith(room, kReserve - 1), Level::kLow);
  EXPECT_EQ(LevelWith(room, kReserve * 5 / 4 - 1), Level::kLow);
  EXPECT_EQ(LevelWith(room, kReserve * 5 / 4), Level::kPlenty);
  EXPECT_EQ(LevelWith(room, kReserve / 8 - 1), Level::kAtFloor);
  EXPECT_EQ(LevelWith(room, kReserve / 4 - 1), Level::kAtFloor);
  EXPECT_EQ(LevelWith(room, kReserve / 4), Level::kLow);
  EXPECT_EQ(LevelWith(room, 1000 * kMiB), Level::kPlenty);
}

TEST_F(DiskRoomTest, WhatIsOwedAndWhatWaitsInTheLineIsNotFree) {
  DiskRoom room = Make();
  owed_ = 100 * kMiB;
  EXPECT_EQ(LevelWith(room, kReserve + owed_), Level::kPlenty);
  EXPECT_EQ(LevelWith(room, kReserve + owed_ - 1), Level::kLow);
  EXPECT_EQ(LevelWith(room, 2 * kReserve + owed_), Level::kPlenty);
  free_ = kReserve + owed_ + 30 * kMiB;
  room.Look();
  EXPECT_FALSE(room.OnSubmitted(10 * kMiB)) << "three times, and no byte more";
  EXPECT_TRUE(room.OnSubmitted(1));
  EXPECT_EQ(room.level(), Level::kLow);
  room.OnDurable(2);  // The test's disk gives the room back at once.
  EXPECT_EQ(LevelWith(room, 2 * kReserve + owed_), Level::kPlenty);
}

// Random sizes into a disk that shrinks by what is written. The first record that finds less than
// the reserve is refused: whatever was there before was counted without a look.
TEST_F(DiskRoomTest, TheAlarmIsNotOneRecordLate) {
  testing::Random random(testing::SeedFromEnvironment());
  int alarms = 0, records = 0, late = 0;
  for (int run = 0; run < (testing::IsFullVolume() ? 2'000 : 200); ++run) {
    const uint64_t begin = kReserve + random.Below(64 * kMiB);
    uint64_t written = 0, in_line = 0;
    free_ = begin;
    owed_ = 0;
    DiskRoom room = Make();
    while (room.level() == Level::kPlenty) {
      const uint64_t bytes = 1 + random.Below(random.OneIn(10) ? kMiB : 1000);
      late += begin < kReserve + 3 * written;
      written += bytes;
      in_line += bytes;
      ++records;
      room.OnSubmitted(bytes);
      if (random.OneIn(3)) {  // All that waits is in the log, and will take twice as much again.
        free_ -= in_line;
        owed_ += 2 * in_line;
        room.OnDurable(static_cast<size_t>(records));
        in_line = 0;
      }
      now_ms_ += static_cast<int64_t>(random.Below(3));
    }
    ++alarms;
  }
  std::printf("disk full: alarms=%d records=%d late=%d\n", alarms, records, late);
  EXPECT_EQ(late, 0) << "accepted with too little room left";
}

TEST_F(DiskRoomTest, WhatOthersWriteIsSeenAtTheNextRecordThatComesATenthOfASecondLater) {
  DiskRoom room = Make();
  free_ = 0;
  EXPECT_FALSE(room.OnSubmitted(1));
  EXPECT_EQ(looks_, 1);
  now_ms_ += 100;
  EXPECT_TRUE(room.OnSubmitted(1));
  EXPECT_EQ(room.level(), Level::kAtFloor);
}

TEST_F(DiskRoomTest, ADiskWithoutRoomForFilesIsFull) {
  files_ = 5;
  DiskRoom room = Make();
  EXPECT_EQ(room.level(), Level::kAtFloor);
  EXPECT_THAT(room.Text(), HasSubstr("fewer than 32 more files"));
  EXPECT_THAT(std::string(CheckRoomToStart(Room{free_, files_}, kReserve, "/data").message()),
              HasSubstr("5 files"));
}

TEST_F(DiskRoomTest, WhatCannotBeAskedChangesNothing) {
  failure_ = absl::UnavailableError("gone");
  DiskRoom unknown = Make();
  EXPECT_FALSE(unknown.OnSubmitted(100 * kMiB));
  EXPECT_EQ(unknown.level(), Level::kPlenty);
  failure_ = absl::OkStatus();
  EXPECT_EQ(LevelWith(unknown, 0), Level::kAtFloor);
  failure_ = absl::UnavailableError("gone");
  EXPECT_EQ(LevelWith(unknown, 1000 * kMiB), Level::kAtFloor);
}

TEST_F(DiskRoomTest, TheTextSaysWhatWhereHowMuchAndWhatToDo) {
  owed_ = 3 * kMiB;
  free_ = 20 * kMiB;
  EXPECT_EQ(
      Make().Text(),
      "the file system of /data has 20 MiB of room, of which 3 MiB are owed to what is in the "
      "log already; expected 64 MiB beyond that (pegel.disk.reserve). Free room there; "
      "writing goes on by itself at 80 MiB");
}

TEST_F(DiskRoomTest, AStartNeedsAnEighthOfTheReserve) {
  EXPECT_TRUE(CheckRoomToStart(Room{kReserve / 8, 1000}, kReserve, "/data").ok());
  absl::Status status = CheckRoomToStart(Room{kReserve / 8 - 1, 1000}, kReserve, "/data");
  EXPECT_TRUE(absl::IsResourceExhausted(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("Nothing was changed. Free room there"));
  EXPECT_TRUE(CheckRoomToStart(absl::UnavailableError("?"), kReserve, "/data").ok());
}

TEST(RoomOfTest, ADirectoryThatIsNotThereYetHasItsParentsRoom) {
  absl::StatusOr<Room> room = RoomOf("/tmp/not/there/yet");
  ASSERT_TRUE(room.ok()) << room.status();
  EXPECT_GT(room->bytes, 0u);
  EXPECT_GT(room->files, 0u);
}

// A disk that takes everything, and counts it.
class CountingFiles final : public snapshot::Files {
 public:
  absl::StatusOr<std::vector<std::string>> List(const std::string&) const override {
    return std::vector<std::string>{};
  }
  absl::StatusOr<std::string> Read(const std::string&) const override { return ""; }
  absl::Status Write(const std::string&, absl::string_view) override {
    ++written;
    return absl::OkStatus();
  }
  absl::Status Rename(const std::string&, const std::string&) override { return {}; }
  absl::Status Remove(const std::string&) override { return {}; }
  absl::Status MakeDir(const std::string&) override { return {}; }
  absl::Status SyncDir(const std::string&) override { return {}; }
  int written = 0;
};

TEST(RoomyFilesTest, ASnapshotDoesNotTakeWhatTheLogKeeps) {
  CountingFiles files;
  RoomyFiles roomy(
      files,
      [] {
        return absl::StatusOr<Room>(Room{100, 1000});
      },
      [] { return uint64_t{90}; });
  EXPECT_TRUE(roomy.Write("/s", "0123456789").ok());
  absl::Status status = roomy.Write("/s", "0123456789a");
  EXPECT_TRUE(absl::IsResourceExhausted(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("writing /s: no room: it takes 11 bytes"));
  EXPECT_EQ(files.written, 1);
}

}  // namespace
}  // namespace pegel::tools
