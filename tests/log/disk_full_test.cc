// The disk is full at each operation that takes room, in turn: for that one only, or from then on
// until somebody frees some. Nothing more is acknowledged; every error says that it was the room; a
// start on the full disk either fails for the same reason or has all there was; and when there is
// room again, a start finds every acknowledged record, and nothing beyond the group under way.
#include <gtest/gtest.h>

#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/log/sim_log.h"
#include "tests/log/walk.h"
#include "tests/support/random.h"

namespace pegel::log {
namespace {

using ::pegel::testing::DiskImage;
using ::pegel::testing::IsFullVolume;
using ::pegel::testing::kAllSurvivals;
using ::pegel::testing::SimDisk;
using ::pegel::testing::Survival;

using Fault = SimDisk::Fault;

const char* NameOf(Fault fault) { return fault == Fault::kFull ? "full from" : "no room for"; }

struct Counts {
  int points = 0, failed = 0, acks_after_error = 0, starts_on_full = 0, refused_on_full = 0,
      restarts = 0, garbled_manifests = 0;
};

constexpr int kGarbledManifestsMax = 6;

void Print(const char* name, const Counts& counts) {
  std::printf(
      "%s: points=%d failed=%d acks after error=%d refused=%d of %d starts restarts=%d "
      "garbled_manifests=%d\n",
      name, counts.points, counts.failed, counts.acks_after_error, counts.refused_on_full,
      counts.starts_on_full, counts.restarts, counts.garbled_manifests);
  EXPECT_LE(counts.garbled_manifests, kGarbledManifestsMax);
  EXPECT_EQ(counts.acks_after_error, 0);
}

// What a writer saw.
struct Run {
  Head acked;
  Head submitted;
  std::vector<Hash256> chains;
  absl::Status error;
  int acks_after_error = 0;
};

// Boots and appends `commands` records one by one, and goes on after an error, to see whether
// anything is still accepted.
Run AppendAll(SimDisk& disk, uint64_t commands) {
  Run run;
  auto booted = BootUp(SimOptions(disk));
  run.error = booted.status();
  if (!booted.ok()) return run;
  for (uint64_t lsn = 1; lsn <= commands; ++lsn) {
    Group group = SimGroup(run.submitted, 1, &run.chains);
    if (run.error.ok()) run.submitted = group.head;
    absl::Status status = AppendAndWait(*booted->log, group);
    if (status.ok()) run.acked = group.head;
    run.acks_after_error += status.ok() && !run.error.ok();
    run.error.Update(status);
  }
  return run;
}

void ExpectFound(const Run& run, const absl::StatusOr<Booted>& booted, const std::string& where) {
  ASSERT_TRUE(booted.ok()) << where << ": " << booted.status();
  EXPECT_GE(booted->head.lsn, run.acked.lsn) << where;
  EXPECT_LE(booted->head.lsn, run.submitted.lsn) << where;
  EXPECT_EQ(booted->head, HeadAt(run.chains, booted->head.lsn)) << where;
}

void ExpectSaysFull(const absl::Status& status, const std::string& where) {
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << where << ": " << status;
}

// KNOWN, NOT MENDED: when the disk fills up between a piece of RocksDB's MANIFEST and its sync, and
// a power cut leaves garbage of that piece, RocksDB takes it for damage and the start is refused.
// Nothing is lost or changed, and a backup restores; but it is a false alarm. It hangs on when
// RocksDB's threads flush, about once in two thousand restarts; counted here, and any other refusal
// fails.
bool IsGarbledManifest(const absl::Status& status, Survival survival) {
  bool has_garbage = survival == Survival::kGarbled || survival == Survival::kMixed;
  return has_garbage && absl::IsDataLoss(status) &&
         absl::StrContains(status.message(), "checksum mismatch in file") &&
         absl::StrContains(status.message(), "MANIFEST");
}

// Starts on the full disk, then again when there is room.
void Restart(const Run& run, const DiskImage& image, Survival survival, const std::string& where,
             Counts* counts) {
  SimDisk disk(image);
  disk.FailNth(Fault::kFull, 1);
  ++counts->starts_on_full;
  if (auto booted = BootUp(SimOptions(disk)); booted.ok()) {
    ExpectFound(run, booted, where);
  } else {
    ++counts->refused_on_full;
    if (IsGarbledManifest(booted.status(), survival)) return void(++counts->garbled_manifests);
    ExpectSaysFull(booted.status(), absl::StrCat(where, ", a start on the full disk"));
  }
  disk.MakeRoom();
  ++counts->restarts;
  auto booted = BootUp(SimOptions(disk));
  if (IsGarbledManifest(booted.status(), survival)) return void(++counts->garbled_manifests);
  ExpectFound(run, booted, where);
  if (!booted.ok()) return;
  std::vector<Hash256> chains = run.chains;
  chains.resize(booted->head.lsn.value);
  EXPECT_TRUE(AppendAndWait(*booted->log, SimGroup(booted->head, 1, &chains)).ok()) << where;
}

void FailAtEach(Fault fault) {
  const uint64_t commands = IsFullVolume() ? 120 : 30;
  Counts counts;
  for (uint64_t n = 1;; ++n) {
    SimDisk disk;
    disk.FailNth(fault, n);
    Run run = AppendAll(disk, commands);
    if (!disk.has_failed()) break;
    const std::string where = absl::StrCat(NameOf(fault), " operation ", n);
    ++counts.points;
    counts.failed += !run.error.ok();
    counts.acks_after_error += run.acks_after_error;
    if (!run.error.ok()) ExpectSaysFull(run.error, where);
    for (Survival survival : kAllSurvivals) {
      Restart(run, disk.image().Survive(survival, n), survival,
              absl::StrCat(where, ", ", ToText(survival)), &counts);
    }
  }
  Print(absl::StrCat("disk full, ", NameOf(fault), " each operation").c_str(), counts);
  EXPECT_GT(counts.points, static_cast<int>(2 * commands)) << "each append has one in the log and "
                                                              "one in the anchor";
  // Room that is asked for in advance may be refused, and names that are not needed.
  EXPECT_GT(counts.failed, counts.points * 9 / 10);
}

TEST(DiskFull, OneOperationWithoutRoomAcknowledgesNothingAndARestartIsClean) {
  FailAtEach(Fault::kNoRoom);
}

TEST(DiskFull, ADiskThatStaysFullAcknowledgesNothingAndARestartWithRoomIsClean) {
  FailAtEach(Fault::kFull);
}

// Starts of a log that was killed, so that they have something to write.
TEST(DiskFull, AStartThatFindsNoRoomChangesNothingThatCounts) {
  SimDisk before;
  const auto run = AppendAll(before, IsFullVolume() ? 120 : 30);
  ASSERT_TRUE(run.error.ok()) << run.error;
  Counts counts;
  for (Fault fault : {Fault::kNoRoom, Fault::kFull}) {
    for (uint64_t n = 1;; ++n) {
      SimDisk disk(before.image().Survive(Survival::kKilled, 0));
      disk.FailNth(fault, n);
      absl::Status error = BootUp(SimOptions(disk)).status();
      if (!disk.has_failed()) break;
      const std::string where = absl::StrCat(NameOf(fault), " operation ", n, " of a start");
      ++counts.points;
      counts.failed += !error.ok();
      if (!error.ok()) ExpectSaysFull(error, where);
      for (Survival survival : kAllSurvivals) {
        Restart(run, disk.image().Survive(survival, n), survival,
                absl::StrCat(where, ", ", ToText(survival)), &counts);
      }
    }
  }
  Print("disk full in starts", counts);
  EXPECT_GT(counts.failed, 10);
}

}  // namespace
}  // namespace pegel::log
