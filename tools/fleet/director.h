// What happens to a fleet from outside: its tables are made, servers die and come back, operators
// call procedures. Speaks with the server on a connection of its own.
//
// One thread, that which calls it.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tools/fleet/crew.h"
#include "tools/fleet/options.h"
#include "tools/shell/session.h"

namespace pegel::tools {

class Director {
 public:
  struct Ports {
    std::function<absl::Time()> now;  // Going forward only.
    std::function<void(absl::Duration)> sleep;
    std::function<bool()> is_asked_to_end;
    std::function<void(const std::string&)> print;  // Whole lines, for standard output.
  };

  // All must outlive it.
  Director(const FleetOptions& options, Crew& crew, Session& session, Ports ports)
      : options_(options), crew_(crew), session_(session), ports_(std::move(ports)) {}

  // Tables and their partitions, as the options say.
  absl::Status MakeTables();

  // Until nobody has anything to do, or asked to end. False: not within a minute.
  bool WaitSettled();

  // The steps in their order, the first counted from now. Errors: a step was refused, as
  // `file:line: why`. kCancelled: a step ends the fleet, or it was asked to end.
  absl::Status RunSteps();

 private:
  absl::Status Run(const Step& step);
  absl::Status Change(const net::TableChange& change, bool may_exist);
  absl::Status RunStatements(const std::string& statements);
  bool SleepUntil(absl::Time moment);
  int64_t now_ms() const { return absl::ToUnixMillis(ports_.now()); }

  const FleetOptions& options_;
  Crew& crew_;
  Session& session_;
  Ports ports_;
};

}  // namespace pegel::tools
