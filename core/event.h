// Every event: one fact that became true. Decide returns them, Evolve applies them and cannot fail.
#pragma once

#include <map>
#include <string>
#include <variant>

#include "core/acl/model.h"
#include "core/command.h"
#include "core/ids.h"

namespace pegel {

struct Booted {
  Boot boot;
};

struct AclAdded {
  acl::Entry entry;
};

struct AclDropped {
  acl::Entry entry;
};

using Event = std::variant<Booted, AclAdded, AclDropped>;

}  // namespace pegel
