// Changes, filters and rollouts ↔ the structs of net/admin.capnp. Like net/wire.h: what a caller
// can get wrong comes back as an Error, what no server of ours sends throws a kj::Exception.
#pragma once

#include <variant>
#include <vector>

#include "core/change_feed.h"
#include "core/error.h"
#include "net/admin.capnp.h"
#include "net/client.h"
#include "net/subscribers.h"
#include "net/watch_filter.h"

namespace pegel::net {

// A change, and those of its events that a filter selects.
struct Selection {
  SharedChange change;
  std::vector<const Event*> events;
};

void ToWire(const std::vector<Selection>& changes, Lsn through, wire::ChangeBatch::Builder out);
ChangeBatch FromWire(wire::ChangeBatch::Reader in);

void ToWire(const WatchFilter& filter, wire::WatchFilter::Builder out);
std::variant<WatchFilter, Error> FromWire(wire::WatchFilter::Reader in);

void ToWire(const std::vector<Subscriber>& subscribers, Lsn changed_at, wire::Rollout::Builder out);
Rollout FromWire(wire::Rollout::Reader in);

Error FromWire(wire::Error::Reader in);

}  // namespace pegel::net
