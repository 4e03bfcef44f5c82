#include "core/config/shown.h"

#include "absl/strings/str_cat.h"

namespace pegel::config {
namespace {

constexpr size_t kWholeBytesMax = 256, kStartBytes = 64;

bool IsInsideCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::string Shown(absl::string_view value) {
  if (value.size() <= kWholeBytesMax) return std::string(value);
  size_t cut = kStartBytes;
  // A character has at most three bytes behind its first; more are no UTF-8 and cut anywhere.
  while (cut > kStartBytes - 3 && IsInsideCharacter(value[cut])) --cut;
  return absl::StrCat(value.substr(0, cut), "… (", value.size(), " bytes)");
}

}  // namespace pegel::config
