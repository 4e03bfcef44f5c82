// Which servers have been heard of lately enough: one lease per live server, renewed by heartbeats.
//
// Pure: the time is an argument, milliseconds of any clock that only goes forward. A lease never
// ends before its duration is over, and ends at the first Expire after that. All operations cost
// O(log servers).
//
// Who looks must look every `tick_ms`. When it could not (the process was stopped, or starved), the
// heartbeats of that time are still waiting in its sockets, so every lease is extended by what the
// look was late: our own sleep kills nobody.
//
// Loop thread only.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"

namespace pegel {

// One registration of a tablet server.
struct Registration {
  int32_t server = 0;
  uint64_t epoch = 0;
  auto operator<=>(const Registration&) const = default;
};

class Leases {
 public:
  Leases(int64_t duration_ms, int64_t tick_ms, int64_t now_ms)
      : duration_ms_(duration_ms), tick_ms_(tick_ms), last_look_ms_(now_ms) {}

  int64_t duration_ms() const { return duration_ms_; }
  int64_t tick_ms() const { return tick_ms_; }
  size_t size() const { return held_.size(); }

  // A full lease; takes the place of any other of this server.
  void Grant(const Registration& who, int64_t now_ms);

  // A full lease from now on. False: this registration holds none.
  bool Renew(const Registration& who, int64_t now_ms);

  // The server holds no lease any more, of whatever epoch.
  void End(int32_t server);

  // Takes away the leases that have run out and says whose they were, longest silence first.
  std::vector<Registration> Expire(int64_t now_ms);

  // Gives back what Expire took, to be taken again at its next call; nothing happens when the
  // server holds a newer lease by now.
  void PutBack(const Registration& who);

 private:
  struct Held {
    uint64_t epoch = 0;
    int64_t end_ms = 0;
  };
  struct Due {
    int64_t end_ms = 0;
    int32_t server = 0;
    auto operator<=>(const Due&) const = default;
  };

  void Hold(const Registration& who, int64_t end_ms);
  void ExtendAll(int64_t by_ms);

  int64_t duration_ms_;
  int64_t tick_ms_;
  int64_t last_look_ms_;
  absl::btree_map<int32_t, Held> held_;
  absl::btree_set<Due> ends_;  // The same leases, first to end first.
};

}  // namespace pegel
