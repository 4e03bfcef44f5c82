#include "tools/configure.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/boot/reducer.h"
#include "core/config/credentials.h"
#include "core/config/registry.h"
#include "tools/flat_yaml.h"
#include "tools/settings.h"

namespace pegel::tools {
namespace {

// A value and where it stood: `server.yaml:3`, `flag --listen`, `flag -D`, `default`.
struct Placed {
  std::string text;
  std::string source;
};
using ByKey = std::map<std::string, Placed>;

bool IsSetting(absl::string_view key) { return absl::StartsWith(key, kSettingPrefix); }

absl::Status Wrong(const std::string& source, absl::string_view key, absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat(source, ": key '", key, "': ", reason));
}

class Configurer {
 public:
  explicit Configurer(const Given& given) : given_(given) {}

  absl::StatusOr<ServerOptions> Run() {
    for (auto step : {&Configurer::TakeFile, &Configurer::TakeFlags, &Configurer::TakeDefinitions,
                      &Configurer::LandSettings, &Configurer::ShowStatics,
                      &Configurer::CheckStatics, &Configurer::CheckAuthorizer}) {
      absl::Status status = (this->*step)();
      if (!status.ok()) return status;
    }
    return std::move(options_);
  }

 private:
  absl::Status TakeFile();
  absl::Status TakeFlags();
  absl::Status TakeDefinitions();
  absl::Status LandSettings();
  absl::Status CheckStatics();
  absl::Status CheckAuthorizer();
  absl::Status Blame(const std::map<std::string, config::Value>& configs,
                     const std::string& reason);
  absl::Status ShowStatics();

  const Given& given_;
  ByKey settings_;
  ByKey statics_;
  ServerOptions options_;
};

absl::Status Configurer::TakeFile() {
  if (!given_.config_file.has_value()) return absl::OkStatus();
  if (given_.config_file->empty()) {
    return absl::InvalidArgumentError(
        "flag --config: expected the path of a server.yaml, found an empty text");
  }
  absl::StatusOr<std::vector<YamlEntry>> entries = ReadFlatYaml(*given_.config_file);
  if (!entries.ok()) return entries.status();
  for (YamlEntry& entry : *entries) {
    std::string source = absl::StrCat(*given_.config_file, ":", entry.line);
    bool is_setting = IsSetting(entry.key);
    if (is_setting && FindSetting(entry.key) == nullptr) {
      return Wrong(source, entry.key, absl::StrCat("no such setting", SuggestSetting(entry.key)));
    }
    (is_setting ? settings_ : statics_)[entry.key] = {std::move(entry.value), std::move(source)};
  }
  return absl::OkStatus();
}

absl::Status Configurer::TakeFlags() {
  for (const Setting& setting : Settings()) {
    auto flag = given_.flags.find(std::string(setting.flag));
    if (flag == given_.flags.end()) continue;
    settings_[std::string(setting.key)] = {flag->second, absl::StrCat("flag ", setting.flag)};
  }
  return absl::OkStatus();
}

absl::Status Configurer::TakeDefinitions() {
  std::map<std::string, std::string> defined;
  for (const std::string& definition : given_.definitions) {
    size_t equals = definition.find('=');
    if (equals == std::string::npos || equals == 0) {
      return absl::InvalidArgumentError("flag -D: expected key=value, found no '=' behind a key");
    }
    std::string key = definition.substr(0, equals);
    if (const Setting* setting = FindSetting(key)) {
      return Wrong("flag -D", key,
                   absl::StrCat("is a setting of its own; give it as ", setting->flag));
    }
    if (IsSetting(key)) {
      return Wrong("flag -D", key, absl::StrCat("no such setting", SuggestSetting(key)));
    }
    if (!defined.emplace(key, definition.substr(equals + 1)).second) {
      return Wrong("flag -D", key, "given twice; leave one out");
    }
  }
  for (auto& [key, text] : defined) statics_[key] = {std::move(text), "flag -D"};
  return absl::OkStatus();
}

absl::Status Configurer::LandSettings() {
  for (const Setting& setting : Settings()) {
    auto given = settings_.find(std::string(setting.key));
    bool is_given = given != settings_.end();
    Placed value = is_given ? given->second : Placed{std::string(setting.default_text), "default"};
    if (is_given) {
      absl::Status status = setting.land(value.text, options_);
      if (!status.ok()) return Wrong(value.source, setting.key, status.message());
    }
    options_.shown.push_back({std::string(setting.key), value.text, value.source});
  }
  return absl::OkStatus();
}

// Secrets are looked at only when they are sealed (tools/server.cc); but the one that has a form is
// told its line already here.
absl::Status Configurer::CheckStatics() {
  std::map<std::string, config::Value> open_ones;
  for (const auto& [key, value] : statics_) {
    options_.static_configs[key] = value.text;
    if (!config::IsSecret(key)) open_ones[key] = value.text;
    // A marker and a form of its own are told better where all secrets are sealed.
    if (key != config::kCredentialsKey || absl::StartsWith(value.text, "${")) continue;
    absl::Status status = config::ParseCredentials(value.text).status();
    if (!status.ok()) return Wrong(value.source, key, status.message());
  }
  config::Problem problem = boot::CheckStatics(World(), open_ones);
  return problem ? Blame(open_ones, problem->message) : absl::OkStatus();
}

// Rules that another authorizer keeps somewhere else would go unenforced in silence. Looked at here
// and not by the reducer: it is about this program, and logs fold without it.
absl::Status Configurer::CheckAuthorizer() {
  auto type = statics_.find("authorizer.type"), enabled = statics_.find("authorizer.enabled");
  if (type == statics_.end() || type->second.text == "default") return absl::OkStatus();
  bool is_on = enabled != statics_.end() && absl::EqualsIgnoreCase(enabled->second.text, "true");
  if (!is_on) return absl::OkStatus();
  return Wrong(type->second.source, type->first,
               absl::StrCat("expected 'default', found '", type->second.text,
                            "'; Pegel has an authorizer of its own and no plugins"));
}

// Which key is wrong: one that is refused by itself, in the same words; else the one that the words
// name, because it does not go together with another.
absl::Status Configurer::Blame(const std::map<std::string, config::Value>& configs,
                               const std::string& reason) {
  for (const auto& [key, value] : configs) {
    config::Problem alone = boot::CheckStatics(World(), {{key, value}});
    if (alone && alone->message == reason) return Wrong(statics_.at(key).source, key, reason);
  }
  return AtItsPlace(options_.shown, absl::InvalidArgumentError(reason));
}

absl::Status Configurer::ShowStatics() {
  for (const auto& [key, value] : statics_) {
    options_.shown.push_back({key, config::IsSecret(key) ? "******" : value.text, value.source});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ServerOptions> Configure(const Given& given) { return Configurer(given).Run(); }

}  // namespace pegel::tools
