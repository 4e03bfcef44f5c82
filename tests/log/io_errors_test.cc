// Every write and every sync in turn fails once. Then nothing more is acknowledged, and a restart
// finds all that was, whatever the failed operation left behind.
#include <gtest/gtest.h>

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "tests/log/sim_log.h"
#include "tests/log/walk.h"
#include "tests/support/random.h"

namespace pegel::log {
namespace {

using ::pegel::testing::IsFullVolume;
using ::pegel::testing::kAllSurvivals;
using ::pegel::testing::SimDisk;
using ::pegel::testing::Survival;

struct Run {
  Head acked;
  Head submitted;
  std::vector<Hash256> chains;
  int acks_after_error = 0;
};

// Boots and appends `commands` records one by one, and goes on after an error, to see whether
// anything is still accepted. Stops when the boot fails.
Run AppendAll(SimDisk& disk, uint64_t commands) {
  Run run;
  auto booted = BootUp(SimOptions(disk));
  if (!booted.ok()) return run;
  absl::Status first_error;
  for (uint64_t lsn = 1; lsn <= commands; ++lsn) {
    Group group = SimGroup(run.submitted, 1, &run.chains);
    if (first_error.ok()) run.submitted = group.head;
    absl::Status status = AppendAndWait(*booted->log, group);
    if (status.ok()) run.acked = group.head;
    run.acks_after_error += status.ok() && !first_error.ok();
    first_error.Update(status);
    EXPECT_EQ(status, first_error) << "every later append names the first error";
  }
  return run;
}

void ExpectRestartFindsAll(const Run& run, const SimDisk& disk, const std::string& where) {
  for (Survival survival : kAllSurvivals) {
    SimDisk after(disk.image().Survive(survival, 1));
    auto booted = BootUp(SimOptions(after));
    ASSERT_TRUE(booted.ok()) << where << ", " << ToText(survival) << ": " << booted.status();
    EXPECT_GE(booted->head.lsn, run.acked.lsn) << where << ", " << ToText(survival);
    EXPECT_LE(booted->head.lsn, run.submitted.lsn) << where << ", " << ToText(survival);
    EXPECT_EQ(booted->head, HeadAt(run.chains, booted->head.lsn)) << where;
  }
}

void FailEachInTurn(SimDisk::Fault fault, const char* name) {
  const uint64_t commands = IsFullVolume() ? 120 : 30;
  int points = 0, acks_after_error = 0;
  for (uint64_t n = 1;; ++n) {
    SimDisk disk;
    disk.FailNth(fault, n);
    Run run = AppendAll(disk, commands);
    if (!disk.has_failed()) break;
    ++points;
    acks_after_error += run.acks_after_error;
    ExpectRestartFindsAll(run, disk, absl::StrCat(name, " number ", n));
  }
  std::printf("%s errors: points=%d acks after error=%d\n", name, points, acks_after_error);
  EXPECT_EQ(acks_after_error, 0);
  EXPECT_GT(points, static_cast<int>(2 * commands)) << "each append has one in the log and one in "
                                                       "the anchor";
}

TEST(IoErrors, NothingIsAcknowledgedAfterAFailedSync) {
  FailEachInTurn(SimDisk::Fault::kSync, "sync");
}

TEST(IoErrors, NothingIsAcknowledgedAfterAFailedWrite) {
  FailEachInTurn(SimDisk::Fault::kWrite, "write");
}

}  // namespace
}  // namespace pegel::log
