#include "tests/sim/lives.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/support/random.h"

namespace pegel::sim {

// A life shares nothing with another.
void Lives::Run() {
  std::vector<std::thread> threads;
  threads.reserve(2);
  for (int i = 0; i < 2; ++i) threads.emplace_back([this] { Work(); });
  for (std::thread& thread : threads) thread.join();
}

void Lives::Work() {
  for (size_t i = next_++; i < seeds_.size(); i = next_++) {
    Plan plan = kind_;
    plan.seed = seeds_[i];
    Outlived life = LiveTwice(plan);
    std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [what, count] : life.counts) counts_[what] += count;
    counts_["steps"] += life.hashes.size();
    if (life.violation) Note(seeds_[i], life);
  }
}

void Lives::Note(uint64_t seed, const Outlived& life) {
  std::ostringstream text;
  text << "checker " << life.violation->checker << ": " << life.violation->what
       << "\nreproduce: build/dev/bin/pegel-sim " << (kind_.over_net ? "--net " : "")
       << (kind_.on_disk ? "--disk " : "") << "--seed " << seed << " --steps " << life.hashes.size()
       << " --trace\nand add the seed to tests/seeds/" << name_ << ".txt";
  violations_.push_back(text.str());
}

void Lives::ExpectNoViolation() const {
  const size_t shown = std::min<size_t>(violations_.size(), 5);
  for (size_t i = 0; i < shown; ++i) ADD_FAILURE() << violations_[i];
  EXPECT_EQ(violations_.size(), 0u);
}

void Lives::ExpectAtLeast(const std::vector<Floor>& floors) const {
  for (const Floor& floor : floors) {
    auto sum = counts_.find(floor.what);
    ASSERT_NE(sum, counts_.end()) << floor.what;
    EXPECT_GE(sum->second * 100, seeds_.size() * floor.per_life_percent) << floor.what;
  }
}

void Lives::Print() const {
  std::printf("sim %s: lives=%zu runs=%zu first_seed=%" PRIu64 "\n", name_.c_str(), seeds_.size(),
              2 * seeds_.size(), seeds_[0]);
  for (const auto& [what, sum] : counts_) {
    std::printf("sim %s: %s=%" PRIu64 "\n", name_.c_str(), what.c_str(), sum);
  }
}

std::vector<uint64_t> SeedsThatFailedOnce(const std::string& name) {
  std::ifstream file(PEGEL_SEEDS "/" + name + ".txt");
  EXPECT_TRUE(file.is_open()) << name;
  std::vector<uint64_t> seeds;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] != '#') seeds.push_back(std::strtoull(line.c_str(), nullptr, 0));
  }
  return seeds;
}

std::vector<uint64_t> FreshSeeds(uint64_t count) {
  const char* text = std::getenv("PEGEL_SIM_SEED");
  const uint64_t first =
      text == nullptr ? testing::SeedFromEnvironment() : std::strtoull(text, nullptr, 0);
  std::vector<uint64_t> seeds;
  for (uint64_t i = 0; i < count; ++i) seeds.push_back(first + i);
  return seeds;
}

}  // namespace pegel::sim
