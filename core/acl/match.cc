#include "core/acl/match.h"

#include <array>

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

}  // namespace

bool HostMatches(const Host& block, const std::optional<Host>& host) {
  return block.is_any || (host.has_value() && Contains(block, *host));
}

void VisitCandidates(const AclState& acls, const Request& request,
                     absl::FunctionRef<bool(const Candidate&)> visit) {
  const std::array<Principal, 3> principals = {request.principal,
                                               Principal{request.principal.type, kWildcard},
                                               Principal{kWildcard, kWildcard}};
  size_t count;
  const std::array<Resource, 7> patterns = PatternsFor(request.resource, &count);
  for (size_t i = 0; i < count; ++i) {
    const AclState::ByPrincipal* by_principal = acls.Find(patterns[i]);
    if (by_principal == nullptr) continue;
    for (const Principal& principal : principals) {
      auto it = by_principal->find(principal);
      if (it == by_principal->end()) continue;
      for (const Rule& rule : it->second) {
        if (!OperationMatches(rule, request.operation)) continue;
        if (!visit(Candidate{patterns[i], principal, rule})) return;
      }
    }
  }
}

}  // namespace pegel::acl
