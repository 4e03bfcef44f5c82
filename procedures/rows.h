// Result → rows, as the seed promises them (seed.txt "Returns", procedures.md 1.1 and 1.2).
#pragma once

#include "core/command.h"
#include "core/outcome.h"
#include "procedures/table.h"

namespace pegel::procedures {

// Done: one row `success`. AclEntries: one line per entry, sorted by the bytes of the line.
// Column `result` in both. ConfigEntries: columns config_key, config_value, config_source; secrets
// masked. ServerRows: columns id, rack, address, live (true, false), tag, epoch, replicas, leaders,
// in_sync, by id; a rack or tag that is not there is NULL. ServerTagRows: columns id, tag.
// TableRows: columns id, table, buckets, replication, partitions (NULL: not partitioned), by path.
// BucketRows: columns table, partition (NULL: none), bucket, leader (NULL: leaderless), replicas,
// in_sync, leader_epoch, bucket_epoch, bytes, key. ReportJudged: columns part, index, code,
// message, one row for each item that was refused.
Table ToTable(const Result& result);

// The rows of an accepted change of configs: a sentence of Fluss's for each, values included,
// secrets masked (procedures.md 1.2).
Table ToTable(const AlterConfigs& alter);

}  // namespace pegel::procedures
