// How long calls took: every one is kept, so percentiles are exact.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace pegel::tools {

class Latencies {
 public:
  void Add(int64_t nanos) { nanos_.push_back(nanos); }

  int64_t count() const { return static_cast<int64_t>(nanos_.size()); }

  // The smallest that at least `permille` of 1,000 calls did not exceed; 0 when there were none.
  int64_t AtPermille(int64_t permille) {
    if (nanos_.empty()) return 0;
    int64_t rank = std::max<int64_t>((count() * permille + 999) / 1000, 1) - 1;
    std::nth_element(nanos_.begin(), nanos_.begin() + rank, nanos_.end());
    return nanos_[rank];
  }

 private:
  std::vector<int64_t> nanos_;
};

}  // namespace pegel::tools
