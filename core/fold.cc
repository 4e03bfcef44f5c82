#include "core/fold.h"

#include "core/acl/reducer.h"
#include "core/boot/reducer.h"
#include "core/canonical.h"
#include "core/check.h"
#include "core/sha256.h"

namespace pegel {
namespace {

struct Decider {
  const World& world;
  const Moment& now;
  Decision operator()(const Boot& command) const { return boot::Decide(world, now, command); }
  template <typename AclCommand>
  Decision operator()(const AclCommand& command) const {
    return acl::Decide(world, now, command);
  }
};

struct Evolver {
  World& world;
  void operator()(const Booted& event) const { boot::Evolve(world, event); }
  template <typename AclEvent>
  void operator()(const AclEvent& event) const {
    acl::Evolve(world, event);
  }
};

}  // namespace

Decision Decide(const World& world, const Moment& now, const Command& command) {
  if (world.behaviour == 0 && KindOf(command) != CommandKind::kBoot) {
    return Reject(ErrorCode::kUnknownServerError, "The log does not begin with a Boot record.");
  }
  return std::visit(Decider{world, now}, command);
}

void Evolve(World& world, const Event& event) { std::visit(Evolver{world}, event); }

Applied Apply(World& world, const Moment& now, const RequestId& request_id,
              const Command& command) {
  PEGEL_CHECK(now.lsn == Next(world.lsn), "lsn ", now.lsn.value, " behind ", world.lsn.value);
  PEGEL_CHECK(now.time >= world.time, "time goes back at lsn ", now.lsn.value);
  Applied applied{Decide(world, now, command), {}};
  const Decision& decision = applied.decision;
  PEGEL_CHECK(IsAccepted(decision.outcome) || decision.events.empty(), "lsn ", now.lsn.value);
  for (const Event& event : decision.events) Evolve(world, event);
  world.lsn = now.lsn;
  world.time = now.time;
  applied.effect = Sha256(Encode(decision));
  if (request_id.is_set() && !IsRead(command)) {
    world.requests.Remember(RequestKey{now.author.principal, request_id},
                            Answer{now.lsn, now.time, Fingerprint(command), decision.outcome});
  }
  return applied;
}

Hash256 Fingerprint(const Command& command) { return Sha256(Encode(command)); }

}  // namespace pegel
