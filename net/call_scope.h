// What the client library waits with: the loop of its user's thread, or a fiber of a loop that runs
// anyway. Both must outlive who holds this.
#pragma once

#include <kj/async.h>

#include "net/event_port.h"

namespace pegel::net {

struct CallScope {
  EventPort& port;
  kj::WaitScope& wait_scope;
  bool is_fiber = false;

  // Without a fiber the loop runs inside calls only; what was said must leave before the caller
  // goes on.
  void Flush() const {
    if (is_fiber) return;
    wait_scope.poll();
    port.EndTurn();
  }
};

}  // namespace pegel::net
