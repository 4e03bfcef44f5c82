#include "tools/shell/printable.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "core/utf8.h"

namespace pegel::tools {
namespace {

std::string Escape(char c) {
  switch (c) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
  }
  return absl::StrCat("\\x", absl::Hex(static_cast<uint8_t>(c), absl::kZeroPad2));
}

// C0, DEL, and the C1 controls U+0080 to U+009F, which some terminals obey.
bool IsControl(absl::string_view character) {
  auto byte = [&](size_t i) { return static_cast<uint8_t>(character[i]); };
  if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7F;
  return character.size() == 2 && byte(0) == 0xC2 && byte(1) < 0xA0;
}

}  // namespace

std::string Printable(absl::string_view text) {
  std::string printable;
  while (!text.empty()) {
    size_t bytes = Utf8CharBytes(text);
    absl::string_view character = text.substr(0, std::max<size_t>(1, bytes));
    if (bytes > 0 && !IsControl(character)) {
      absl::StrAppend(&printable, character);
    } else {
      for (char c : character) printable += Escape(c);
    }
    text.remove_prefix(character.size());
  }
  return printable;
}

size_t Width(absl::string_view printable) {
  return static_cast<size_t>(std::count_if(printable.begin(), printable.end(), [](char c) {
    return (static_cast<uint8_t>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace pegel::tools
