// net::TabletClient over a connection. Used by net/client.cc.
#pragma once

#include <kj/async.h>

#include <memory>
#include <string>

#include "net/admin.capnp.h"
#include "net/call_scope.h"
#include "net/tablet_client.h"

namespace pegel::net {

// What `scope` stands for must outlive it. `server`: as the user wrote it, for errors.
// `disconnected` resolves when the connection ends.
std::unique_ptr<TabletClient> NewTabletClient(CallScope scope, std::string server,
                                              wire::Tablet::Client tablet,
                                              kj::Promise<void> disconnected);

}  // namespace pegel::net
