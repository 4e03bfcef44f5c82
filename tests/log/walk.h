// The judge of these tests: reads a log from record 1 and checks density, chain and anchor, and
// nothing else. replay/recover.h also folds; it is not used here, so that log/ can be tested alone.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "log/rocks_log.h"

namespace pegel::log {

// Where `log` ends. Error kDataLoss: the first record that is not what must stand there, by lsn.
absl::StatusOr<Head> Walk(const Log& log, const Head& anchor);

struct Booted {
  Head head;
  Head anchor;  // As found.
  std::unique_ptr<RocksLog> log;
};

// The boot protocol: read-only, judged, then for writing.
absl::StatusOr<Booted> BootUp(const RocksLogOptions& options);

// Only the first half of it: where the log ends, or why it is refused.
absl::StatusOr<Head> Judge(const RocksLogOptions& options);

}  // namespace pegel::log
