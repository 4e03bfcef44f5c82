// The history that a golden log is made of: every kind of command, accepted and refused, over a
// cluster that is rebalanced; then rules, configs and answers that are forgotten. Only
// write_golden uses it: the files are what counts, and this may change freely.
#pragma once

#include <vector>

#include "core/record.h"

namespace pegel::testing {

// Dense from lsn 1, with their effects; the same every time.
std::vector<Record> GoldenHistory();

}  // namespace pegel::testing
