// Text for terminals: safe to print, and as wide as it looks.
#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace pegel::tools {

// Control characters as `\n`, `\t` or `\x1b`, bytes that are not UTF-8 as `\xff`: a value can
// neither break a table nor command a terminal.
std::string Printable(absl::string_view text);

// How many characters; that is the width, except for scripts whose letters are two columns wide.
size_t Width(absl::string_view printable);

}  // namespace pegel::tools
