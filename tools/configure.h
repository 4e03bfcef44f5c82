// From what pegeld was given to what the server runs with: flag, else server.yaml, else default.
//
// Nothing on disk is touched; whoever gets an error has started nothing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/server_options.h"

namespace pegel::tools {

// The command line, not yet looked into.
struct Given {
  std::optional<std::string> config_file;    // Unset: none.
  std::map<std::string, std::string> flags;  // By flag, only those that were given: `--listen`.
  std::vector<std::string> definitions;      // Of -D, each `key=value`.
};

// Data directory, static configs, limits and `shown` of the result are filled; the rest is the
// caller's. Errors (kInvalidArgument unless the file cannot be read) begin with the place of the
// mistake, `server.yaml:12: key 'x.y': ` or `flag --listen: `, and never repeat a secret.
absl::StatusOr<ServerOptions> Configure(const Given& given);

}  // namespace pegel::tools
