#include "tools/shell/settings_text.h"

#include <nlohmann/json.hpp>

#include "tools/shell/format.h"

namespace pegel::tools {

using Json = nlohmann::ordered_json;

std::string SettingsJson(const std::vector<EffectiveSetting>& settings) {
  Json list = Json::array();
  for (const EffectiveSetting& setting : settings) {
    list.push_back({{"key", setting.key}, {"value", setting.value}, {"source", setting.source}});
  }
  Json json;
  json["settings"] = std::move(list);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string SettingsTable(const std::vector<EffectiveSetting>& settings) {
  Answer answer;
  answer.table.columns = {"key", "value", "source"};
  for (const EffectiveSetting& setting : settings) {
    answer.table.rows.push_back({setting.key, setting.value, setting.source});
  }
  return Print(answer, Format::kTable, /*is_quiet=*/true).out;
}

}  // namespace pegel::tools
