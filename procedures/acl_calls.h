// The procedures of access control: sys.add_acl, sys.drop_acl, sys.list_acl.
#pragma once

#include <vector>

#include "procedures/catalogue.h"

namespace pegel::procedures {

std::vector<Procedure> AclProcedures();

}  // namespace pegel::procedures
