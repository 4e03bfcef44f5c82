// What the rest of the World does to rebalances without asking them: buckets are dropped, servers
// tagged for good or forgotten. Called with every event, after it was made true.
#pragma once

#include "core/event.h"
#include "core/moves/homes.h"
#include "core/world.h"

namespace pegel::moves {

template <typename Other>
void Follow(MovesState&, const Other&) {}

inline void Follow(MovesState& state, const TableDropped& event) { ForgetHomesOf(state, event.id); }
inline void Follow(MovesState& state, const PartitionDropped& event) {
  ForgetHomesOf(state, event.table, event.partition);
}
inline void Follow(MovesState& state, const ServerUnregistered& event) {
  ForgetHomesOn(state, event.id);
}
inline void Follow(MovesState& state, const ServerTagged& event) {
  if (event.tag == cluster::ServerTag::kPermanentOffline) ForgetHomesOn(state, event.id);
}

}  // namespace pegel::moves
