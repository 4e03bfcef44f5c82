// net::TabletClient over a connection. Used by net/client.cc.
#pragma once

#include <kj/async.h>

#include <memory>
#include <string>

#include "net/admin.capnp.h"
#include "net/event_loop.h"
#include "net/tablet_client.h"

namespace pegel::net {

// `loop` must outlive it. `server`: as the user wrote it, for errors. `disconnected` resolves when
// the connection ends.
std::unique_ptr<TabletClient> NewTabletClient(EventLoop& loop, std::string server,
                                              wire::Tablet::Client tablet,
                                              kj::Promise<void> disconnected);

}  // namespace pegel::net
