// The reducers of add_acl, drop_acl and list_acl (decisions.md "ACLs").
#pragma once

#include "core/decision.h"
#include "core/moment.h"
#include "core/world.h"

namespace pegel::acl {

// Needs ALL on the resource, a table's on its database. Idempotent.
Decision Decide(const World& world, const Moment& now, const AddAcl& command);

// Needs ALL on the resource that the filter names, else on every resource with entries. Accepted
// also when nothing matched.
Decision Decide(const World& world, const Moment& now, const DropAcl& command);

// Shows the entries on resources that the author may DESCRIBE; the others are left out, never an
// error.
Decision Decide(const World& world, const Moment& now, const ListAcl& command);

void Evolve(World& world, const AclAdded& event);
void Evolve(World& world, const AclDropped& event);

}  // namespace pegel::acl
