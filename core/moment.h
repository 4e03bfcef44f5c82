// All that a reducer may know of the outside: where and when its record stands, and who wrote it.
#pragma once

#include "core/ids.h"
#include "core/principal.h"

namespace pegel {

// Every field comes from the log record, so a replay in ten years sees what the live server saw.
struct Moment {
  Lsn lsn;
  UnixNanos time;  // Never less than the time of the record before.
  Author author;
};

}  // namespace pegel
