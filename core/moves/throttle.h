// How fast a server may copy a replica that a move brings to it. Travels in the FetchFrom task of
// such a replica and nowhere else: what follows its leader already is never slowed down. Follows
// from the World, so there is nothing to take back when the move is over.
#pragma once

#include <cstdint>

#include "core/world.h"

namespace pegel::moves {

// Bytes per second that all copies to `server` may take together. 0: unlimited, or `server` copies
// nothing for a move of this bucket.
int64_t CopyRate(const World& world, ServerId server, const BucketKey& key);

}  // namespace pegel::moves
