// The procedures of tablet servers: sys.add_server_tag, sys.remove_server_tag,
// sys.list_server_tags, sys.list_servers.
#pragma once

#include <vector>

#include "procedures/catalogue.h"

namespace pegel::procedures {

std::vector<Procedure> TagProcedures();

}  // namespace pegel::procedures
