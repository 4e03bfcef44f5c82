// A scenario of a simulated fleet: a YAML file that says how the fleet is made and what happens to
// it, so that a run can be repeated.
//
//   servers: 6                      any option of pegel-fleet, without its dashes;
//   tables: 3                       the command line wins
//   steps:
//     - kill: [1, 2]                at once, when the fleet is ready
//     - at: 5 s                     after `fleet ready`
//       start: 1
//     - after: 500 ms               after the step before
//       create-table: {table: demo.orders, buckets: 8, replication: 3}
//     - sql: CALL sys.add_server_tag('3', 'PERMANENT_OFFLINE')
//     - wait: settled
//     - end: fleet
//
// Reading is pure but for the file. docs/fleet.md lists every step.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/command.h"
#include "tools/fleet/crew.h"

namespace pegel::tools {

// These processes die, end or start.
struct ChangeLives {
  std::vector<int32_t> ids;
  Crew::Life life = Crew::Life::kUp;
  bool operator==(const ChangeLives&) const = default;
};

// These servers stop answering tasks, or do again.
struct ChangeMutes {
  std::vector<int32_t> ids;
  bool is_muted = true;
  bool operator==(const ChangeMutes&) const = default;
};

struct RunSql {
  std::string statements;
  bool operator==(const RunSql&) const = default;
};

// Until no server has anything to do.
struct AwaitSettled {
  bool operator==(const AwaitSettled&) const = default;
};

// All servers leave, and the program ends.
struct EndFleet {
  bool operator==(const EndFleet&) const = default;
};

struct Step {
  int line = 0;                         // In the file, from 1.
  std::optional<absl::Duration> at;     // Since the fleet was ready.
  std::optional<absl::Duration> after;  // Since the step before.
  bool may_fail = false;                // A refusal does not end the fleet.
  std::variant<ChangeLives, ChangeMutes, CreateTable, DropTable, AddPartition, DropPartition,
               UnregisterServer, RunSql, AwaitSettled, EndFleet>
      action;
};

struct Scenario {
  std::vector<std::pair<std::string, std::string>> settings;  // Options with their values.
  std::vector<Step> steps;
};

// `name` is for errors (kInvalidArgument), which read `name:line: what was found and expected`.
absl::StatusOr<Scenario> ParseScenario(const std::string& name, const std::string& text);

// The same from a file; other errors name it and say why it cannot be read.
absl::StatusOr<Scenario> ReadScenario(const std::string& file);

}  // namespace pegel::tools
