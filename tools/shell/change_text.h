// One change for people and for programs.
#pragma once

#include <string>

#include "core/change.h"

namespace pegel::tools {

// One JSON object on one line; its keys are a contract as in format.h:
//   {"lsn":N,"time":"…","principal":"…","host":"…","events":[{"event":"acl_added",…}…]}
std::string ChangeJson(const ChangeSet& change);

// One line per event: lsn, time, who, what.
std::string ChangeLines(const ChangeSet& change);

}  // namespace pegel::tools
