// UTF-8, strictly: shortest forms only, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>

#include "absl/strings/string_view.h"

namespace pegel {

// Bytes of the character that starts at `text[0]`, 1 to 4; 0 when no well-formed one starts there.
size_t Utf8CharBytes(absl::string_view text);

bool IsUtf8(absl::string_view text);

// What a name must not hold anywhere: ASCII control characters, `"`, `;`. They would break the line
// format of list_acl, which does not escape (procedures.md Q4).
bool HasLineBreaker(absl::string_view text);

}  // namespace pegel
