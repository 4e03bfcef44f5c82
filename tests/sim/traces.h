// The same lives take the same course whatever compiled them: one number for the traces of fixed
// seeds, which tools/test compares between builds.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "tests/sim/life.h"

namespace pegel::sim {

// `sim NAME: trace_of_N=…`, of seeds 1 to N. Error: a checker said no.
absl::StatusOr<std::string> TraceOf(uint64_t seeds, const std::string& name, Plan kind);

// Those that every build prints, one a line.
absl::StatusOr<std::string> EngineTraces();  // In memory.
absl::StatusOr<std::string> DiskTraces();    // Every change of the disk is in them.
absl::StatusOr<std::string> NetTraces();     // Every piece of every message is in them.

}  // namespace pegel::sim
