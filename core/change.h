// What one record made true, for those who follow the log: the events of one lsn, whole or not at
// all. Records without events (reads, refusals) have none.
#pragma once

#include <cstddef>
#include <vector>

#include "core/event.h"
#include "core/moment.h"

namespace pegel {

struct ChangeSet {
  Moment moment;
  std::vector<Event> events;  // Never empty.
};

// About how much memory it takes; for bounds, so the last byte does not matter.
size_t BytesOf(const Event& event);
size_t BytesOf(const ChangeSet& change);

// Changes travel in pieces of at most this size, or of one change that is larger. A piece is some
// milliseconds of work for whoever makes or sends it.
inline constexpr size_t kPieceBytesMax = 256 << 10;
inline constexpr size_t kPieceChangesMax = 1024;

}  // namespace pegel
