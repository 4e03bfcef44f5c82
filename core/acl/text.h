// The text forms of access control, as procedures take and print them (procedures.md 1.1,
// decisions.md).
//
// Every parser accepts exactly what the rulings list, and its error (kInvalidArgument) says what
// was found and what is expected. Printing is canonical: print(parse(x)) is a fixed point.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/acl/model.h"

namespace pegel::acl {

// `ALLOW` or `DENY`, any case.
absl::StatusOr<Permission> ParsePermission(absl::string_view text);
absl::string_view ToText(Permission permission);

// `ALL, READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, CLUSTER_ACTION, IDEMPOTENT_WRITE`, any case;
// `DROP` is read as `DELETE`.
absl::StatusOr<Operation> ParseOperation(absl::string_view text);
absl::string_view ToText(Operation operation);

// `cluster` (any case), `[cluster.]db`, `[cluster.]db.table`. A leading piece `cluster` is always
// the prefix. A piece is 1 to 255 bytes of UTF-8 without blanks, control characters, quotes or `;`;
// `*` only as a whole piece. Printed as `cluster`, `cluster.db`, `cluster.db.table`.
absl::StatusOr<Resource> ParseResource(absl::string_view text);
std::string ToText(const Resource& resource);

// `*`, an IPv4 or IPv6 address, or a block `address/bits` whose bits behind the prefix are zero.
absl::StatusOr<Host> ParseHost(absl::string_view text);
std::string ToText(const Host& host);

// True for the filter word `ANY` in any case.
bool IsAny(absl::string_view text);

// `resource="…";permission="…";principal="…";operation="…";host="…"`, the line of list_acl.
std::string ToText(const Entry& entry);

}  // namespace pegel::acl
