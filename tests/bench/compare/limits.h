// What the disk and RocksDB allow, without a server: one thread that writes batch after batch.
#pragma once

#include <string>

#include "tests/bench/compare/measured.h"

namespace pegel::testing {

enum class Limit {
  kPlainFile,  // The bytes of the records appended to a file, then fdatasync.
  kRocksDb,    // The same bytes as one value, a synchronous Put with the log's options.
  kLog,        // The log's layer alone: encode, chain, Put, anchor.
};

// Records a second, and how long a batch took. In `directory`, which is the caller's to remove.
Measured MeasureLimit(Limit limit, int batch, double seconds, const std::string& directory);

// Of one add_acl in the log.
size_t RecordBytes();

}  // namespace pegel::testing
