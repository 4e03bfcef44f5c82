// The way back of one call on the line: from the line's callback to the promise that the RPC system
// waits for.
//
// The line answers once, or drops the callback when the server stops; then the promise breaks as
// DISCONNECTED, which tells the client that the call may or may not be in the log. When the client
// is gone nobody waits any more and the answer falls on the floor. Either way the call counts as
// under way until the line has let go of it.
#pragma once

#include <kj/async.h>
#include <kj/debug.h>

#include <memory>
#include <utility>

#include "net/account.h"

namespace pegel::net {

template <typename T>
class PendingReply {
 public:
  using Fulfiller = kj::PromiseFulfiller<kj::Own<T>>;

  PendingReply(std::shared_ptr<Account> account, kj::Own<Fulfiller> fulfiller)
      : account_(std::move(account)), fulfiller_(kj::mv(fulfiller)) {
    ++account_->calls_under_way;
  }
  ~PendingReply() {
    --account_->calls_under_way;
    if (!fulfiller_->isWaiting()) return;
    fulfiller_->reject(KJ_EXCEPTION(DISCONNECTED,
                                    "The server stopped before it answered. The call may or may "
                                    "not be in the log: send it again with the same request id."));
  }
  KJ_DISALLOW_COPY(PendingReply);

  void Answer(T answer) { fulfiller_->fulfill(kj::heap<T>(kj::mv(answer))); }
  void Refuse(kj::Exception reason) { fulfiller_->reject(kj::mv(reason)); }

 private:
  std::shared_ptr<Account> account_;
  kj::Own<Fulfiller> fulfiller_;
};

}  // namespace pegel::net
