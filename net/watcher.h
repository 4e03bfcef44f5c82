// The subscriber's side of `watch`: net::Watcher over a connection. Used by net/client.cc.
#pragma once

#include <kj/async.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "net/admin.capnp.h"
#include "net/call_scope.h"
#include "net/client.h"

namespace pegel::net {

// Subscribes, and waits for the answer. `disconnected` resolves when the connection ends. What
// `scope` stands for must outlive the watcher.
absl::StatusOr<std::unique_ptr<Watcher>> BeginWatch(CallScope scope, const std::string& server,
                                                    wire::Admin::Client admin,
                                                    kj::Promise<void> disconnected,
                                                    const WatchRequest& request);

}  // namespace pegel::net
