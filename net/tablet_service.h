// The methods of `Tablet` and `TabletSession` in net/admin.capnp: registrations go on the line,
// heartbeats are answered by it at once. No rule of the domain lives here.
#pragma once

#include <memory>

#include "net/account.h"
#include "net/admin.capnp.h"

namespace pegel::net {

// For one connection. Holds the account only, as net/admin_service.h says of its own.
wire::Tablet::Client NewTablet(std::shared_ptr<Account> account);

}  // namespace pegel::net
