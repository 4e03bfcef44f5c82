// `pegel config effective`: what the server runs with, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "core/ports.h"

namespace pegel::tools {

// `{"settings":[{"key","value","source"}…]}` on one line; a contract as in format.h.
std::string SettingsJson(const std::vector<EffectiveSetting>& settings);

// One line each.
std::string SettingsTable(const std::vector<EffectiveSetting>& settings);

}  // namespace pegel::tools
