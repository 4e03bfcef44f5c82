// The reducer of Boot: what the server was started with becomes part of the World.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "core/config/problem.h"
#include "core/decision.h"
#include "core/moment.h"
#include "core/world.h"

namespace pegel::boot {

// The security switches in static configs: `authorizer.enabled` (true or false, any case; default
// false) and `super.users` (`Type:Name` pieces separated by `;`, blanks around them ignored). Other
// keys are not looked at. Errors (kInvalidArgument) name the key, what was found and what is
// expected.
absl::StatusOr<acl::Security> ParseSecurity(const std::map<std::string, config::Value>& configs);

// Whether a server with this World may start with these static configs: everything that Decide
// would refuse a Boot for on their account, to be asked before anything is written.
config::Problem CheckStatics(const World& world,
                             const std::map<std::string, config::Value>& configs);

// The Boot to write before serving when `world` was started differently the last time; unset: as it
// was. `new_cluster_id` is used by a new log only.
std::optional<Boot> NeededBoot(const World& world, const std::string& new_cluster_id,
                               const std::map<std::string, config::Value>& configs);

Decision Decide(const World& world, const Moment& now, const Boot& command);
void Evolve(World& world, const Booted& event);

}  // namespace pegel::boot
