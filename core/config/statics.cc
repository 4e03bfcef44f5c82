// Static values: what server.yaml says.
#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/config/grammar.h"
#include "core/config/reducer.h"
#include "core/config/registry.h"
#include "core/config/resets.h"
#include "core/config/rules.h"

namespace pegel::config {
namespace {

// Keys that Fluss reads by their beginning (procedures.md 4) and that no table knows one by one.
constexpr absl::string_view kFamilies[] = {
    "abfs.", "abfss.", "cosn.",   "datalake.", "dfs.",
    "fs.",   "gs.",    "hadoop.", "hdfs.",     "metrics.reporter.",
    "obs.",  "oss.",   "s3.",     "s3a.",      "wasb.",
};

bool IsOfAFamily(absl::string_view key) {
  bool is_provider_parameter =
      absl::StartsWith(key, "config.providers.") && absl::StrContains(key, ".param.");
  bool is_login = absl::StartsWith(key, "security.sasl.") && absl::EndsWith(key, ".jaas.config");
  return is_provider_parameter || is_login ||
         std::any_of(std::begin(kFamilies), std::end(kFamilies), [&](absl::string_view prefix) {
           return absl::StartsWith(key, prefix) && key.size() > prefix.size();
         });
}

Problem CheckStatic(const std::string& key, const Value& value) {
  if (FindOption(key) == nullptr && !IsOfAFamily(key)) {
    return ConfigProblem(absl::StrCat("No ConfigOption found for config key: ", Shown(key)));
  }
  if (Problem problem = CheckKeyText(key)) return problem;
  const auto* text = std::get_if<std::string>(&value);
  if (text != nullptr && IsMarker(*text)) {
    return ConfigProblem(absl::StrCat("Config provider markers (${...}) are not supported: key '",
                                      key, "'. Write the value itself."));
  }
  return CheckForm(key, value);
}

}  // namespace

Problem CheckStatics(const ConfigState& state, const std::map<std::string, Value>& statics) {
  for (const auto& [key, value] : statics) {
    if (Problem problem = CheckStatic(key, value)) return problem;
  }
  Draft draft(state, statics);
  if (Problem problem = CheckStartBounds(draft)) return problem;
  // Before and after are the same: what an operator took out of server.yaml is gone on purpose.
  return CheckRules(draft, draft);
}

void ReplaceStatics(ConfigState& state, const std::map<std::string, Value>& statics, Lsn lsn) {
  std::map<std::string, StaticEntry> before = std::exchange(state.statics, {});
  for (const auto& [key, value] : statics) {
    auto was = before.find(key);
    bool is_same = was != before.end() && was->second.value == value;
    state.statics.emplace(key, StaticEntry{value, is_same ? was->second.changed : lsn});
    // A value that stays says nothing of a reset that came after it.
    if (!is_same) state.resets.erase(key);
    if (was != before.end()) before.erase(was);
  }
  for (const auto& [key, gone] : before) {
    if (!state.dynamics.contains(key)) RememberReset(state, key, lsn);
  }
}

}  // namespace pegel::config
