// Many lives on the real log and real snapshots over a simulated disk, each twice. The seeds of
// tests/seeds/ come first, then fresh ones.
#include <gtest/gtest.h>

#include <iostream>
#include <vector>

#include "tests/sim/life.h"
#include "tests/sim/lives.h"
#include "tests/sim/traces.h"
#include "tests/support/random.h"

namespace pegel::sim {
namespace {

const std::vector<Floor> kFloors = {
    {"calls", 15'000},
    {"records", 15'000},
    {"groups", 10'000},
    {"retries", 3'000},
    {"repeated", 1'000},
    {"resumes", 1'000},
    {"rebalances_completed", 100},
    {"crashes", 1'000},
    {"crashes_in_append", 100},
    {"crashes_in_snapshot", 40},
    {"cut_between_changes", 300},
    {"cut_dropped", 60},
    {"cut_kept", 60},
    {"cut_cut", 60},
    {"cut_garbled", 60},
    {"cut_mixed", 60},
    {"cut_killed", 60},
    {"disk_faults", 15},
    {"recoveries", 1'000},
    {"recoveries_cut", 100},
    {"recoveries_failed", 10},
    {"recoveries_from_snapshot", 200},
    {"records_behind_anchor", 30},
    {"snapshots", 300},
    {"tables_written", 1'000},
    {"tables_merged", 300},
    {"digests_compared", 150},
};

TEST(SimDisk, SeedsThatFailedOnceLiveInPeaceNow) {
  Lives lives("disk", {.on_disk = true}, SeedsThatFailedOnce("disk"));
  lives.Run();
  lives.ExpectNoViolation();
}

TEST(SimDisk, NothingAcknowledgedIsLostAndNoCrashLooksLikeDamage) {
  Lives lives("disk", {.on_disk = true}, FreshSeeds(testing::IsFullVolume() ? 500 : PEGEL_LIVES));
  lives.Run();
  lives.ExpectNoViolation();
  lives.Print();
  lives.ExpectAtLeast(kFloors);
}

TEST(SimDisk, TheTracesOfTheseSeedsAreThoseOfEveryBuild) {
  auto traces = DiskTraces();
  ASSERT_TRUE(traces.ok()) << traces.status();
  std::cout << *traces << "\n";
}

}  // namespace
}  // namespace pegel::sim
