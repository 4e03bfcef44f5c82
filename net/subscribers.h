// Who watches, who watched, and how far each is: what rollout tells.
//
// A subscriber is a name of one principal; it may connect, leave and come back. Bounded: when full,
// the one that left the longest ago is forgotten. Pure bookkeeping, the clock is the caller's. Loop
// thread only.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/ids.h"
#include "core/principal.h"
#include "net/watch_filter.h"

namespace pegel::net {

// As in net/admin.capnp.
struct Subscriber {
  std::string name;
  Author author;
  bool is_connected = false;
  UnixNanos since;  // Since when it is connected, or not.
  Lsn delivered;
  Lsn applied;
  std::string end_reason;  // Empty while connected.
  WatchFilter filter;      // Of the last subscription.
};

class Subscribers {
 public:
  using Key = std::pair<Principal, std::string>;

  explicit Subscribers(size_t subscribers_max) : subscribers_max_(subscribers_max) {}

  // It has applied all before `from`.
  void Connected(const Author& author, const std::string& name, const WatchFilter& filter, Lsn from,
                 UnixNanos now);
  // The following do nothing for a key that is not known.
  void Delivered(const Key& key, Lsn through);
  void Applied(const Key& key, Lsn through);
  void Left(const Key& key, const std::string& reason, UnixNanos now);

  // Those whose filter selects config `config_key`, by name.
  std::vector<Subscriber> WatchersOf(const std::string& config_key) const;

  size_t size() const { return by_key_.size(); }

 private:
  void MakeRoom();

  size_t subscribers_max_;
  std::map<Key, Subscriber> by_key_;
};

}  // namespace pegel::net
