// The users of security.sasl.plain.credentials: `user:password` pairs, a map of the value grammar.
//
// The server checks and seals them before they become a command; the reducer sees names only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/config/map.h"

namespace pegel::config {

inline constexpr absl::string_view kCredentialsKey = "security.sasl.plain.credentials";

// Pairs in the order given. Errors (kInvalidArgument) are Fluss's texts (procedures.md 3.2) and
// never hold a password.
absl::StatusOr<std::vector<MapEntry>> ParseCredentials(absl::string_view text);

// What is wrong with a user's name, or nothing: letters, digits and `_` are allowed, and no more.
std::optional<std::string> BadUserName(absl::string_view name);

}  // namespace pegel::config
