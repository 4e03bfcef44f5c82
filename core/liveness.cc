#include "core/liveness.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace pegel {
namespace {

// Fine enough that no lease outlives its end by much, coarse enough to cost nothing.
constexpr int64_t kTicksPerLease = 40;
constexpr int64_t kTickMsMin = 10;
constexpr int64_t kTickMsMax = 250;

int64_t TickOf(int64_t lease_ms) {
  return std::clamp(lease_ms / kTicksPerLease, kTickMsMin, kTickMsMax);
}

}  // namespace

Liveness::Liveness(const World& world, int64_t lease_ms, int64_t now_ms)
    : leases_(lease_ms, TickOf(lease_ms), now_ms) {
  for (const auto& [id, server] : world.cluster.servers) {
    epochs_[id.value] = server.epoch.value;
    if (server.is_live) leases_.Grant({id.value, server.epoch.value}, now_ms);
  }
}

// Most events are not about servers.
struct Liveness::Observer {
  Liveness& self;
  int64_t now_ms;

  void operator()(const ServerRegistered& event) const {
    self.epochs_[event.id.value] = event.epoch.value;
    self.leases_.Grant({event.id.value, event.epoch.value}, now_ms);
  }
  void operator()(const ServerDied& event) const { self.leases_.End(event.id.value); }
  void operator()(const ServerUnregistered& event) const {
    self.leases_.End(event.id.value);
    self.epochs_.erase(event.id.value);
  }
  template <typename Other>
  void operator()(const Other&) const {}
};

void Liveness::OnChange(const ChangeSet& change, int64_t now_ms) {
  for (const Event& event : change.events) std::visit(Observer{*this, now_ms}, event);
}

LeaseAnswer Liveness::Heartbeat(const Registration& who, int64_t now_ms) {
  if (leases_.Renew(who, now_ms)) return LeaseRenewed{leases_.duration_ms()};
  return WhyNot(who);
}

Error Liveness::WhyNot(const Registration& who) const {
  auto newest = epochs_.find(who.server);
  if (newest == epochs_.end()) {
    return {ErrorCode::kServerNotExist,
            absl::StrCat("Tablet server ", who.server,
                         " is not registered: it never was, or an operator unregistered it. "
                         "Register it again if it belongs to this cluster.")};
  }
  if (who.epoch < newest->second) {
    return {ErrorCode::kServerFenced,
            absl::StrCat("Another registration took over tablet server ", who.server,
                         ": this one has epoch ", who.epoch, ", the newest has ", newest->second,
                         ". Stop this one, or give it an id of its own.")};
  }
  if (who.epoch > newest->second) {
    return {ErrorCode::kServerFenced,
            absl::StrCat("Tablet server ", who.server, " has no registration with epoch ",
                         who.epoch, "; the newest is ", newest->second,
                         ". Is this the cluster that it registered with?")};
  }
  return {ErrorCode::kServerLost,
          absl::StrCat("The registration of tablet server ", who.server, " with epoch ", who.epoch,
                       " is dead: it left, or was silent for longer than its lease of ",
                       leases_.duration_ms(), " ms. Register it again.")};
}

}  // namespace pegel
