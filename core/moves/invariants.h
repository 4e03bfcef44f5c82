// What is true of every MovesState beside its ClusterState, whatever happened. Tests ask after each
// record.
#pragma once

#include <string>

#include "core/decision.h"
#include "core/world.h"

namespace pegel::moves {

// The first thing that is not as it must be, with its place; empty: all is well. Looks at every
// move and recounts every index.
std::string BrokenInvariant(const World& world);

// Which bucket the events of a record about moves left with fewer live replicas in sync than it
// needs: fewer than before, and fewer than it had replicas when its move was planned. `before`: the
// World that they were decided in. Empty: none. Not for losses of servers, which do that.
std::string LostReplica(const World& before, const std::vector<Event>& events);

}  // namespace pegel::moves
