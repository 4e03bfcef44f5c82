#include "core/acl/authorize.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/acl/text.h"

namespace pegel::acl {
namespace {

constexpr char kWildcard[] = "*";

bool HostMatches(const Host& block, const std::optional<Host>& host) {
  return block.is_any || (host.has_value() && Contains(block, *host));
}

bool OperationMatches(const Rule& rule, Operation requested) {
  if (rule.permission == Permission::kDeny) {
    return rule.operation == requested || rule.operation == Operation::kAll;
  }
  return Implies(rule.operation, requested);
}

Entry MakeEntry(const Resource& resource, const Principal& principal, const Rule& rule) {
  return Entry{resource, principal, rule.host, rule.operation, rule.permission};
}

bool IsSameIgnoringCase(const Principal& a, const Principal& b) {
  return absl::EqualsIgnoreCase(a.type, b.type) && absl::EqualsIgnoreCase(a.name, b.name);
}

bool IsSuperUser(const Security& security, const Principal& caller) {
  const absl::btree_set<Principal>& all = security.super_users;
  if (!security.ignores_case) return all.contains(caller);
  return std::any_of(all.begin(), all.end(),
                     [&](const Principal& one) { return IsSameIgnoringCase(one, caller); });
}

// Looks at the rules of one principal on one resource. True: a DENY decided, stop.
bool Weigh(const Resource& resource, const Principal& principal, const AclState::Rules& rules,
           const Request& request, Verdict* verdict) {
  for (const Rule& rule : rules) {
    if (!HostMatches(rule.host, request.host) || !OperationMatches(rule, request.operation)) {
      continue;
    }
    if (rule.permission == Permission::kDeny) {
      *verdict = Verdict{false, Basis::kDenied, MakeEntry(resource, principal, rule)};
      return true;
    }
    if (!verdict->is_allowed) {
      *verdict = Verdict{true, Basis::kAllowed, MakeEntry(resource, principal, rule)};
    }
  }
  return false;
}

// The same for every principal that speaks about the caller.
bool WeighAll(const Security& security, const Resource& resource,
              const AclState::ByPrincipal& by_principal, const Request& request, Verdict* verdict) {
  const std::array<Principal, 3> principals = {request.principal,
                                               Principal{request.principal.type, kWildcard},
                                               Principal{kWildcard, kWildcard}};
  if (security.ignores_case) {
    // The order of the entries is no help then: each is looked at.
    for (const auto& [principal, rules] : by_principal) {
      auto is_same = [&held = principal](const Principal& one) {
        return IsSameIgnoringCase(one, held);
      };
      bool speaks = std::any_of(principals.begin(), principals.end(), is_same);
      if (speaks && Weigh(resource, principal, rules, request, verdict)) return true;
    }
    return false;
  }
  for (const Principal& principal : principals) {
    auto it = by_principal.find(principal);
    if (it == by_principal.end()) continue;
    if (Weigh(resource, principal, it->second, request, verdict)) return true;
  }
  return false;
}

// Everything that Covers(pattern, resource) accepts, from the cluster down; `count` of them are
// used.
std::array<Resource, 7> PatternsFor(const Resource& resource, size_t* count) {
  const std::string& database = resource.database;
  const std::string& table = resource.table;
  std::array<Resource, 7> patterns;
  *count = 1;
  auto add = [&](const std::string& d, const std::string& t) {
    Resource pattern{d, t};
    for (size_t i = 0; i < *count; ++i) {
      if (patterns[i] == pattern) return;  // The resource is itself a wildcard.
    }
    patterns[(*count)++] = std::move(pattern);
  };
  if (database.empty()) return patterns;
  add(kWildcard, "");
  add(database, "");
  if (table.empty()) return patterns;
  for (const std::string& d : {std::string(kWildcard), database}) {
    for (const std::string& t : {std::string(kWildcard), table}) add(d, t);
  }
  return patterns;
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
  size_t count;
  const std::array<Resource, 7> patterns = PatternsFor(request.resource, &count);
  for (size_t i = 0; i < count; ++i) {
    const AclState::ByPrincipal* by_principal = acls.Find(patterns[i]);
    if (by_principal == nullptr) continue;
    if (WeighAll(security, patterns[i], *by_principal, request, &verdict)) return verdict;
  }
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
