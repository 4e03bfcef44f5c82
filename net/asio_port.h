// Where KJ and Asio meet: the KJ loop sleeps in, and is woken by, one asio::io_context.
//
// Owned by EventLoop::Impl. Asio handlers run inside wait() and poll(); they must not throw and
// must not wait on promises.
#pragma once

#include "net/event_port.h"

namespace boost::asio {
class io_context;
}

namespace pegel::net {

class AsioPort final : public EventPort {
 public:
  explicit AsioPort(boost::asio::io_context& io) : io_(io) {}

  kj::Promise<void> SleepNanos(int64_t nanos) override;
  boost::asio::io_context& io() { return io_; }

 private:
  void WaitForOne() override;
  void RunReady() override;
  void Interrupt() const override;

  boost::asio::io_context& io_;
};

}  // namespace pegel::net
