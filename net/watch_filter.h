// Which events a subscriber wants. Shared by server and client library.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/event.h"

namespace pegel::net {

struct WatchFilter {
  // None of the kinds: every one.
  bool configs = false;
  bool acls = false;
  bool boots = false;
  bool servers = false;
  bool tables = false;
  bool rebalances = false;
  std::vector<std::string> key_prefixes;  // None: every config key.

  bool operator==(const WatchFilter&) const = default;
};

inline constexpr size_t kKeyPrefixesMax = 64;

bool Selects(const WatchFilter& filter, const Event& event);

// True when config events of this key are selected.
bool SelectsKey(const WatchFilter& filter, absl::string_view key);

// The selected events, in order. Empty: nothing of the record is selected.
std::vector<const Event*> Select(const WatchFilter& filter, const std::vector<Event>& events);

}  // namespace pegel::net
