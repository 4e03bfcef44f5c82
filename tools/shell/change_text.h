// One change for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "core/change.h"

namespace pegel::tools {

// One JSON object on one line; its keys are a contract as in format.h:
//   {"lsn":N,"time":"…","principal":"…","host":"…","events":[{"event":"acl_added",…}…]}
std::string ChangeJson(const ChangeSet& change);

// One line per event: lsn, time, who, what.
std::string ChangeLines(const ChangeSet& change);

// The events alone, as above: a JSON array on one line without its end, and what one says.
std::string EventsJson(const std::vector<Event>& events);
std::string EventText(const Event& event);

}  // namespace pegel::tools
