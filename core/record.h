// A command with its place in history: what the log stores, one per lsn.
#pragma once

#include "core/command.h"
#include "core/ids.h"
#include "core/moment.h"

namespace pegel {

// The log adds the hash of the record before (log/record_codec.h). Owned by value everywhere.
struct Record {
  Moment moment;
  RequestId request_id;  // Unset when the caller gave none.
  Command command;
  Hash256 effect{};  // SHA-256 over the outcome and the events that the fold produced.
};

}  // namespace pegel
