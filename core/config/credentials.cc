#include "core/config/credentials.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/config/grammar.h"

namespace pegel::config {
namespace {

bool IsBadInPassword(char c) {
  constexpr absl::string_view kBad = ",:\"\\;";
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || kBad.find(c) != kBad.npos;
}

absl::Status CheckPassword(const MapEntry& entry, size_t index) {
  const auto& [name, password] = entry;
  if (std::none_of(password.begin(), password.end(), IsBadInPassword)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      kCredentialsKey, "[", index, "]: password for user '", name,
      "' contains invalid characters. Commas, colons, quotes, semicolons, backslashes, and control "
      "characters are not allowed."));
}

}  // namespace

std::optional<std::string> BadUserName(absl::string_view name) {
  bool is_word = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '_';
  });
  if (is_word) return std::nullopt;
  return absl::StrCat(kCredentialsKey, ": username '", Shown(name),
                      "' contains invalid characters. Only letters, digits, and underscores are "
                      "allowed.");
}

absl::StatusOr<std::vector<MapEntry>> ParseCredentials(absl::string_view text) {
  absl::StatusOr<std::vector<MapEntry>> entries = ParseMap(text);
  if (!entries.ok()) {
    // The grammar's reason may quote a piece of the text, so it stays out.
    return absl::InvalidArgumentError(
        absl::StrCat("Failed to parse ", kCredentialsKey,
                     ": expected user:password pairs between commas, no user twice."));
  }
  for (size_t i = 0; i < entries->size(); ++i) {
    const MapEntry& entry = (*entries)[i];
    // What is taken for a name may be a password that was quoted wrongly: it is not shown.
    if (BadUserName(entry.first).has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(
          kCredentialsKey, ": username at index ", i,
          " contains invalid characters. Only letters, digits, and underscores are allowed."));
    }
    if (absl::Status status = CheckPassword(entry, i); !status.ok()) return status;
  }
  return entries;
}

}  // namespace pegel::config
