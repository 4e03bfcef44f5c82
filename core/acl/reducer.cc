#include "core/acl/reducer.h"

#include "absl/strings/str_cat.h"
#include "core/acl/text.h"
#include "core/check.h"
#include "core/limits.h"

namespace pegel::acl {
namespace {

// Rights on a table's entries come from its database.
Resource ManagedAt(const Resource& resource) { return Resource{resource.database, ""}; }

// The refusal, when the author may not manage entries on `resource`.
std::optional<Decision> RefuseManaging(const World& world, const Moment& now,
                                       const Resource& resource) {
  Request request = RequestOf(now.author, Operation::kAll, ManagedAt(resource));
  if (Authorize(world.security, world.acls, request).is_allowed) return std::nullopt;
  return Reject(ErrorCode::kAuthorization, DenialText(request));
}

std::vector<Resource> ManagedBy(const World& world, const Filter& filter) {
  if (filter.resource.has_value()) return {*filter.resource};
  return world.acls.SelectResources(filter);
}

}  // namespace

Decision Decide(const World& world, const Moment& now, const AddAcl& command) {
  if (auto refusal = RefuseManaging(world, now, command.entry.resource)) return *refusal;
  if (world.acls.Contains(command.entry)) return Decision{Result{Done{}}, {}};
  if (world.acls.size() >= kAclEntriesMax) {
    return Reject(ErrorCode::kLimitExceeded,
                  absl::StrCat("The cluster holds ", world.acls.size(),
                               " ACL entries, which is the limit. Drop entries, or grant on a "
                               "database or to User:* instead of one by one."));
  }
  return Decision{Result{Done{}}, {AclAdded{command.entry}}};
}

Decision Decide(const World& world, const Moment& now, const DropAcl& command) {
  for (const Resource& resource : ManagedBy(world, command.filter)) {
    if (auto refusal = RefuseManaging(world, now, resource)) return *refusal;
  }
  Decision decision{Result{Done{}}, {}};
  for (Entry& entry : world.acls.Select(command.filter)) {
    decision.events.push_back(AclDropped{std::move(entry)});
  }
  return decision;
}

Decision Decide(const World& world, const Moment& now, const ListAcl& command) {
  AclEntries listed;
  const Resource* asked = nullptr;  // Entries come grouped by resource: ask once for each.
  bool may_describe = false;
  std::vector<Entry> selected = world.acls.Select(command.filter);
  for (const Entry& entry : selected) {
    if (asked == nullptr || *asked != entry.resource) {
      asked = &entry.resource;
      Request request = RequestOf(now.author, Operation::kDescribe, entry.resource);
      may_describe = Authorize(world.security, world.acls, request).is_allowed;
    }
    if (may_describe) listed.entries.push_back(entry);
  }
  return Decision{Result{std::move(listed)}, {}};
}

void Evolve(World& world, const AclAdded& event) {
  bool is_new = world.acls.Add(event.entry);
  PEGEL_CHECK(is_new, "added twice: ", ToText(event.entry));
}

void Evolve(World& world, const AclDropped& event) {
  bool was_there = world.acls.Remove(event.entry);
  PEGEL_CHECK(was_there, "dropped but not there: ", ToText(event.entry));
}

}  // namespace pegel::acl
