#include "core/utf8.h"

#include <cstdint>

namespace pegel {
namespace {

uint8_t ByteAt(absl::string_view text, size_t i) { return static_cast<uint8_t>(text[i]); }

bool InRange(absl::string_view text, size_t i, uint8_t low, uint8_t high) {
  return i < text.size() && ByteAt(text, i) >= low && ByteAt(text, i) <= high;
}

}  // namespace

// The table of well-formed byte sequences of the Unicode standard (chapter 3, table 3-7).
size_t Utf8CharBytes(absl::string_view text) {
  if (text.empty()) return 0;
  uint8_t first = ByteAt(text, 0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return InRange(text, 1, 0x80, 0xBF) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    uint8_t low = first == 0xE0 ? 0xA0 : 0x80, high = first == 0xED ? 0x9F : 0xBF;
    return InRange(text, 1, low, high) && InRange(text, 2, 0x80, 0xBF) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    uint8_t low = first == 0xF0 ? 0x90 : 0x80, high = first == 0xF4 ? 0x8F : 0xBF;
    return InRange(text, 1, low, high) && InRange(text, 2, 0x80, 0xBF) &&
                   InRange(text, 3, 0x80, 0xBF)
               ? 4
               : 0;
  }
  return 0;
}

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    size_t bytes = Utf8CharBytes(text);
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

bool HasLineBreaker(absl::string_view text) {
  for (char c : text) {
    auto byte = static_cast<uint8_t>(c);
    if (byte < 0x20 || byte == 0x7F || c == '"' || c == ';') return true;
  }
  return false;
}

}  // namespace pegel
