// A World at one lsn, with all that a fold needs to go on from there.
#pragma once

#include "absl/container/btree_map.h"
#include "core/world.h"

namespace pegel::snapshot {

struct Snapshot {
  World world;      // As of world.lsn.
  Hash256 chain{};  // Of the record at world.lsn: the next record must continue it.
  // Of the records that answered the requests in world.requests: receipts for retries.
  absl::btree_map<Lsn, Hash256> answered_chains;

  bool operator==(const Snapshot&) const = default;
};

}  // namespace pegel::snapshot
