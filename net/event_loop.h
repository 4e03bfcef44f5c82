// The one loop of a process: KJ promises and Asio sockets on the thread that calls Run.
//
// Hides both libraries (their headers cost seconds per translation unit); tools/ wires with this.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace pegel::net {

class EventLoop {
 public:
  EventLoop();  // Binds to the calling thread; one per thread.
  ~EventLoop();

  // Runs handlers and promises until Stop. An exception that escapes a handler ends the process.
  void Run();

  // Ends Run after the current turn. Any thread.
  void Stop();

  // Runs `task` on the loop thread, in order of posting. Any thread. Never throws; `task` must not
  // throw.
  void Post(std::function<void()> task);

  // Runs `task` on the loop once all that is ready now has been handled (end of the loop turn), so
  // that work gathered in one turn is handed over once. Loop thread only.
  void Defer(std::function<void()> task);

  // Calls `handler` on the loop thread for SIGINT and SIGTERM.
  void OnTerminate(std::function<void()> handler);

  // Calls `task` on the loop thread after `milliseconds`.
  void After(int64_t milliseconds, std::function<void()> task);

  struct Impl;
  Impl& impl() { return *impl_; }  // For net/ only.

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace pegel::net
