// Snapshot ↔ bytes of its file: snapshot/FORMAT.md. The only reader and writer of them.
//
// Strict as core/canonical_decode.h: Decode(Encode(s)) == s, and whatever is taken would be encoded
// to the same bytes. A SHA-256 over all of them tells damage; the World inside is then checked by
// its own decoder, and its digest against the header's.
//
// Pure.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "snapshot/snapshot.h"

namespace pegel::snapshot {

struct Encoded {
  std::string bytes;
  Hash256 digest{};  // Of the World, as `pegel status` shows it.
};

// Takes about three times the World's canonical bytes while it works.
Encoded Encode(const World& world, const Hash256& chain,
               const absl::btree_map<Lsn, Hash256>& answered_chains);

struct Decoded {
  Snapshot snapshot;
  Hash256 digest{};
};

// Errors: kDataLoss (offset, expected and found), kUnimplemented (a later version's file).
absl::StatusOr<Decoded> Decode(absl::string_view bytes);

}  // namespace pegel::snapshot
