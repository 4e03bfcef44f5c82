// The methods of net/admin.capnp: bytes → command → line → reply. No rule of the domain lives here.
#pragma once

#include <memory>

#include "net/account.h"
#include "net/admin.capnp.h"

namespace pegel::net {

// The bootstrap interface of one connection. Holds the account, and through it nothing else of the
// server: it may outlive the session by the calls that are still on the line.
wire::Pegel::Client NewPegel(const std::shared_ptr<Account>& account);

}  // namespace pegel::net
