// Who may do what. Pure: same inputs, same answer, same reason.
//
// Order: authorization off -> yes; super user -> yes; any matching DENY -> no; any matching ALLOW
// -> yes; else no. An entry matches when
//   resource   it is the requested one, an ancestor (cluster, database of the table), or a wildcard
//              (`*`, `*.*`, `db.*`) that covers it;
//   principal  it is the caller, `<type>:*`, or `*:*`; upper and lower case are one when
//              `security.acl.principal.ignore-case` says so, for super users too;
//   host       its block contains the caller's address;
//   operation  it is the requested one, or ALL; an ALLOW also when it implies the requested one:
//   READ,
//              WRITE, CREATE, DELETE and ALTER imply DESCRIBE, WRITE implies IDEMPOTENT_WRITE.
// A DENY never uses implication and never grants. Where the rules come from: decisions.md "ACLs",
// procedures.md 2.3 and 2.6. tests/core/authorize_test.cc walks a small universe exhaustively.
#pragma once

#include <optional>
#include <string>

#include "core/acl/model.h"
#include "core/acl/state.h"
#include "core/moment.h"

namespace pegel::acl {

// The switches that come from the static configs. Owned by the World.
struct Security {
  bool authorizer_enabled = false;  // Fluss's default: everyone may do everything.
  bool ignores_case = false;        // Of the letters A to Z in principals.
  absl::btree_set<Principal> super_users;
  bool operator==(const Security&) const = default;
};

struct Request {
  Principal principal;
  std::optional<Host> host;  // The caller's single address; unset matches only `*`.
  Operation operation = Operation::kAll;
  Resource resource;
};

enum class Basis : uint8_t { kAuthorizerDisabled, kSuperUser, kAllowed, kDenied, kNoMatch };

// The answer and why: for kAllowed and kDenied `entry` is the first deciding one, looked for from
// the cluster down.
struct Verdict {
  bool is_allowed = false;
  Basis basis = Basis::kNoMatch;
  std::optional<Entry> entry;
};

// What `author` asks. A host that is no address is unset.
Request RequestOf(const Author& author, Operation operation, Resource resource);

Verdict Authorize(const Security& security, const AclState& acls, const Request& request);

// Fluss's sentence for a refusal, its trailing blank included (procedures.md 2.3 step 8).
std::string DenialText(const Request& request);

// True when an ALLOW of `granted` is enough for `requested`.
bool Implies(Operation granted, Operation requested);

// True when an entry on `pattern` speaks about `resource`.
bool Covers(const Resource& pattern, const Resource& resource);

// True when the single address `host` lies in `block`.
bool Contains(const Host& block, const Host& host);

}  // namespace pegel::acl
