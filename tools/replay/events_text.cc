#include "tools/replay/events_text.h"

#include "absl/strings/str_cat.h"
#include "tools/shell/change_text.h"

namespace pegel::tools {

void AddEvents(const std::vector<Event>& events, nlohmann::ordered_json* record) {
  (*record)["event_list"] = nlohmann::ordered_json::parse(EventsJson(events));
}

std::string EventLines(const std::vector<Event>& events) {
  std::string lines;
  for (const Event& event : events) absl::StrAppend(&lines, "    ", EventText(event), "\n");
  return lines;
}

}  // namespace pegel::tools
