// The append-only log: an interface with one contract and two implementations (RocksLog,
// MemoryLog).
//
// It stores groups of encoded records (log/group.h) keyed by the lsn of their first record. It
// knows neither Worlds nor commands. The contract allows a replicated log behind it: an append may
// finish later and elsewhere, and may be refused.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/ids.h"

namespace pegel::log {

// Where a log ends: the lsn and chain hash of its last record. A new log: 0 and zeros.
struct Head {
  Lsn lsn;
  Hash256 chain{};
  bool operator==(const Head&) const = default;
};

// One write: the records after the current head through `head`, encoded and packed.
struct Group {
  Lsn first;
  Head head;
  std::string bytes;  // log/group.h
};

// Walks groups in lsn order. Not thread-safe; the log must outlive it.
class Reader {
 public:
  virtual ~Reader() = default;
  // The next group's first lsn (from its key) and bytes; the view holds until the next call.
  // False at the end. Error kDataLoss: what stands there is not readable, with the lsn.
  virtual absl::StatusOr<bool> Next(Lsn* first, absl::string_view* bytes) = 0;
};

class Log {
 public:
  virtual ~Log() = default;

  // Appends one group; `done` is called exactly once, from any thread, possibly before Append
  // returns. OK: the group is durable and the anchor says so; it may be acknowledged. An error:
  // nothing may be acknowledged and nothing may be appended any more; what is on disk is found at
  // the next boot. One append at a time; a group that does not start behind the head stops the
  // process.
  virtual void Append(const Group& group, std::function<void(absl::Status)> done) = 0;

  // Reads groups from the one that holds `from` on, up to the head as of this call. Any thread,
  // also during an append.
  virtual absl::StatusOr<std::unique_ptr<Reader>> Read(Lsn from) const = 0;
};

}  // namespace pegel::log
