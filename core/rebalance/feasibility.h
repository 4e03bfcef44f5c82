// Refusals: what no plan could reach, with Fluss's text and the numbers.
#pragma once

#include <optional>

#include "core/error.h"
#include "core/rebalance/problem.h"

namespace pegel::rebalance {

// None: every bucket finds enough domains (problem.h) for its replicas.
std::optional<Error> Refuse(const Problem& problem, const Options& options);

}  // namespace pegel::rebalance
