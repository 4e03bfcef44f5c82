// Keys that were taken away, remembered within a bound.
#pragma once

#include <string>

#include "core/config/state.h"

namespace pegel::config {

// Notes that `key` was taken away by the record at `lsn`; the oldest notes go when there are more
// than kConfigResetsMax.
void RememberReset(ConfigState& state, const std::string& key, Lsn lsn);

}  // namespace pegel::config
