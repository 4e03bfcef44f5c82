// One byte encoding per value: equal values give equal bytes, different values different bytes. The
// World's digest, effect hashes and request fingerprints are made of it.
//
// Format (core/canonical.cc): fixed-width big-endian integers, u32 length before text and lists,
// one byte before an optional, a u16 kind before a variant; containers in their own order. No
// padding, no floats.
#pragma once

#include <string>

#include "core/command.h"
#include "core/decision.h"
#include "core/ids.h"
#include "core/world.h"

namespace pegel {

std::string Encode(const World& world);
std::string Encode(const Command& command);
std::string Encode(const Decision& decision);

// SHA-256 of Encode(world). Costs about 0.2 µs per ACL entry.
Hash256 Digest(const World& world);

}  // namespace pegel
