// Errors that say where: `line L, column C: …`.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "core/error.h"
#include "procedures/statement.h"

namespace pegel::procedures {

std::string ToText(Position position);  // `line 1, column 23`

Error ErrorAt(Position position, ErrorCode code, absl::string_view message);

std::string UPlus(uint32_t code_point);  // `U+00A0`

// A name as an error shows it: control characters by number, and cut to 64 characters, so that no
// input can flood or disturb a terminal. Quoted: the same in single quotes.
std::string Shown(absl::string_view name);
std::string Quoted(absl::string_view name);

}  // namespace pegel::procedures
