// What the value grammar takes for a blank: every byte up to 0x20, as Java's trim does.
#pragma once

#include "absl/strings/string_view.h"

namespace pegel::config {

inline bool IsBlank(char c) { return static_cast<unsigned char>(c) <= 0x20; }

inline absl::string_view StripBlanks(absl::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace pegel::config
