#include "core/principal.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/limits.h"
#include "core/utf8.h"

namespace pegel {
namespace {

absl::Status Malformed(absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(
      "principal must be in format PrincipalType:PrincipalName, found '", text, "': ", why));
}

// Empty when `piece` is a good type or name.
absl::string_view ProblemOf(absl::string_view piece) {
  if (piece.empty()) return "type and name must not be empty";
  if (piece.size() > kNameBytesMax) return "type and name are limited to 255 bytes each";
  if (piece.front() == ' ' || piece.back() == ' ') return "blanks around type or name";
  if (!IsUtf8(piece)) return "not UTF-8";
  if (HasLineBreaker(piece)) return "control characters, '\"' and ';' are not allowed";
  return "";
}

}  // namespace

std::string ToText(const Principal& principal) {
  return absl::StrCat(principal.type, ":", principal.name);
}

absl::StatusOr<Principal> ParsePrincipal(absl::string_view text) {
  if (absl::EqualsIgnoreCase(text, "ALL")) return Principal{"*", "*"};
  size_t colon = text.find(':');
  if (colon == absl::string_view::npos) return Malformed(text, "there is no ':'");
  absl::string_view type = text.substr(0, colon), name = text.substr(colon + 1);
  if (name.find(':') != absl::string_view::npos) return Malformed(text, "more than one ':'");
  for (absl::string_view piece : {type, name}) {
    absl::string_view problem = ProblemOf(piece);
    if (!problem.empty()) return Malformed(text, problem);
  }
  if (type == "*" && name != "*") {
    return Malformed(text,
                     "type '*' goes only with name '*' (everyone); write 'User:*' for all users");
  }
  return Principal{std::string(type), std::string(name)};
}

}  // namespace pegel
