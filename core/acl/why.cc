#include "core/acl/why.h"

#include <algorithm>

#include "core/acl/match.h"

namespace pegel::acl {
namespace {

// A request for a wildcard meets some rules twice.
void SortAndUnite(std::vector<Entry>& entries) {
  std::sort(entries.begin(), entries.end());
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
}

// From a caller without an address only an entry for every host is of use.
Entry SmallestAllow(const Request& request) {
  return Entry{request.resource, request.principal, request.host.value_or(Host{}),
               request.operation, Permission::kAllow};
}

Flip FlipOf(const Explanation& why, const Request& request) {
  switch (why.verdict.basis) {
    case Basis::kAuthorizerDisabled:
    case Basis::kSuperUser:
      return Flip{};
    case Basis::kAllowed:
      return Flip{why.allows, std::nullopt};
    case Basis::kDenied:
    case Basis::kNoMatch:
      break;
  }
  Flip flip{why.denies, std::nullopt};
  if (why.allows.empty()) flip.add = SmallestAllow(request);
  return flip;
}

}  // namespace

Explanation Explain(const Security& security, const AclState& acls, const Request& request) {
  Explanation why{Authorize(security, acls, request), {}, {}, {}, {}};
  VisitCandidates(security, acls, request, [&](const Candidate& candidate) {
    bool is_here = HostMatches(candidate.rule.host, request.host);
    bool is_deny = candidate.rule.permission == Permission::kDeny;
    (is_here ? is_deny ? why.denies : why.allows : why.elsewhere).push_back(EntryOf(candidate));
    return true;
  });
  SortAndUnite(why.allows);
  SortAndUnite(why.denies);
  SortAndUnite(why.elsewhere);
  why.flip = FlipOf(why, request);
  return why;
}

}  // namespace pegel::acl
