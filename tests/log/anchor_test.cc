#include "log/anchor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/sha256.h"
#include "tests/sim/sim_disk.h"

namespace pegel::log {
namespace {

using ::pegel::testing::DiskImage;
using ::pegel::testing::kAllSurvivals;
using ::pegel::testing::SimDisk;
using ::pegel::testing::Survival;
using ::testing::HasSubstr;

constexpr char kPath[] = "/ANCHOR";
constexpr size_t kSlotBytes = 4096;

Head HeadAt(uint64_t lsn) { return Head{Lsn{lsn}, Sha256(std::to_string(lsn))}; }

std::optional<Head> MustRead(SimDisk& disk) {
  auto head = Anchor::Read(kPath, &disk);
  EXPECT_TRUE(head.ok()) << head.status();
  return head.ok() ? *head : std::nullopt;
}

void WriteThrough(SimDisk& disk, uint64_t first, uint64_t last) {
  auto anchor = Anchor::Open(kPath, &disk);
  ASSERT_TRUE(anchor.ok()) << anchor.status();
  for (uint64_t lsn = first; lsn <= last; ++lsn) {
    ASSERT_TRUE((*anchor)->Write(HeadAt(lsn)).ok());
  }
}

// An anchor that was created at lsn 0 and moved through 1 to `lsn`.
DiskImage DiskWithAnchorAt(uint64_t lsn) {
  SimDisk disk;
  EXPECT_TRUE(Anchor::Create(kPath, Head{}, &disk).ok());
  WriteThrough(disk, 1, lsn);
  return disk.image();
}

std::string WithFlip(std::string bytes, size_t at) {
  bytes[at] ^= static_cast<char>(1 << at % 8);
  return bytes;
}

absl::StatusOr<std::optional<Head>> ReadTampered(DiskImage image, std::string bytes) {
  image.Tamper(kPath, std::move(bytes));
  SimDisk disk(std::move(image));
  auto head = Anchor::Read(kPath, &disk);
  EXPECT_EQ(disk.op_count(), 0u) << "reading changes nothing";
  return head;
}

TEST(Anchor, ThereIsNoneBeforeItIsCreated) {
  SimDisk disk;
  EXPECT_EQ(MustRead(disk), std::nullopt);
  EXPECT_FALSE(Anchor::Open(kPath, &disk).ok());
}

TEST(Anchor, SaysWhatItWasCreatedWith) {
  SimDisk disk;
  ASSERT_TRUE(Anchor::Create(kPath, HeadAt(5), &disk).ok());
  EXPECT_EQ(MustRead(disk), HeadAt(5));
  EXPECT_EQ(disk.image().Files(), (std::map<std::string, size_t>{{kPath, 2 * kSlotBytes}}));
}

TEST(Anchor, SaysWhatWasWrittenLastAlsoWhenOpenedAgain) {
  SimDisk disk(DiskWithAnchorAt(0));
  for (uint64_t lsn = 1; lsn < 6; ++lsn) {
    WriteThrough(disk, lsn, lsn);
    EXPECT_EQ(MustRead(disk), HeadAt(lsn));
  }
}

// Found by the fuzzer: what was written behind such a slot was never read again.
TEST(Anchor, SlotWithTheLastSequenceIsNotGood) {
  DiskImage image = DiskWithAnchorAt(2);
  std::string bytes = image.ReadFile(kPath);
  constexpr size_t kSequenceAt = kSlotBytes + 16, kChecksumAt = 2 * kSlotBytes - 32;
  std::fill_n(bytes.begin() + kSequenceAt, 8, '\xFF');
  Hash256 checksum = Sha256(absl::string_view(bytes).substr(kSlotBytes, kSlotBytes - 32));
  std::copy(checksum.begin(), checksum.end(), bytes.begin() + kChecksumAt);
  auto head = ReadTampered(image, bytes);
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_EQ(*head, HeadAt(1)) << "the other slot";
}

// The cut is what a torn write leaves: a new beginning, an old rest.
TEST(Anchor, TornSlotFallsBackToTheOtherOne) {
  DiskImage before = DiskWithAnchorAt(3), after = DiskWithAnchorAt(4);
  std::string old_bytes = before.ReadFile(kPath), new_bytes = after.ReadFile(kPath);
  for (size_t cut = 0; cut <= new_bytes.size(); ++cut) {
    auto head = ReadTampered(after, new_bytes.substr(0, cut) + old_bytes.substr(cut));
    ASSERT_TRUE(head.ok()) << head.status();
    EXPECT_TRUE(*head == HeadAt(3) || *head == HeadAt(4)) << "cut at " << cut;
  }
}

TEST(Anchor, OneFlippedBitAnywhereLeavesOneGoodSlot) {
  DiskImage image = DiskWithAnchorAt(4);
  std::string bytes = image.ReadFile(kPath);
  ASSERT_EQ(bytes.size(), 2 * kSlotBytes);
  int newest = 0, before = 0;
  for (size_t at = 0; at < bytes.size(); ++at) {
    auto head = ReadTampered(image, WithFlip(bytes, at));
    ASSERT_TRUE(head.ok()) << head.status();
    newest += *head == HeadAt(4);
    before += *head == HeadAt(3);
  }
  EXPECT_EQ(newest, int{kSlotBytes}) << "every byte of the older slot may rot";
  EXPECT_EQ(before, int{kSlotBytes}) << "no byte of the newer slot may";
}

TEST(Anchor, AFlippedBitInEachSlotIsRefused) {
  DiskImage image = DiskWithAnchorAt(4);
  std::string bytes = image.ReadFile(kPath);
  for (size_t at = 0; at < kSlotBytes; ++at) {
    auto head = ReadTampered(image, WithFlip(WithFlip(bytes, at), 2 * kSlotBytes - 1 - at));
    ASSERT_TRUE(absl::IsDataLoss(head.status())) << at;
  }
}

TEST(Anchor, RefusalNamesFileSizeAndBothSlots) {
  absl::Status status = ReadTampered(DiskWithAnchorAt(4), std::string(4200, 'x')).status();
  EXPECT_EQ(status.message(),
            "no good slot in the anchor /ANCHOR (4200 bytes, expected 8192): slot 0 does not "
            "match its checksum, slot 1 has 104 of 4096 bytes");
}

TEST(Anchor, AnotherSizeIsRefusedUnlessASlotIsGood) {
  DiskImage image = DiskWithAnchorAt(4);  // In slot 1; lsn 3 is in slot 0.
  std::string bytes = image.ReadFile(kPath);
  for (size_t size = 0; size < bytes.size(); ++size) {
    auto head = ReadTampered(image, bytes.substr(0, size));
    EXPECT_EQ(head.ok(), size >= kSlotBytes) << size;
  }
  EXPECT_EQ(*ReadTampered(image, bytes + "more"), HeadAt(4));
}

TEST(Anchor, ASlotInTheOthersPlaceIsRefused) {
  DiskImage image = DiskWithAnchorAt(4);
  std::string bytes = image.ReadFile(kPath);
  absl::Status status =
      ReadTampered(image, bytes.substr(kSlotBytes) + bytes.substr(0, kSlotBytes)).status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("of the other slot"));
}

TEST(Anchor, WritingHealsARottenSlot) {
  DiskImage image = DiskWithAnchorAt(4);
  std::string bytes = image.ReadFile(kPath);
  image.Tamper(kPath, bytes.substr(0, kSlotBytes) + std::string(kSlotBytes, 'x'));
  SimDisk disk(image);
  ASSERT_EQ(MustRead(disk), HeadAt(3));
  WriteThrough(disk, 5, 5);
  DiskImage healed = disk.image();
  std::string slot_0 = healed.ReadFile(kPath).substr(0, kSlotBytes);
  EXPECT_EQ(slot_0, bytes.substr(0, kSlotBytes)) << "the good slot was not touched";
  EXPECT_EQ(MustRead(disk), HeadAt(5));
}

TEST(Anchor, AFailedWriteOrSyncIsReported) {
  for (SimDisk::Fault fault : {SimDisk::Fault::kWrite, SimDisk::Fault::kSync}) {
    SimDisk disk(DiskWithAnchorAt(3));
    auto anchor = Anchor::Open(kPath, &disk);
    ASSERT_TRUE(anchor.ok());
    disk.FailNth(fault, 1);
    absl::Status status = (*anchor)->Write(HeadAt(4));
    EXPECT_THAT(status.ToString(), HasSubstr("writing the anchor /ANCHOR: IO error: injected"));
  }
}

// Creates an anchor and moves it three times. acked[n]: what was promised after n changes of the
// disk.
std::vector<std::optional<Head>> RecordHistory(SimDisk& disk) {
  std::vector<std::optional<Head>> acked;
  auto promise = [&](std::optional<Head> head) { acked.resize(disk.op_count() + 1, head); };
  EXPECT_TRUE(Anchor::Create(kPath, Head{}, &disk).ok());
  EXPECT_TRUE(disk.SyncDir("/").ok());
  promise(std::nullopt);
  acked.back() = Head{};
  auto anchor = Anchor::Open(kPath, &disk);
  for (uint64_t lsn = 1; lsn <= 3; ++lsn) {
    Head before = acked.back().value();
    EXPECT_TRUE((*anchor)->Write(HeadAt(lsn)).ok());
    promise(before);
    acked.back() = HeadAt(lsn);
  }
  return acked;
}

TEST(Anchor, APowerCutAtAnyChangeLosesNothingThatWasPromised) {
  SimDisk recorded;
  std::vector<std::optional<Head>> acked = RecordHistory(recorded);
  std::vector<pegel::testing::DiskOp> ops = recorded.ops();
  DiskImage image;
  for (size_t n = 0; n <= ops.size(); ++n) {
    if (n > 0) image.Apply(ops[n - 1]);
    for (Survival survival : kAllSurvivals) {
      SimDisk disk(image.Survive(survival, n));
      std::optional<Head> head = MustRead(disk);
      EXPECT_GE(head.has_value(), acked[n].has_value());
      if (!acked[n].has_value() || !head.has_value()) continue;
      EXPECT_GE(head->lsn, acked[n]->lsn) << n << " changes, " << ToText(survival);
      EXPECT_LE(head->lsn.value, acked[n]->lsn.value + 1);
    }
  }
}

// A process is killed, which loses nothing yet; the next one opens the anchor and writes; then
// power fails.
TEST(Anchor, APowerCutAfterAKillLosesNothingThatWasPromised) {
  SimDisk recorded;
  std::vector<std::optional<Head>> acked = RecordHistory(recorded);
  DiskImage killed;
  for (size_t n = 0; n < acked.size(); ++n) {
    if (n > 0) killed.Apply(recorded.ops()[n - 1]);
    if (!acked[n].has_value()) continue;
    SimDisk next(killed);
    WriteThrough(next, acked[n]->lsn.value + 1, acked[n]->lsn.value + 1);
    DiskImage image = killed;
    for (const pegel::testing::DiskOp& op : next.ops()) {
      image.Apply(op);
      for (Survival survival : kAllSurvivals) {
        SimDisk disk(image.Survive(survival, n));
        std::optional<Head> head = MustRead(disk);
        EXPECT_TRUE(head.has_value() && head->lsn >= acked[n]->lsn)
            << n << " changes, killed, then " << ToText(op) << ", then " << ToText(survival);
      }
    }
  }
}

}  // namespace
}  // namespace pegel::log
