// Many lives, each twice. The seeds of tests/seeds/ come first, then fresh ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>
#include <vector>

#include "tests/sim/faulty_log.h"
#include "tests/sim/judge.h"
#include "tests/sim/life.h"
#include "tests/sim/stage.h"
#include "tests/support/random.h"

namespace pegel::sim {
namespace {

// Names and lowest sums over `lives` lives: what makes a life worth its name must not quietly go.
struct Floor {
  const char* what;
  uint64_t per_life_percent;  // 100: one in each life.
};
constexpr Floor kFloors[] = {
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

class Lives {
 public:
  explicit Lives(std::vector<uint64_t> seeds) : seeds_(std::move(seeds)) {}

  // On both cores; a life shares nothing.
  void Run() {
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) threads.emplace_back([this] { Work(); });
    for (std::thread& thread : threads) thread.join();
  }

  const Counts& counts() const { return counts_; }
  const std::vector<std::string>& violations() const { return violations_; }

 private:
  void Work() {
    for (size_t i = next_++; i < seeds_.size(); i = next_++) {
      Outlived life = LiveTwice({.seed = seeds_[i]});
      std::lock_guard<std::mutex> lock(mutex_);
      for (const auto& [what, count] : life.counts) counts_[what] += count;
      counts_["steps"] += life.hashes.size();
      if (life.violation) Note(seeds_[i], life);
    }
  }

  void Note(uint64_t seed, const Outlived& life) {
    std::ostringstream text;
    text << "checker " << life.violation->checker << ": " << life.violation->what
         << "\nreproduce: build/dev/bin/pegel-sim --seed " << seed << " --steps "
         << life.hashes.size() << " --trace\nand add the seed to tests/seeds/engine.txt";
    violations_.push_back(text.str());
  }

  const std::vector<uint64_t> seeds_;
  std::atomic<size_t> next_ = 0;
  std::mutex mutex_;  // Guards all below.
  Counts counts_;
  std::vector<std::string> violations_;
};

void ExpectNoViolation(const Lives& lives) {
  const size_t shown = std::min<size_t>(lives.violations().size(), 5);
  for (size_t i = 0; i < shown; ++i) ADD_FAILURE() << lives.violations()[i];
  EXPECT_EQ(lives.violations().size(), 0u);
}

TEST(Sim, SeedsThatFailedOnceLiveInPeaceNow) {
  std::ifstream file(PEGEL_SEEDS "/engine.txt");
  ASSERT_TRUE(file.is_open());
  std::vector<uint64_t> seeds;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] != '#') seeds.push_back(std::strtoull(line.c_str(), nullptr, 0));
  }
  ASSERT_FALSE(seeds.empty());
  Lives lives(seeds);
  lives.Run();
  ExpectNoViolation(lives);
}

// Fresh seeds with every commit (tools/test gives the first one), the same ones for the same
// commit.
uint64_t FirstSeed() {
  const char* text = std::getenv("PEGEL_SIM_SEED");
  return text == nullptr ? testing::SeedFromEnvironment() : std::strtoull(text, nullptr, 0);
}

TEST(Sim, NoCheckerSaysNoInAnyLifeAndTwoRunsOfASeedAreOne) {
  const uint64_t count = testing::IsFullVolume() ? 2'000 : PEGEL_LIVES;
  std::vector<uint64_t> seeds;
  for (uint64_t i = 0; i < count; ++i) seeds.push_back(FirstSeed() + i);
  Lives lives(seeds);
  lives.Run();
  ExpectNoViolation(lives);
  std::printf("sim engine: lives=%" PRIu64 " runs=%" PRIu64 " first_seed=%" PRIu64 "\n", count,
              2 * count, seeds[0]);
  for (const auto& [what, sum] : lives.counts()) {
    std::printf("sim engine: %s=%" PRIu64 "\n", what.c_str(), sum);
  }
  for (const Floor& floor : kFloors) {
    auto sum = lives.counts().find(floor.what);
    ASSERT_NE(sum, lives.counts().end()) << floor.what;
    EXPECT_GE(sum->second * 100, count * floor.per_life_percent) << floor.what;
  }
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

// The same life takes the same course in every build: with g++ and clang, at -O0 and -O2, with and
// without sanitizers.
TEST(Sim, TheTracesOfTheseSeedsAreThoseOfEveryBuild) {
  uint64_t hash = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Outlived life = Live({.seed = seed});
    ASSERT_FALSE(life.violation) << seed;
    hash = hash * 31 + life.hashes.back();
  }
  std::printf("sim engine: trace_of_20=%016" PRIx64 "\n", hash);
}

}  // namespace
}  // namespace pegel::sim
