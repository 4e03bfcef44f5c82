// The subscriber's side of `watch`: net::Watcher over a connection. Used by net/client.cc.
#pragma once

#include <kj/async.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "net/admin.capnp.h"
#include "net/client.h"
#include "net/event_loop.h"

namespace pegel::net {

// Subscribes, and waits for the answer. `disconnected` resolves when the connection ends. `loop`
// must outlive the watcher.
absl::StatusOr<std::unique_ptr<Watcher>> BeginWatch(EventLoop& loop, const std::string& server,
                                                    wire::Admin::Client admin,
                                                    kj::Promise<void> disconnected,
                                                    const WatchRequest& request);

}  // namespace pegel::net
