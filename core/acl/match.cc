#include "core/acl/match.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"

namespace pegel::acl {
namespace {

constexpr char kWildcard[] = "*";

bool OperationMatches(const Rule& rule, Operation requested) {
  if (rule.permission == Permission::kDeny) {
    return rule.operation == requested || rule.operation == Operation::kAll;
  }
  return Implies(rule.operation, requested);
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

// Those of which an entry may speak, when it speaks of the caller.
std::array<Principal, 3> PrincipalsOf(const Principal& caller) {
  return {caller, Principal{caller.type, kWildcard}, Principal{kWildcard, kWildcard}};
}

using Visitor = absl::FunctionRef<bool(const Candidate&)>;

// Visits the rules of one principal on one resource. False: the visitor has seen enough.
bool VisitRules(const Resource& resource, const Principal& principal, const AclState::Rules& rules,
                Operation requested, Visitor visit) {
  for (const Rule& rule : rules) {
    if (!OperationMatches(rule, requested)) continue;
    if (!visit(Candidate{resource, principal, rule})) return false;
  }
  return true;
}

// The same for every principal that speaks about the caller.
bool VisitPrincipals(const Security& security, const Resource& resource,
                     const AclState::ByPrincipal& by_principal, const Request& request,
                     Visitor visit) {
  if (security.ignores_case) {
    // The order of the entries is no help then: each is looked at.
    for (const auto& [principal, rules] : by_principal) {
      bool speaks = SpeaksOf(security, principal, request.principal);
      if (speaks && !VisitRules(resource, principal, rules, request.operation, visit)) return false;
    }
    return true;
  }
  for (const Principal& principal : PrincipalsOf(request.principal)) {
    auto it = by_principal.find(principal);
    if (it == by_principal.end()) continue;
    if (!VisitRules(resource, principal, it->second, request.operation, visit)) return false;
  }
  return true;
}

}  // namespace

bool SpeaksOf(const Security& security, const Principal& held, const Principal& caller) {
  const std::array<Principal, 3> all = PrincipalsOf(caller);
  return std::any_of(all.begin(), all.end(), [&](const Principal& one) {
    return security.ignores_case ? IsSameIgnoringCase(one, held) : one == held;
  });
}

bool IsSameIgnoringCase(const Principal& a, const Principal& b) {
  return absl::EqualsIgnoreCase(a.type, b.type) && absl::EqualsIgnoreCase(a.name, b.name);
}

bool HostMatches(const Host& block, const std::optional<Host>& host) {
  return block.is_any || (host.has_value() && Contains(block, *host));
}

void VisitCandidates(const Security& security, const AclState& acls, const Request& request,
                     absl::FunctionRef<bool(const Candidate&)> visit) {
  size_t count;
  const std::array<Resource, 7> patterns = PatternsFor(request.resource, &count);
  for (size_t i = 0; i < count; ++i) {
    const AclState::ByPrincipal* by_principal = acls.Find(patterns[i]);
    if (by_principal == nullptr) continue;
    if (!VisitPrincipals(security, patterns[i], *by_principal, request, visit)) return;
  }
}

}  // namespace pegel::acl
