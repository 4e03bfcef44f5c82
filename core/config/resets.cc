#include "core/config/resets.h"

#include <algorithm>

#include "core/limits.h"

namespace pegel::config {

void RememberReset(ConfigState& state, const std::string& key, Lsn lsn) {
  state.resets[key] = lsn;
  if (state.resets.size() <= kConfigResetsMax) return;
  // At the bound a reset costs one walk of it, some hundred microseconds.
  state.resets.erase(
      std::min_element(state.resets.begin(), state.resets.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; }));
}

}  // namespace pegel::config
