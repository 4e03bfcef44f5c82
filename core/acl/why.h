// Why Authorize answers as it does, and what would make it answer otherwise. Pure.
//
// The answer itself is Authorize's, so the two cannot disagree; what the explanation claims about
// changes is proved by tests/core/why_test.cc over random worlds: after each change that is named,
// Authorize gives the other answer.
#pragma once

#include <optional>
#include <vector>

#include "core/acl/authorize.h"

namespace pegel::acl {

// Drop these entries and add this one, and the answer is the other one. Both empty: no entry can
// change it, since the static configs decide (authorizer.enabled, super.users).
struct Flip {
  std::vector<Entry> drop;
  std::optional<Entry> add;
};

struct Explanation {
  Verdict verdict;  // What Authorize says.

  // The matching entries, sorted. A yes of kAllowed stands on every one of `allows`: none of them
  // alone can be taken away. A no of kDenied stands on every one of `denies`; `allows` are those
  // that they overrule. Filled for every basis, also where the static configs decide.
  std::vector<Entry> allows;
  std::vector<Entry> denies;

  // Entries that match but for the host, sorted: they speak of calls from elsewhere.
  std::vector<Entry> elsewhere;

  // For a yes: the entries to drop. For a no: the DENYs to drop, and the smallest ALLOW (this
  // principal, operation, resource and host and no more) when none is there.
  Flip flip;
};

Explanation Explain(const Security& security, const AclState& acls, const Request& request);

}  // namespace pegel::acl
