// Who: principals, and the author of a record.
#pragma once

#include <compare>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pegel {

// Somebody who can call, e.g. type "User", name "Alice". Case is significant in both parts, but for
// an authorizer that was told to ignore it (core/acl/authorize.h).
// In an ACL entry the name may be "*" (everyone of that type), and both may be "*" (everyone).
struct Principal {
  std::string type;
  std::string name;
  auto operator<=>(const Principal&) const = default;
};

// `Type:Name`, the form of every listing.
std::string ToText(const Principal& principal);

// Parses `Type:Name` or `ALL` (any case: `*:*`). Exactly two non-empty pieces, each at most 255
// bytes of UTF-8 without control characters, `"`, `;` or blanks at its ends; type `*` goes only
// with name `*`. `ANY` is a filter word and not a principal. Errors: kInvalidArgument, starting
// with Fluss's text `principal must be in format PrincipalType:PrincipalName` (procedures.md 1.1).
absl::StatusOr<Principal> ParsePrincipal(absl::string_view text);

// Who made a call and from which address. Fixed by net/ before the call reaches the line; `host` is
// the peer's IP address as text, empty for the server itself.
struct Author {
  Principal principal;
  std::string host;
  auto operator<=>(const Author&) const = default;
};

}  // namespace pegel
