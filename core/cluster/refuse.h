// What the reducers of the cluster say first: who may, and who speaks.
#pragma once

#include <optional>

#include "core/acl/model.h"
#include "core/cluster/model.h"
#include "core/decision.h"
#include "core/moment.h"
#include "core/world.h"

namespace pegel::cluster {

// The refusal, when the author may not do `operation` on `resource`.
std::optional<Decision> RefuseAuthor(const World& world, const Moment& now,
                                     acl::Operation operation, const acl::Resource& resource = {});

// Pegel's own process. No caller has an empty host: net/ writes the peer's address there.
bool IsItself(const Author& author);

// The refusal, when the author is anybody but Pegel's own process.
std::optional<Decision> RefuseOthers(const Moment& now);

// The refusal, when `epoch` is not the registration of the server that is in force. It may be dead.
// `trying`: to do what, with a full stop.
std::optional<Decision> RefuseRegistration(const ClusterState& cluster, ServerId id, Lsn epoch,
                                           absl::string_view trying);

Decision RejectUnknownServer(ServerId id, absl::string_view trying);

}  // namespace pegel::cluster
