// Load of pegel-bench on a server, for benchmarks that compare.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/bench/maker.h"
#include "tests/system/process.h"

namespace pegel::testing {

// What pegel-bench says of the one kind that it was told to call.
inline nlohmann::json Load(const ServerProcess& server, std::vector<std::string> options) {
  options.insert(options.begin(), {PEGEL_BENCH, "--server", server.address(), "--json", "-"});
  Finished finished = RunProgram(options);
  if (finished.exit_code != 0) Fail(finished.err);
  nlohmann::json json = nlohmann::json::parse(finished.out);
  if (json["refused"] != 0 || json["kinds"].size() != 1) Fail(finished.out);
  return json["kinds"][0];
}

inline double PerSecond(const ServerProcess& server, const std::vector<std::string>& options) {
  return Load(server, options)["per_second"];
}

}  // namespace pegel::testing
