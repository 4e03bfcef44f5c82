// A server on a thread of its own, as a program would run it, so that tests can use blocking
// clients.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "core/ports.h"
#include "net/event_loop.h"
#include "net/limits.h"
#include "net/server.h"
#include "tests/net/lines.h"

namespace pegel::net {

class ServerThread {
 public:
  using MakeLine = std::function<std::unique_ptr<Line>(EventLoop&)>;

  // Over the real engine, unless told otherwise. Listens on 127.0.0.1, any port.
  explicit ServerThread(const Limits& limits = {}, MakeLine make_line = WithEngine());
  ~ServerThread();
  ServerThread(const ServerThread&) = delete;
  ServerThread& operator=(const ServerThread&) = delete;

  static MakeLine WithEngine();
  static MakeLine WithEngine(ChangeFeedOptions changes);
  static MakeLine WithAuthorization();  // On, and nobody may do anything.
  static MakeLine WithFake();

  const std::string& address() const { return address_; }
  ServerCounters counters();
  size_t connections();

  // Runs `task` on the loop thread and waits until it has run.
  void OnLoop(std::function<void()> task);

  // Waits until `condition`, asked on the loop thread, holds; fails the test after half a minute.
  void WaitUntil(std::function<bool()> condition);

  // As the line was made; only inside OnLoop and WaitUntil.
  FakeLine& fake() { return static_cast<FakeLine&>(*line_); }
  EngineLine& engine() { return static_cast<EngineLine&>(*line_); }
  Server& server() { return *server_; }

  // Ends the server, while the loop and the line go on.
  void CloseServer();
  // Ends the line, which drops its calls.
  void CloseLine();

 private:
  void Run(const Limits& limits, const MakeLine& make_line, std::function<void()> ready);

  std::string address_;
  EventLoop* loop_ = nullptr;
  std::unique_ptr<Line> line_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

// A new, well-behaved client is served: the proof that what happened before did no lasting harm.
void ExpectServes(ServerThread& server);

}  // namespace pegel::net
