// What EventLoop hides. For net/ and its tests only.
#pragma once

#include <kj/async.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <functional>
#include <optional>

#include "net/asio_port.h"
#include "net/call_scope.h"
#include "net/event_loop.h"

namespace pegel::net {

struct EventLoop::Impl {
  Impl();
  ~Impl();

  void WaitForSignal();
  CallScope calls() { return {port, wait_scope}; }  // For who blocks in this loop.

  std::optional<boost::asio::io_context> io;
  // Keeps the io_context from stopping when no operation is under way.
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> guard;
  std::optional<boost::asio::signal_set> signals;
  std::function<void()> on_terminate;
  AsioPort port;
  kj::EventLoop loop;
  kj::WaitScope wait_scope;
  bool is_stop_asked = false;
  kj::Maybe<kj::Own<kj::PromiseFulfiller<void>>> stop;  // Set while Run runs.
};

}  // namespace pegel::net
