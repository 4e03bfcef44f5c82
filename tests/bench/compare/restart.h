// How long etcd and pegeld take to answer again after a kill, by how much they hold.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/figure.h"

namespace pegel::testing {

// Prints what it saw, and gives the ratio as a goal. Below `data`, on its disk.
std::vector<Figure> RestartFigures(bool is_quick, const std::string& data);

}  // namespace pegel::testing
