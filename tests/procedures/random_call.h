// Commands as wild as their parsers let through.
#pragma once

#include "core/command.h"
#include "tests/support/random.h"

namespace pegel::procedures {

// Any command that a CALL can make: names with every letter that trips readers of SQL, names of the
// longest size, hosts of every block size, filters with every combination of open fields, lists of
// config keys and pairs, with nulls. No secrets: they do not print as they are.
Command RandomCall(testing::Random& random);

}  // namespace pegel::procedures
