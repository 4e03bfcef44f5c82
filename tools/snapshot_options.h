// When snapshots are taken and how many are kept; how much of the log is kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace pegel::tools {

// tools/retention.h
struct RetentionOptions {
  size_t records = 0;      // That stay in the log at least; 0: all, for ever.
  std::string export_dir;  // Where those that go are exported to; needed with `records`.
};

struct SnapshotOptions {
  // A snapshot is due when either has passed since the last one, and there is a record since then.
  size_t interval_records = 100'000;  // At most a second of folding at the next start.
  int64_t interval_ms = 3'600'000;
  size_t keep = 2;  // The newest one may turn out bad.
  RetentionOptions retention;
};

}  // namespace pegel::tools
