// `pegel status`: the answer to AskStatus for people and for programs.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "core/engine.h"

namespace pegel::tools {

// One JSON object on one line; its keys are a contract as in format.h.
std::string StatusJson(const Status& status);

// Names and values, with a warning in front while authorization is off.
std::string StatusTable(const Status& status);

}  // namespace pegel::tools
