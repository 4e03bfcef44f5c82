// Canonical bytes back to the World that they encode: the other half of core/canonical.h, for
// snapshots.
//
// Strict: DecodeWorld(Encode(w)) == w for every World that a fold makes, and
// Encode(*DecodeWorld(b))
// == b for all bytes that it takes. So each World has one encoding, and damage that happens to look
// like a World is still that other World and nothing in between.
//
// Adding a part to the World: one Put in canonical.cc and one Take in canonical_decode.cc, of the
// same fields in the same order. What is derived (security from the static configs, sizes, indexes)
// has no bytes and is made anew here.
//
// Pure; allocates no more than a small multiple of what it reads.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/world.h"

namespace pegel {

// Errors name the offset, what was expected and what was found: kDataLoss for bytes that no fold
// encoded, kUnimplemented for a format or a kind that a later version may have written.
absl::StatusOr<World> DecodeWorld(absl::string_view bytes);

}  // namespace pegel
