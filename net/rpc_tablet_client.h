// net::TabletClient over a connection. Used by net/client.cc.
#pragma once

#include <memory>
#include <string>

#include "net/admin.capnp.h"
#include "net/event_loop.h"
#include "net/tablet_client.h"

namespace pegel::net {

// `loop` must outlive it. `server`: as the user wrote it, for errors.
std::unique_ptr<TabletClient> NewTabletClient(EventLoop& loop, std::string server,
                                              wire::Tablet::Client tablet);

}  // namespace pegel::net
