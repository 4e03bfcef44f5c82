// The methods `watch` and `rollout` of net/admin.capnp, and the capability Subscription.
#pragma once

#include <memory>

#include "net/account.h"
#include "net/admin.capnp.h"

namespace pegel::net {

// Both require that the session is there (account.watches). Throw the exceptions that the schema
// names.
void BeginWatch(const std::shared_ptr<Account>& account, wire::Admin::WatchParams::Reader in,
                wire::WatchReply::Builder out);
void TellRollout(const Account& account, wire::Admin::RolloutParams::Reader in,
                 wire::RolloutReply::Builder out);

}  // namespace pegel::net
