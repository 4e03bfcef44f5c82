#include "core/fold.h"

#include "core/acl/reducer.h"
#include "core/boot/reducer.h"
#include "core/canonical.h"
#include "core/check.h"
#include "core/cluster/reducer.h"
#include "core/cluster/report_reducer.h"
#include "core/cluster/table_reducer.h"
#include "core/config/reducer.h"
#include "core/limits.h"
#include "core/moves/advance.h"
#include "core/moves/follow.h"
#include "core/moves/reducer.h"
#include "core/sha256.h"

namespace pegel {
namespace {

// One line for each family of commands and events.
template <typename AnyCommand>
Decision DecideOne(const World& world, const Moment& now, const AnyCommand& command) {
  using acl::Decide;
  using boot::Decide;
  using cluster::Decide;
  using config::Decide;
  using moves::Decide;
  return Decide(world, now, command);
}

template <typename AnyEvent>
void EvolveOne(World& world, const AnyEvent& event) {
  using acl::Evolve;
  using boot::Evolve;
  using cluster::Evolve;
  using config::Evolve;
  using moves::Evolve;
  Evolve(world, event);
  moves::Follow(world.moves, event);
}

// To kErrorBytesMax, at a character.
void Shorten(std::string* message) {
  constexpr absl::string_view kEllipsis = "…";
  if (message->size() <= kErrorBytesMax) return;
  size_t end = kErrorBytesMax - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>((*message)[end]) & 0xC0) == 0x80) --end;
  message->replace(end, message->npos, kEllipsis.data(), kEllipsis.size());
}

}  // namespace

Decision Decide(const World& world, const Moment& now, const Command& command) {
  if (world.behaviour == 0 && KindOf(command) != CommandKind::kBoot) {
    return Reject(ErrorCode::kUnknownServerError, "The log does not begin with a Boot record.");
  }
  Decision decision =
      std::visit([&](const auto& one) { return DecideOne(world, now, one); }, command);
  if (auto* error = std::get_if<Error>(&decision.outcome)) Shorten(&error->message);
  return decision;
}

void Evolve(World& world, const Event& event) {
  std::visit([&](const auto& one) { EvolveOne(world, one); }, event);
}

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
  if (request_id.is_set() && IsRemembered(command)) {
    world.requests.Remember(RequestKey{now.author.principal, request_id},
                            Answer{now.lsn, now.time, Fingerprint(command), decision.outcome});
  }
  return applied;
}

Hash256 Fingerprint(const Command& command) { return Sha256(Encode(command)); }

}  // namespace pegel
