// The fold: the one way from a log to a World. Boot, audit, snapshot and simulation all come
// through here.
//
// Decide says what would happen and may say no; Evolve makes facts true and cannot. Both are pure:
// they see the World, the moment of the record and the command, and nothing else.
#pragma once

#include "core/decision.h"
#include "core/moment.h"
#include "core/record.h"
#include "core/world.h"

namespace pegel {

// Would `command` be accepted now, and what would become true? Reads; never writes.
Decision Decide(const World& world, const Moment& now, const Command& command);

// Makes one fact true.
void Evolve(World& world, const Event& event);

// What applying one record gave.
struct Applied {
  Decision decision;
  Hash256 effect{};  // SHA-256 over the canonical outcome and events; stored in the record.
};

// Applies the record at `now` to `world`: decide, evolve, remember the request id.
// Requires now.lsn == world.lsn + 1, now.time >= world.time, and an id that `world` does not hold
// (a retry never becomes a record); anything else stops the process: the caller checks input first.
Applied Apply(World& world, const Moment& now, const RequestId& request_id, const Command& command);

// Names a command by its content: equal for the same call sent again (core/requests.h).
Hash256 Fingerprint(const Command& command);

}  // namespace pegel
