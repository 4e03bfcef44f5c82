#include "net/subscribers.h"

#include <algorithm>

namespace pegel::net {

void Subscribers::Connected(const Author& author, const std::string& name,
                            const WatchFilter& filter, Lsn from, UnixNanos now) {
  Lsn before{from.value == 0 ? 0 : from.value - 1};
  by_key_[Key{author.principal, name}] =
      Subscriber{name, author, true, now, before, before, "", filter};
  MakeRoom();
}

void Subscribers::Delivered(const Key& key, Lsn through) {
  auto it = by_key_.find(key);
  if (it != by_key_.end()) it->second.delivered = std::max(it->second.delivered, through);
}

void Subscribers::Applied(const Key& key, Lsn through) {
  auto it = by_key_.find(key);
  if (it != by_key_.end()) it->second.applied = std::max(it->second.applied, through);
}

void Subscribers::Left(const Key& key, const std::string& reason, UnixNanos now) {
  auto it = by_key_.find(key);
  if (it == by_key_.end()) return;
  it->second.is_connected = false;
  it->second.since = now;
  it->second.end_reason = reason;
}

void Subscribers::MakeRoom() {
  if (by_key_.size() <= subscribers_max_) return;
  auto oldest = by_key_.end();
  for (auto it = by_key_.begin(); it != by_key_.end(); ++it) {
    if (it->second.is_connected) continue;
    if (oldest == by_key_.end() || it->second.since < oldest->second.since) oldest = it;
  }
  if (oldest != by_key_.end()) by_key_.erase(oldest);
}

std::vector<Subscriber> Subscribers::WatchersOf(const std::string& config_key) const {
  std::vector<Subscriber> watchers;
  for (const auto& [key, subscriber] : by_key_) {
    if (SelectsKey(subscriber.filter, config_key)) watchers.push_back(subscriber);
  }
  std::stable_sort(watchers.begin(), watchers.end(),
                   [](const Subscriber& a, const Subscriber& b) { return a.name < b.name; });
  return watchers;
}

}  // namespace pegel::net
