#include "procedures/place.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/utf8.h"

namespace pegel::procedures {
namespace {

constexpr size_t kShownCharsMax = 64;

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

std::string ToText(Position position) {
  return absl::StrCat("line ", position.line, ", column ", position.column);
}

Error ErrorAt(Position position, ErrorCode code, absl::string_view message) {
  return Error{code, absl::StrCat(ToText(position), ": ", message)};
}

std::string UPlus(uint32_t code_point) {
  std::string digits = absl::StrCat(absl::Hex(code_point, absl::kZeroPad4));
  return absl::StrCat("U+", absl::AsciiStrToUpper(digits));
}

std::string Shown(absl::string_view name) {
  std::string text;
  for (size_t chars = 0; !name.empty(); ++chars) {
    if (chars == kShownCharsMax) return text + "…";
    size_t bytes = std::max<size_t>(1, Utf8CharBytes(name));
    if (IsControl(name[0])) {
      absl::StrAppend(&text, "<", UPlus(static_cast<uint8_t>(name[0])), ">");
    } else {
      absl::StrAppend(&text, name.substr(0, bytes));
    }
    name.remove_prefix(bytes);
  }
  return text;
}

std::string Quoted(absl::string_view name) { return absl::StrCat("'", Shown(name), "'"); }

}  // namespace pegel::procedures
