#include "core/moves/driver.h"

namespace pegel::moves {
namespace {

// Whether an event can make a step due. What is only told about, or is what AdvanceMoves itself
// does elsewhere, cannot.
struct Matters {
  bool operator()(const Booted&) const { return true; }
  bool operator()(const ConfigSet&) const { return true; }
  bool operator()(const ConfigReset&) const { return true; }
  bool operator()(const ServerRegistered&) const { return true; }
  bool operator()(const ServerDied&) const { return true; }
  bool operator()(const ServerUnregistered&) const { return true; }
  bool operator()(const ServerTagged&) const { return true; }
  bool operator()(const ServerUntagged&) const { return true; }
  bool operator()(const TableDropped&) const { return true; }
  bool operator()(const PartitionDropped&) const { return true; }
  bool operator()(const BucketChanged&) const { return true; }
  bool operator()(const ReplicaStopped&) const { return true; }
  bool operator()(const PlanAdopted&) const { return true; }
  bool operator()(const RebalancePaused&) const { return true; }
  bool operator()(const RebalanceFinished&) const { return true; }
  bool operator()(const MoveChanged&) const { return true; }
  template <typename Other>
  bool operator()(const Other&) const {
    return false;
  }
};

}  // namespace

std::optional<PlanWish> Driver::WantsPlan(const World& world) {
  const Rebalance* current = world.moves.Current();
  if (current == nullptr || !current->awaits_plan) return std::nullopt;
  return PlanWish{current->id, current->revision, current->options, current->avoid};
}

void Driver::OnChange(const ChangeSet& change) {
  for (const Event& event : change.events) {
    if (is_dirty_) return;
    is_dirty_ = std::visit(Matters{}, event);
  }
}

bool Driver::IsDue(const World& world, UnixNanos now) {
  if (!is_dirty_ && (!wake_at_ || now < *wake_at_)) return false;
  if (HasWork(world, now)) {
    is_dirty_ = true;
    return true;
  }
  is_dirty_ = false;
  wake_at_ = NextWakeAt(world, now);
  return false;
}

}  // namespace pegel::moves
