// What a record made true, behind the record in a dump: so that who counts by other means than
// Pegel's fold can count.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/event.h"

namespace pegel::tools {

// Adds the key `event_list`, after all others, with the objects that `pegel watch` prints.
void AddEvents(const std::vector<Event>& events, nlohmann::ordered_json* record);

// One indented line for each.
std::string EventLines(const std::vector<Event>& events);

}  // namespace pegel::tools
