// What one connection is to the rest of the server: who calls, how much of it is under way, and
// whether it still exists.
//
// Shared by the session, its capabilities and its calls on the line, because calls come back when
// the connection may be long gone. Loop thread only.
#pragma once

#include <cstddef>

#include "core/ports.h"
#include "core/principal.h"
#include "net/server.h"

namespace pegel::net {

class TaskHub;
class WatchHub;

struct Account {
  Author caller;
  size_t calls_max = 0;
  size_t calls_under_way = 0;  // On the line, no answer yet.
  size_t watches_max = 0;
  size_t watches_open = 0;   // Subscriptions that the client holds.
  size_t watches_begun = 0;  // In all, since it connected.
  size_t watches_begun_max = 0;
  size_t tablet_sessions_max = 0;
  size_t tablet_sessions_open = 0;  // That the client holds.
  // All null when the session is gone: then nothing may be asked any more.
  Line* line = nullptr;
  ServerCounters* counters = nullptr;
  WatchHub* watches = nullptr;
  TaskHub* tasks = nullptr;
};

}  // namespace pegel::net
