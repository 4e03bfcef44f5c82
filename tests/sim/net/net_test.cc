// Many lives in which clients, tablet servers and watchers go over net/ and the client library,
// each twice. The seeds of tests/seeds/ come first, then fresh ones.
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
    {"crashes", 1'000},
    {"returned", 10'000},
    {"retries", 3'000},
    {"repeated", 100},
    {"unreadable", 200},
    {"pings", 300},
    {"given_up", 200},
    {"connections", 10'000},
    {"refused_connections", 3'000},
    {"broken_connections", 500},
    {"stalled_connections", 500},
    {"unavailable", 1'000},
    {"registered", 1'000},
    {"resumed", 1'500},
    {"tasks_taken", 4'000},
    {"leases_expired", 300},
    {"rebalances_completed", 100},
    {"pieces", 200'000},
    {"resumes", 1'000},
    {"watches_ended", 500},
    {"changes_watched", 10'000},
    {"history_reads", 500},
    {"digests_compared", 100},
};

const Plan kOverNet{.over_net = true};
const Plan kOverNetOnDisk{.over_net = true, .on_disk = true};

TEST(SimNet, SeedsThatFailedOnceLiveInPeaceNow) {
  Lives lives("net-disk", kOverNetOnDisk, SeedsThatFailedOnce("net-disk"));
  lives.Run();
  lives.ExpectNoViolation();
}

TEST(SimNet, WhatACallerHearsIsWhatTheServerSaidWhateverBreaksBetween) {
  Lives lives("net", kOverNet, FreshSeeds(testing::IsFullVolume() ? 1'000 : PEGEL_LIVES));
  lives.Run();
  lives.ExpectNoViolation();
  lives.Print();
  lives.ExpectAtLeast(kFloors);
}

// The whole way, from the caller's statement to the disk and back.
TEST(SimNet, AlsoWithTheRealLogBehindIt) {
  Lives lives("net-disk", kOverNetOnDisk,
              FreshSeeds(testing::IsFullVolume() ? 200 : PEGEL_LIVES / 5));
  lives.Run();
  lives.ExpectNoViolation();
  lives.Print();
}

TEST(SimNet, TheTracesOfTheseSeedsAreThoseOfEveryBuild) {
  auto traces = NetTraces();
  ASSERT_TRUE(traces.ok()) << traces.status();
  std::cout << *traces << "\n";
}

}  // namespace
}  // namespace pegel::sim
