// Damage that is no crash: flipped bits, cut, swapped, repeated and missing pieces of a log of 60
// acknowledged records. Each is either refused, naming what is wrong, before anything on the disk
// is changed, or provably harmless: the same 60 records come back, with the same chain.
//
// PEGEL_FULL=1: a bit of every byte of every file that anything depends on; else of every 16th.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/check.h"
#include "log/group.h"
#include "log/record_codec.h"
#include "tests/log/records.h"
#include "tests/log/sim_log.h"
#include "tests/log/walk.h"
#include "tests/support/random.h"

namespace pegel::log {
namespace {

using ::pegel::testing::DiskImage;
using ::pegel::testing::IsFullVolume;
using ::pegel::testing::PlainRecord;
using ::pegel::testing::SimDisk;
using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr uint64_t kRecords = 60;
const char kAnchorPath[] = "/data/ANCHOR";

// A log directory, what it holds, and how long its files were after each append.
struct Specimen {
  DiskImage image;
  Head head;
  std::vector<std::map<std::string, size_t>> sizes;
};

// Groups of one record each; `group_of` makes each of them.
template <typename GroupOf>
Specimen MakeSpecimen(uint64_t count, const GroupOf& group_of) {
  SimDisk disk;
  auto booted = BootUp(SimOptions(disk));
  PEGEL_CHECK(booted.ok(), booted.status().ToString());
  Specimen specimen;
  for (uint64_t lsn = 1; lsn <= count; ++lsn) {
    Group group = group_of(lsn, specimen.head);
    PEGEL_CHECK(AppendAndWait(*booted->log, group).ok(), "lsn ", lsn);
    specimen.head = group.head;
    specimen.sizes.push_back(disk.image().Files());
  }
  booted->log.reset();
  specimen.image = disk.image();
  return specimen;
}

Group PlainGroup(uint64_t lsn, const Head& after) {
  std::vector<Hash256> chains;
  return PackGroup({PlainRecord(Lsn{lsn})}, after, &chains);
}

// All 60 records in the write-ahead log.
const Specimen& InWal() {
  static const Specimen specimen = MakeSpecimen(kRecords, PlainGroup);
  return specimen;
}

// All 60 records in a table: opening again writes one.
const Specimen& InTable() {
  static const Specimen specimen = [] {
    Specimen made = InWal();
    SimDisk disk(made.image);
    PEGEL_CHECK(BootUp(SimOptions(disk)).ok(), "reopen");
    made.image = disk.image();
    return made;
  }();
  return specimen;
}

// The file with the highest number among those that end so.
std::string FileLike(const DiskImage& image, absl::string_view ending) {
  std::string found;
  for (const auto& [path, size] : image.Files()) {
    if (absl::EndsWith(path, ending)) found = path;
  }
  PEGEL_CHECK(!found.empty(), "no file like ", ending);
  return found;
}

struct Counts {
  uint64_t bytes = 0, refused = 0, harmless = 0, silent = 0;
};

// Judges a damaged disk. The refusal names a file or an lsn, and nothing was changed before it.
absl::Status Examine(const Specimen& specimen, DiskImage damaged, Counts& counts) {
  SimDisk disk(std::move(damaged));
  absl::StatusOr<Head> head = Judge(SimOptions(disk));
  EXPECT_EQ(disk.op_count(), 0u) << "the disk is evidence until the verdict";
  ++counts.bytes;
  counts.refused += !head.ok();
  counts.harmless += head.ok() && *head == specimen.head;
  counts.silent += head.ok() && *head != specimen.head;
  if (!head.ok()) {
    EXPECT_THAT(std::string(head.status().message()), AnyOf(HasSubstr("/data"), HasSubstr("lsn ")));
  }
  return head.status();
}

absl::Status ExamineOne(const Specimen& specimen, DiskImage damaged) {
  Counts counts;
  absl::Status status = Examine(specimen, std::move(damaged), counts);
  EXPECT_EQ(counts.silent, 0u);
  return status;
}

DiskImage WithFlip(DiskImage image, const std::string& path, size_t at) {
  std::string bytes = image.ReadFile(path);
  bytes[at] ^= static_cast<char>(1 << at % 8);
  image.Tamper(path, std::move(bytes));
  return image;
}

// What was found to be harmless must also start, and still be whole after that.
void ExpectStarts(const Specimen& specimen, DiskImage damaged, const std::string& where) {
  SimDisk disk(std::move(damaged));
  auto booted = BootUp(SimOptions(disk));
  ASSERT_TRUE(booted.ok()) << where << ": " << booted.status();
  booted->log.reset();
  absl::StatusOr<Head> again = Judge(SimOptions(disk));
  EXPECT_TRUE(again.ok() && *again == specimen.head) << where << ": " << again.status();
}

void FlipEveryByte(const Specimen& specimen, const char* name) {
  const size_t stride = IsFullVolume() ? 1 : 16;
  Counts total;
  for (const auto& [path, size] : specimen.image.Files()) {
    Counts counts;
    for (size_t at = 0; at < size; at += stride) {
      DiskImage damaged = WithFlip(specimen.image, path, at);
      bool is_refused = !Examine(specimen, damaged, counts).ok();
      if (!is_refused) ExpectStarts(specimen, damaged, absl::StrCat(path, " byte ", at));
    }
    std::printf("  %-28s bytes=%-6lu refused=%-6lu harmless=%lu\n", path.c_str(), counts.bytes,
                counts.refused, counts.harmless);
    total.bytes += counts.bytes;
    total.refused += counts.refused;
    total.harmless += counts.harmless;
    total.silent += counts.silent;
  }
  std::printf("bit rot, %s: bytes=%lu refused=%lu harmless=%lu silent=%lu\n", name, total.bytes,
              total.refused, total.harmless, total.silent);
  EXPECT_EQ(total.silent, 0u);
}

TEST(BitRot, EveryByteOfALogInItsWriteAheadLogIsWatched) { FlipEveryByte(InWal(), "log"); }

TEST(BitRot, EveryByteOfALogInATableIsWatched) { FlipEveryByte(InTable(), "table"); }

TEST(BitRot, ALogCutBehindAnyRecordIsRefusedNamingTheAcknowledgedLsn) {
  const Specimen& specimen = InWal();
  const std::string wal = FileLike(specimen.image, ".log");
  const std::string bytes = specimen.image.ReadFile(wal);
  for (uint64_t kept = 1; kept < kRecords; ++kept) {
    DiskImage damaged = specimen.image;
    damaged.Tamper(wal, bytes.substr(0, specimen.sizes[kept - 1].at(wal)));
    absl::Status status = ExamineOne(specimen, damaged);
    EXPECT_EQ(status.message(), absl::StrCat("lsn 60: acknowledged, but the log ends at ", kept));
  }
  std::printf("bit rot, cuts: boundaries=%lu\n", kRecords - 1);
}

TEST(BitRot, AMissingFileIsRefusedOrHarmless) {
  for (const Specimen* specimen : {&InWal(), &InTable()}) {
    for (const auto& [path, size] : specimen->image.Files()) {
      DiskImage damaged = specimen->image;
      damaged.Remove(path);
      bool is_refused = !ExamineOne(*specimen, damaged).ok();
      bool is_needed = path == kAnchorPath || absl::EndsWith(path, "CURRENT") ||
                       absl::StrContains(path, "MANIFEST") || absl::EndsWith(path, ".sst") ||
                       (specimen == &InWal() && absl::EndsWith(path, ".log"));
      EXPECT_EQ(is_refused, is_needed) << path;
    }
  }
}

// ---- a log that RocksDB finds in order, with other records than the anchor was written for ----

// The bytes of record `lsn` as it should be.
const std::string& Original(uint64_t lsn) {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> made;
    Head head;
    for (uint64_t next = 1; next <= kRecords; ++next) {
      Group group = PlainGroup(next, head);
      made.push_back(group.bytes);
      head = group.head;
    }
    return made;
  }();
  return all[lsn - 1];
}

int forgeries = 0;  // Examined by the test that runs.

void PrintForgeries(const char* kind) {
  std::printf("bit rot, %s: forgeries=%d\n", kind, std::exchange(forgeries, 0));
}

// Our log's anchor beside a log whose groups are what `bytes_at(lsn)` says.
template <typename BytesAt>
absl::Status ExamineForgery(const BytesAt& bytes_at) {
  ++forgeries;
  Specimen forged = MakeSpecimen(kRecords, [&](uint64_t lsn, const Head& after) {
    return Group{Next(after.lsn), {Lsn{lsn}, {}}, bytes_at(lsn)};
  });
  forged.image.Tamper(kAnchorPath, InWal().image.ReadFile(kAnchorPath));
  return ExamineOne(InWal(), forged.image);
}

const uint64_t kStep = IsFullVolume() ? 1 : 7;

TEST(BitRot, TheForgerHarnessAcceptsTheOriginalRecords) {
  EXPECT_TRUE(ExamineForgery([](uint64_t lsn) { return Original(lsn); }).ok());
  forgeries = 0;
}

TEST(BitRot, SwappedRecordsAreRefusedAtTheFirst) {
  for (uint64_t at = 1; at < kRecords; at += kStep) {
    absl::Status status = ExamineForgery([&](uint64_t lsn) {
      return Original(lsn == at ? at + 1 : lsn == at + 1 ? at : lsn);
    });
    EXPECT_EQ(status.message(), absl::StrCat("lsn ", at, ": found the record of lsn ", at + 1));
  }
  PrintForgeries("swapped");
}

TEST(BitRot, RepeatedRecordsAreRefused) {
  for (uint64_t at = 1; at < kRecords; at += kStep) {
    absl::Status status = ExamineForgery(
        [&](uint64_t lsn) { return lsn == at ? Original(at) + Original(at) : Original(lsn); });
    EXPECT_EQ(status.message(), absl::StrCat("lsn ", at + 1, ": found the record of lsn ", at));
  }
  PrintForgeries("repeated");
}

TEST(BitRot, AMissingRecordIsRefused) {
  for (uint64_t at = 2; at < kRecords; at += kStep) {
    absl::Status status = ExamineForgery(
        [&](uint64_t lsn) { return Original(lsn < at ? lsn : std::min(lsn + 1, kRecords)); });
    EXPECT_EQ(status.message(), absl::StrCat("lsn ", at, ": found the record of lsn ", at + 1));
  }
  PrintForgeries("missing");
}

// The anchor cannot see this: the last record is the right one.
TEST(BitRot, AReplacedRecordIsRefusedAtTheOneBehindIt) {
  for (uint64_t at = 1; at < kRecords; at += kStep) {
    Record other = PlainRecord(Lsn{at});
    other.moment.time.value += 1;
    std::string bytes;
    EncodeRecord(other, DecodeRecord(Original(at))->previous, &bytes);
    absl::Status status =
        ExamineForgery([&](uint64_t lsn) { return lsn == at ? bytes : Original(lsn); });
    EXPECT_EQ(status.message(), absl::StrCat("lsn ", at + 1, ": does not follow the one before"));
  }
  PrintForgeries("replaced");
}

TEST(BitRot, AnotherLogOfTheSameLengthIsRefusedByItsChain) {
  Specimen other = MakeSpecimen(kRecords, [](uint64_t lsn, const Head& after) {
    Record record = PlainRecord(Lsn{lsn});
    record.moment.time.value += lsn == kRecords;  // One nanosecond in the last record.
    std::vector<Hash256> chains;
    return PackGroup({record}, after, &chains);
  });
  other.image.Tamper(kAnchorPath, InWal().image.ReadFile(kAnchorPath));
  EXPECT_EQ(ExamineOne(InWal(), other.image).message(), "lsn 60: not as anchored");
}

}  // namespace
}  // namespace pegel::log
