// Result → rows, as the seed promises them (seed.txt "Returns", procedures.md 1.1).
#pragma once

#include "core/outcome.h"
#include "procedures/table.h"

namespace pegel::procedures {

// Done: one row `success`. AclEntries: one line per entry, sorted by the bytes of the line.
// Column `result` in both.
Table ToTable(const Result& result);

}  // namespace pegel::procedures
