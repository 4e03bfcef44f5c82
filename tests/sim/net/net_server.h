// What a server has in front of its line: net/'s sessions, watches and tasks, over simulated
// connections. One for every start, beside its SimServer, which must outlive it; destroying it is
// what a killed process leaves of its connections.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/session.h"
#include "net/task_hub.h"
#include "net/watch_hub.h"
#include "tests/sim/net/sim_line.h"
#include "tests/sim/net/sim_port.h"
#include "tests/sim/net/sim_stream.h"

namespace pegel::sim {

class NetServer final : private kj::TaskSet::ErrorHandler {
 public:
  NetServer(Stage& stage, SimPort& port, SimServer& server);
  ~NetServer() noexcept;

  // The caller's end of a new connection.
  kj::Own<net::Stream> Accept(const Author& caller, std::shared_ptr<Spoken> spoken);

 private:
  void taskFailed(kj::Exception&&) override {}

  Stage& stage_;
  SimPort& port_;
  SimServer& server_;
  const net::Limits limits_;
  net::ServerCounters counters_;
  SimLine line_;  // Of watches and tasks.
  net::WatchHub watches_;
  net::TaskHub tasks_;
  std::vector<std::function<void()>> kill_;  // Each of its connections.
  kj::TaskSet sessions_;
};

// The way to whatever server runs now. Lives as long as the life.
class Ways {
 public:
  Ways(Stage& stage, SimPort& port) : stage_(stage), port_(port) {}

  NetServer* server = nullptr;  // Null: it is down, and connections are refused.

  SimPort& port() { return port_; }
  // Fails with DISCONNECTED when nobody is there. Waits on `scope`.
  kj::Own<net::Stream> Dial(const Author& caller, std::shared_ptr<Spoken> spoken,
                            kj::WaitScope& scope);

 private:
  Stage& stage_;
  SimPort& port_;
};

}  // namespace pegel::sim
