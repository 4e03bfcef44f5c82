// Which registrations of tablet servers live, as of the last durable record, and until when.
//
// Heartbeats are not logged, so leases are no part of the World: this stands beside it, learns of
// registrations and losses from published changes, and names the registrations whose lease has run
// out, which its owner then proposes as ServerLost. Whether they are lost is decided by the
// reducer.
//
// Pure: time is an argument (core/leases.h says how it is meant). Loop thread only.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "absl/container/btree_map.h"
#include "core/change.h"
#include "core/error.h"
#include "core/leases.h"
#include "core/world.h"

namespace pegel {

struct LeaseRenewed {
  int64_t millis = 0;  // From now on.
  // What the server may copy of replicas that it is not in sync with; 0: no limit.
  int64_t copy_bytes_per_sec = 0;
  bool operator==(const LeaseRenewed&) const = default;
};

// A renewal, or why there is none.
using LeaseAnswer = std::variant<LeaseRenewed, Error>;

class Liveness {
 public:
  // Every live server of `world`, whose records are all durable, begins with a full lease: nobody
  // could renew one while there was no server.
  Liveness(const World& world, int64_t lease_ms, int64_t now_ms);

  int64_t tick_ms() const { return leases_.tick_ms(); }  // How often Expire wants to be called.

  // Changes come in lsn order.
  void OnChange(const ChangeSet& change, int64_t now_ms);

  // Refusals: SERVER_NOT_EXIST_EXCEPTION — nobody has this id; SERVER_FENCED — a newer
  // registration has it; SERVER_LOST — this registration is dead or about to be.
  LeaseAnswer Heartbeat(const Registration& who, int64_t now_ms);

  // Whose lease has run out; each is named once, and its heartbeats are refused from now on.
  std::vector<Registration> Expire(int64_t now_ms) { return leases_.Expire(now_ms); }

  // The loss could not be proposed: Expire is to name it again.
  void PutBack(const Registration& who) { leases_.PutBack(who); }

 private:
  struct Observer;

  Error WhyNot(const Registration& who) const;

  Leases leases_;
  absl::btree_map<int32_t, uint64_t> epochs_;  // Newest of each registered server, dead or live.
};

}  // namespace pegel
