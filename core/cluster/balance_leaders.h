// Which of its servers leads each bucket, so that all lead equally many. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pegel::cluster {

// `choices`: for each bucket the servers that may lead it, by number from 0 below `servers`, at
// least one. `led_before[s]`: what s leads already, for ties. Returns the leader of each bucket.
//
// As even as can be: no change of leaders brings the numbers of two servers closer (so they are
// within one wherever the choices allow it).
std::vector<int> BalanceLeaders(const std::vector<std::vector<int>>& choices, size_t servers,
                                const std::vector<int64_t>& led_before);

}  // namespace pegel::cluster
