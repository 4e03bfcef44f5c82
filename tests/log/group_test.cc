#include "log/group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/record_codec.h"
#include "tests/log/records.h"

namespace pegel::log {
namespace {

using ::pegel::testing::PlainRecord;
using ::pegel::testing::PlainRecords;
using ::pegel::testing::Same;
using ::testing::HasSubstr;

Group Packed(uint64_t count, std::vector<Hash256>* chains) {
  return PackGroup(PlainRecords(Lsn{1}, count), Head{}, chains);
}

std::string PackedBytes(uint64_t count) {
  std::vector<Hash256> chains;
  return Packed(count, &chains).bytes;
}

TEST(Group, SplittingGivesBackTheRecordsInOrder) {
  std::vector<Hash256> chains;
  Group group = Packed(3, &chains);
  auto parts = SplitGroup(group.bytes);
  ASSERT_TRUE(parts.ok()) << parts.status();
  ASSERT_EQ(parts->size(), 3u);
  for (uint64_t i = 0; i < 3; ++i) {
    absl::StatusOr<StoredRecord> stored = DecodeRecord((*parts)[i]);
    ASSERT_TRUE(stored.ok()) << stored.status();
    EXPECT_TRUE(Same(stored->record, PlainRecord(Lsn{i + 1})));
  }
}

TEST(Group, EachRecordHoldsTheHashOfTheOneBefore) {
  std::vector<Hash256> chains;
  Group group = Packed(3, &chains);
  auto parts = SplitGroup(group.bytes);
  ASSERT_TRUE(parts.ok());
  Hash256 previous{};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(DecodeRecord((*parts)[i])->previous, previous);
    previous = ChainHash((*parts)[i]);
    EXPECT_EQ(chains[i], previous);
  }
  EXPECT_EQ(group.first, Lsn{1});
  EXPECT_EQ(group.head, (Head{Lsn{3}, previous}));
}

TEST(Group, TheChainIsTheSameHoweverRecordsAreGrouped) {
  std::vector<Hash256> together, apart;
  Packed(3, &together);
  Head head;
  for (uint64_t i = 1; i <= 3; ++i) head = PackGroup({PlainRecord(Lsn{i})}, head, &apart).head;
  EXPECT_EQ(together, apart);
}

TEST(Group, EveryTruncationThatIsNotBetweenRecordsIsRefused) {
  std::string bytes = PackedBytes(2);
  const size_t boundary = SplitGroup(bytes)->front().size();
  for (size_t size = 0; size < bytes.size(); ++size) {
    absl::Status status = SplitGroup(absl::string_view(bytes).substr(0, size)).status();
    EXPECT_EQ(status.ok(), size == boundary) << size << " bytes: " << status;
  }
}

TEST(Group, RefusalsNameTheByte) {
  std::string bytes = PackedBytes(1);
  const std::string at = "at byte " + std::to_string(bytes.size());
  absl::Status status = SplitGroup(bytes + "1234").status();
  EXPECT_THAT(std::string(status.message()), HasSubstr(at + ": expected a message header"));
  status = SplitGroup(bytes + std::string("\x01\0\0\0\0\0\0\0", 8)).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr(at + ": expected a message of 1 segment"));
  EXPECT_FALSE(SplitGroup(std::string(8, '\xff')).ok());
}

TEST(GroupDeathTest, RecordsThatAreNotDenseStopTheProcess) {
  std::vector<Hash256> chains;
  EXPECT_DEATH(PackGroup({PlainRecord(Lsn{2})}, Head{}, &chains), "record of lsn 2 behind lsn 0");
  EXPECT_DEATH(PackGroup({}, Head{}, &chains), "group behind lsn 0");
}

}  // namespace
}  // namespace pegel::log
