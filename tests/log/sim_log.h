// A RocksLog on a simulated disk, and what to write into it.
#pragma once

#include <string>
#include <vector>

#include "log/rocks_log.h"
#include "tests/sim/disk_image.h"
#include "tests/sim/sim_disk.h"

namespace pegel::log {

// A log in /data of `disk`, with RocksDB's smallest write buffer, so that tables are written now
// and then. What it warns of is appended to `warnings`.
RocksLogOptions SimOptions(pegel::testing::SimDisk& disk);

// `count` records behind `after` as one group; some are so large that a dozen of them fill the
// write buffer. Adds the chain hash of each record to `chains`.
Group SimGroup(const Head& after, uint64_t count, std::vector<Hash256>* chains);

// Appends and waits for the answer; checks that there is exactly one.
absl::Status AppendAndWait(Log& log, const Group& group);

// Where a log of `chains` ends at `lsn`; zeros for 0.
Head HeadAt(const std::vector<Hash256>& chains, Lsn lsn);

}  // namespace pegel::log
