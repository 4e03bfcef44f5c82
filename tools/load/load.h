// Puts load on a running server and measures what comes back.
//
// Closed loop: `outstanding` calls are always under way, each answer makes room for the next; the
// latency is that of the call. Open loop: calls are due at fixed times, whether or not the server
// keeps up, and the latency counts from when the call was due: a server that stalls cannot make
// its stall look short by slowing the generator down.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/load/latencies.h"
#include "tools/load/mix.h"

namespace pegel::tools {

struct LoadOptions {
  std::string server;
  std::vector<Weighed> kinds;
  int connections = 1;
  int outstanding = 64;         // In all, spread over the connections.
  int batch = 1;                // Statements in one call.
  double calls_per_second = 0;  // More than 0: open loop, with at most `outstanding` under way.
  double seconds = 5;
  double warmup_seconds = 1;  // Before, not measured.
  int64_t keys = 50'000;
  uint64_t seed = 1;
};

struct LoadResult {
  double seconds = 0;
  int64_t refused = 0;  // Of all kinds; not in `latencies`.
  std::string first_refusal;
  std::map<Kind, Latencies> latencies;
};

// Errors: no server; a connection that broke.
absl::StatusOr<LoadResult> RunLoad(const LoadOptions& options);

}  // namespace pegel::tools
