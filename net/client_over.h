// The client library over a connection that somebody else made. Client::Connect uses it, and the
// simulator, whose connections are no sockets.
#pragma once

#include <kj/async-io.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "net/call_scope.h"
#include "net/client.h"

namespace pegel::net {

// Asks for the server's interfaces. `server`: as errors shall name it. Errors: as Client::Connect.
absl::StatusOr<std::unique_ptr<Client>> ClientOver(CallScope scope,
                                                   kj::Own<kj::AsyncIoStream> stream,
                                                   const std::string& server);

}  // namespace pegel::net
