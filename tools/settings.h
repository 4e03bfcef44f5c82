// Pegel's own settings, as one table: what pegeld takes as a flag and as a `pegel.` key of
// server.yaml. Help, checks, defaults and `pegel config effective` all come from it, so a new
// setting is one row.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tools/server_options.h"

namespace pegel::tools {

struct Setting {
  absl::string_view key;           // `pegel.line-max`
  absl::string_view flag;          // `--line-max`
  absl::string_view type;          // For help: DIR, FILE, HOST:PORT, DURATION, SIZE, BOOL or N.
  absl::string_view default_text;  // Empty: none.
  absl::string_view help;
  // Checks a value and puts it where it belongs. Errors say what was expected and found; where it
  // stood is added by who knows.
  absl::Status (*land)(const std::string& text, ServerOptions& options);

  bool is_switch() const { return type == "BOOL"; }  // `--x` and `--no-x` instead of `--x VALUE`.
};

// Every key of Pegel's own begins so; all other keys of server.yaml are static configs.
inline constexpr absl::string_view kSettingPrefix = "pegel.";

absl::Span<const Setting> Settings();

// Null when there is none of this key.
const Setting* FindSetting(absl::string_view key);

// `; did you mean 'pegel.…'?`, or where to find all keys.
std::string SuggestSetting(absl::string_view key);

}  // namespace pegel::tools
