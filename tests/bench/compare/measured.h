// One measurement, and what several of the same come to.
#pragma once

#include <algorithm>
#include <vector>

namespace pegel::testing {

struct Measured {
  double per_second = 0;
  double p50_us = 0;
  double p99_us = 0;
};

struct Spread {
  double median = 0, min = 0, max = 0;
};

inline Spread SpreadOf(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  return {values[values.size() / 2], values.front(), values.back()};
}

// The same measurement, once in each round. `rounds[i]` of two series were taken next to each
// other, so their quotients say more than the quotient of their medians.
struct Series {
  std::vector<Measured> rounds;

  Spread Of(double Measured::*field) const {
    std::vector<double> values;
    for (const Measured& measured : rounds) values.push_back(measured.*field);
    return SpreadOf(std::move(values));
  }
};

// By how much `ours` is `theirs`, round by round.
inline Spread Ratio(const Series& ours, const Series& theirs, double Measured::*field) {
  std::vector<double> quotients;
  for (size_t i = 0; i < std::min(ours.rounds.size(), theirs.rounds.size()); ++i) {
    quotients.push_back(ours.rounds[i].*field / theirs.rounds[i].*field);
  }
  return SpreadOf(std::move(quotients));
}

}  // namespace pegel::testing
