// The reducers of cluster configs (decisions.md "Configs", procedures.md 3).
#pragma once

#include "core/config/problem.h"
#include "core/decision.h"
#include "core/moment.h"
#include "core/world.h"

namespace pegel::config {

// All changes in order, or none; needs ALTER on the cluster. Rules are checked on the whole that
// would result.
Decision Decide(const World& world, const Moment& now, const AlterConfigs& command);

// Needs DESCRIBE on the cluster. Keys are trimmed (quirk Q27), each is listed once. A named key
// comes with its default when it has no more; keys that no one knows are left out.
Decision Decide(const World& world, const Moment& now, const GetConfigs& command);

// Needs ALTER on the cluster, and a new seal in the same shape for every seal that there is.
Decision Decide(const World& world, const Moment& now, const ResealSecrets& command);

void Evolve(World& world, const ConfigSet& event);
void Evolve(World& world, const ConfigReset& event);
void Evolve(World& world, const ConfigResealed& event);

// Whether the server may start with these static values: keys, forms, bounds, and the rules on the
// whole with the dynamic entries that `state` holds.
Problem CheckStatics(const ConfigState& state, const std::map<std::string, Value>& statics);

// The static values become these.
void ReplaceStatics(ConfigState& state, const std::map<std::string, Value>& statics, Lsn lsn);

}  // namespace pegel::config
