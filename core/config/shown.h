// How errors show a value that may be long.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace pegel::config {

// Whole up to 256 bytes; else the first 64 bytes (fewer rather than part of a UTF-8 character), `…`
// and the length: `aaaa… (300 bytes)`.
std::string Shown(absl::string_view value);

}  // namespace pegel::config
