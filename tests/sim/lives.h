// Many lives, each twice, on both cores; and what all of them together must contain.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/life.h"

namespace pegel::sim {

// The lowest sum of a count over all lives: what makes a life worth its name must not quietly go.
struct Floor {
  const char* what;
  uint64_t per_life_percent;  // 100: one in each life.
};

class Lives {
 public:
  // Lives of `kind` with these seeds. `name` stands in what is printed, and is that of the file
  // tests/seeds/<name>.txt.
  Lives(std::string name, Plan kind, std::vector<uint64_t> seeds)
      : name_(std::move(name)), kind_(kind), seeds_(std::move(seeds)) {}

  void Run();

  // Each a failure of the test that runs.
  void ExpectNoViolation() const;
  void ExpectAtLeast(const std::vector<Floor>& floors) const;
  void Print() const;

 private:
  void Work();
  void Note(uint64_t seed, const Outlived& life);

  const std::string name_;
  const Plan kind_;
  const std::vector<uint64_t> seeds_;
  std::atomic<size_t> next_ = 0;
  std::mutex mutex_;  // Guards all below, until Run returns.
  Counts counts_;
  std::vector<std::string> violations_;
};

// The seeds of tests/seeds/<name>.txt.
std::vector<uint64_t> SeedsThatFailedOnce(const std::string& name);

// Fresh seeds with every commit (tools/test gives the first one), the same ones for the same
// commit.
std::vector<uint64_t> FreshSeeds(uint64_t count);

}  // namespace pegel::sim
