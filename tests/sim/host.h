// What those around the server share: the server, while it is there, and what they do to each
// other.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "core/cluster/tasks.h"
#include "tests/sim/sim_server.h"

namespace pegel::sim {

struct Host {
  std::unique_ptr<SimServer> server;  // Null: down.
  uint64_t starts = 0;
  bool is_calm = false;      // Nobody begins anything new.
  uint64_t calls_left = 0;   // Of all clients together.
  uint64_t rest_ms_max = 0;  // Of a client between two calls.
  // The tablet servers' disks and their ways among each other: when the data of a replica is whole,
  // and when a server last did some work, both in virtual milliseconds.
  std::map<std::pair<int, cluster::BucketKey>, int64_t> copies;
  std::map<int, int64_t> worked_ms;
};

}  // namespace pegel::sim
