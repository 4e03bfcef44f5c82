// One simulated life of a Pegel server, engine level: the real engine, fold, codec, change feed and
// leases, on a log that fails, behind a network that loses, doubles and reorders, with a clock that
// jumps, under clients, tablet servers and watchers. One seed decides everything, one thread does
// it, and time is a number.
//
//   clients, tablets, watchers → lossy network → SimServer (engine, feed, leases) → LifeLog
//                                                └→ Judge: every checker, beside the reference
//                                                world
//
// The log is one in memory that fails (faulty_log.h), or the real one on a disk that loses what was
// not synced (disk_log.h).
//
// A life issues some calls under faults, is killed again and again, and then is left in peace, when
// everything that is under way must come to an end. It stops at the first violation.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace pegel::sim {

// A checker said no. Names of checkers: tests/README.md.
struct Violation {
  std::string checker;
  std::string what;
};

// What happened how often, by name: `calls`, `crashes`, …
using Counts = std::map<std::string, uint64_t>;

struct Plan {
  uint64_t seed = 0;
  uint64_t steps_max = 0;  // 0: to the end.
  bool keeps_lines = false;
  std::string only;       // The checker that is listened to; empty: all.
  bool over_net = false;  // Everybody uses net/ and the client library.
  bool on_disk = false;   // The log is RocksDB on a simulated disk, with snapshots beside it.
};

struct Outlived {
  std::optional<Violation> violation;
  std::vector<uint64_t> hashes;    // The trace after each step.
  std::vector<std::string> lines;  // With keeps_lines.
  Counts counts;
};

Outlived Live(const Plan& plan);

// Lives twice; a difference between the two is a violation of `trace`, with the first step.
Outlived LiveTwice(const Plan& plan);

// What a line of the trace says.
absl::string_view Legend();

}  // namespace pegel::sim
