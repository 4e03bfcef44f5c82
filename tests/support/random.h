// Seeded choices for tests. The seed comes from PEGEL_SEED, else a fixed one; every failure prints
// it.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

namespace pegel::testing {

inline uint64_t SeedFromEnvironment() {
  const char* text = std::getenv("PEGEL_SEED");
  return text == nullptr ? 20261122 : std::strtoull(text, nullptr, 0);
}

// True when the big volumes were asked for (`tools/test --full`).
inline bool IsFullVolume() { return std::getenv("PEGEL_FULL") != nullptr; }

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  // 0 … n-1. Modulo keeps it the same on every standard library.
  uint64_t Below(uint64_t n) { return engine_() % n; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }
  template <typename T>
  const T& Of(const std::vector<T>& choices) {
    return choices[Below(choices.size())];
  }

 private:
  std::mt19937_64 engine_;
};

// The line that reruns a failure: PEGEL_SEED=… <program> --gtest_filter=<test>.
inline std::string Reproduce(uint64_t seed, const std::string& test) {
  return "reproduce: PEGEL_SEED=" + std::to_string(seed) + " ctest --preset dev -R " + test;
}

}  // namespace pegel::testing
