// Many lives, each twice. The seeds of tests/seeds/ come first, then fresh ones.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <utility>
#include <vector>

#include "tests/sim/faulty_log.h"
#include "tests/sim/judge.h"
#include "tests/sim/life.h"
#include "tests/sim/lives.h"
#include "tests/sim/stage.h"
#include "tests/sim/traces.h"
#include "tests/support/random.h"

namespace pegel::sim {
namespace {

const std::vector<Floor> kFloors = {
    {"calls", 15'000},
    {"crashes", 1'000},
    {"records", 15'000},
    {"repeated", 1'000},
    {"retries", 3'000},
    {"messages_lost", 2'000},
    {"messages_doubled", 4000},
    {"clock_bends", 500},
    {"disk_faults", 30},
    {"rejected", 3'000},
    {"stalls", 30},
    {"leases_expired", 50},
    {"resumes", 1'000},
    {"history_reads", 500},
    {"changes_watched", 10'000},
    {"digests_compared", 200},
    {"refused", 100},
    {"reading", 500},
    {"statuses", 300},
    {"unreadable", 200},
    {"tables", 100},
    {"task_lists", 10'000},
    {"mute", 150},
    {"failed_replicas", 5},
    {"rebalances", 300},
    {"plans", 200},
    {"plans_again", 8},
    {"moves_adding", 120},
    {"moves_removing", 60},
    {"moves_done", 80},
    {"moves_put_off", 40},
    {"rebalances_completed", 150},
    {"rebalances_canceled", 15},
    {"rebalances_failed", 50},
};

TEST(Sim, SeedsThatFailedOnceLiveInPeaceNow) {
  std::vector<uint64_t> seeds = SeedsThatFailedOnce("engine");
  ASSERT_FALSE(seeds.empty());
  Lives lives("engine", {}, std::move(seeds));
  lives.Run();
  lives.ExpectNoViolation();
}

TEST(Sim, NoCheckerSaysNoInAnyLifeAndTwoRunsOfASeedAreOne) {
  Lives lives("engine", {}, FreshSeeds(testing::IsFullVolume() ? 10'000 : PEGEL_LIVES));
  lives.Run();
  lives.ExpectNoViolation();
  lives.Print();
  lives.ExpectAtLeast(kFloors);
}

// Else it would agree with the core on what both do wrong.
TEST(Sim, TheReferenceWorldKnowsNothingOfTheCore) {
  size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(PEGEL_MODEL)) {
    std::ifstream source(file.path());
    for (std::string line; std::getline(source, line);) {
      if (line.rfind("#include \"", 0) != 0) continue;
      EXPECT_EQ(line, "#include \"tests/sim/model/model.h\"") << file.path();
    }
    ++files;
  }
  EXPECT_GE(files, 5u);
}

// No planted bug gets past the reference world to this checker, so it is tried by hand.
TEST(Sim, TheWitnessWantsALaterLsnForACallThatBeganLater) {
  Stage stage({.seed = 1});
  FaultyLog log;
  Judge judge(stage, log, {});
  const model::Ask write{"User:a", "", "add_acl", {}}, read{"User:a", "", "list_acl", {}};
  auto reply = [](uint64_t lsn) { return Reply{1, Result{Done{}}, Receipt{Lsn{lsn}, {}}}; };
  judge.OnReturn(write, judge.Floor(), reply(7));
  judge.OnReturn(read, judge.Floor(), reply(7));  // Sees what returned before.
  EXPECT_FALSE(stage.violation());
  judge.OnReturn(read, judge.Floor(), reply(6));
  ASSERT_TRUE(stage.violation());
  EXPECT_EQ(stage.violation()->checker, "witness");
}

TEST(Sim, TheTracesOfTheseSeedsAreThoseOfEveryBuild) {
  auto traces = EngineTraces();
  ASSERT_TRUE(traces.ok()) << traces.status();
  std::cout << *traces << "\n";
}

}  // namespace
}  // namespace pegel::sim
