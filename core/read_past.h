// Reading a World that is not the newest one: the past of a server, or any World of an audit.
#pragma once

#include "core/command.h"
#include "core/outcome.h"
#include "core/world.h"

namespace pegel {

// What `read`, a command that only reads, answers to somebody who may see everything.
Outcome ReadAll(const World& world, const Command& read);

}  // namespace pegel
