// Which entries speak of a request: the part of authorization that finds them. Who decides among
// them is in core/acl/authorize.h; who explains a decision, in core/acl/why.h.
#pragma once

#include "absl/functional/function_ref.h"
#include "core/acl/authorize.h"

namespace pegel::acl {

// One rule with the resource and principal under which it stands.
struct Candidate {
  const Resource& resource;
  const Principal& principal;
  const Rule& rule;
};

inline Entry EntryOf(const Candidate& candidate) {
  const Rule& rule = candidate.rule;
  return {candidate.resource, candidate.principal, rule.host, rule.operation, rule.permission};
}

// Visits the rules that match in resource, principal and operation, whatever their host, from the
// cluster down, until `visit` returns false. A request for a wildcard may meet a rule twice.
void VisitCandidates(const Security& security, const AclState& acls, const Request& request,
                     absl::FunctionRef<bool(const Candidate&)> visit);

// Whether an entry for `held` speaks of `caller`: of him, of everyone of his type, or of everyone.
bool SpeaksOf(const Security& security, const Principal& held, const Principal& caller);

bool IsSameIgnoringCase(const Principal& a, const Principal& b);

bool HostMatches(const Host& block, const std::optional<Host>& host);

}  // namespace pegel::acl
