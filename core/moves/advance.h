// What is due for all moves together: which go on, which start, and whether the rebalance is done.
//
// Everything follows from the World and the moment. The server asks HasWork now and then, and says
// AdvanceMoves when there is; whether it says so once or ten times, early or after a restart, makes
// no difference.
#pragma once

#include <optional>

#include "core/decision.h"
#include "core/moment.h"
#include "core/world.h"

namespace pegel::moves {

// Only the server itself. Takes every step that is due, at most kStepsMax; the next one goes on.
Decision Decide(const World& world, const Moment& now, const AdvanceMoves& command);

// Whether AdvanceMoves would do anything at `now`. Costs a look at each move in flight and at each
// lane of the queue, and nothing when there are no moves.
bool HasWork(const World& world, UnixNanos now);

// When to ask again after `now`, if HasWork said no and nothing happens before. Unset: nothing is
// due by time alone.
std::optional<UnixNanos> NextWakeAt(const World& world, UnixNanos now);

}  // namespace pegel::moves
