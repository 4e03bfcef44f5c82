// When snapshots are taken and how many are kept.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pegel::tools {

struct SnapshotOptions {
  // A snapshot is due when either has passed since the last one, and there is a record since then.
  size_t interval_records = 100'000;  // At most a second of folding at the next start.
  int64_t interval_ms = 3'600'000;
  size_t keep = 2;  // The newest one may turn out bad.
};

}  // namespace pegel::tools
