#include "core/acl/authorize.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/acl/match.h"
#include "core/acl/text.h"

namespace pegel::acl {
namespace {

constexpr char kWildcard[] = "*";

bool IsSuperUser(const Security& security, const Principal& caller) {
  const absl::btree_set<Principal>& all = security.super_users;
  if (!security.ignores_case) return all.contains(caller);
  return std::any_of(all.begin(), all.end(),
                     [&](const Principal& one) { return IsSameIgnoringCase(one, caller); });
}

}  // namespace

bool Implies(Operation granted, Operation requested) {
  if (granted == requested || granted == Operation::kAll) return true;
  if (requested == Operation::kIdempotentWrite) return granted == Operation::kWrite;
  if (requested != Operation::kDescribe) return false;
  return granted >= Operation::kRead && granted <= Operation::kAlter;
}

bool Covers(const Resource& pattern, const Resource& resource) {
  auto piece = [](const std::string& p, const std::string& name) {
    return p == name || p == kWildcard;
  };
  if (pattern.database.empty()) return true;
  if (resource.database.empty() || !piece(pattern.database, resource.database)) return false;
  if (pattern.table.empty()) return true;
  return !resource.table.empty() && piece(pattern.table, resource.table);
}

bool Contains(const Host& block, const Host& host) {
  if (block.is_any) return true;
  if (host.is_any || host.prefix_bits < block.prefix_bits) return false;
  int whole_bytes = block.prefix_bits / 8, rest = block.prefix_bits % 8;
  for (int i = 0; i < whole_bytes; ++i) {
    if (block.address[i] != host.address[i]) return false;
  }
  if (rest == 0) return true;
  return (block.address[whole_bytes] ^ host.address[whole_bytes]) >> (8 - rest) == 0;
}

Request RequestOf(const Author& author, Operation operation, Resource resource) {
  absl::StatusOr<Host> host = ParseHost(author.host);
  return Request{author.principal, host.ok() ? std::optional<Host>(*host) : std::nullopt, operation,
                 std::move(resource)};
}

Verdict Authorize(const Security& security, const AclState& acls, const Request& request) {
  if (!security.authorizer_enabled) return Verdict{true, Basis::kAuthorizerDisabled, {}};
  if (IsSuperUser(security, request.principal)) return Verdict{true, Basis::kSuperUser, {}};
  Verdict verdict;
  VisitCandidates(security, acls, request, [&](const Candidate& candidate) {
    if (!HostMatches(candidate.rule.host, request.host)) return true;
    bool is_deny = candidate.rule.permission == Permission::kDeny;
    if (is_deny) {
      verdict = Verdict{false, Basis::kDenied, EntryOf(candidate)};
    } else if (!verdict.is_allowed) {
      verdict = Verdict{true, Basis::kAllowed, EntryOf(candidate)};
    }
    return !is_deny;
  });
  return verdict;
}

std::string DenialText(const Request& request) {
  const Resource& resource = request.resource;
  absl::string_view type = resource.database.empty() ? "CLUSTER"
                           : resource.table.empty()  ? "DATABASE"
                                                     : "TABLE";
  std::string name = resource.database.empty() ? "fluss-cluster"
                     : resource.table.empty()
                         ? resource.database
                         : absl::StrCat(resource.database, ".", resource.table);
  return absl::StrCat("Principal FlussPrincipal{name='", request.principal.name, "', type='",
                      request.principal.type, "'} have no authorization to operate ",
                      ToText(request.operation), " on resource Resource{type=", type, ", name='",
                      name, "'} ");
}

}  // namespace pegel::acl
