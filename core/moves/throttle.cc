#include "core/moves/throttle.h"

#include "core/moves/settings.h"

namespace pegel::moves {

int64_t CopyRate(const World& world, ServerId server, const BucketKey& key) {
  auto active = world.moves.active.find(key);
  if (active == world.moves.active.end()) return 0;
  const Rebalance& rebalance = *world.moves.Find(active->second);
  const Move& move = rebalance.moves.find(key)->second;
  if (move.state.phase != Phase::kAdding || !Contains(move.plan.Added(), server)) return 0;
  return SettingsOf(world.configs).bytes_per_sec;
}

}  // namespace pegel::moves
