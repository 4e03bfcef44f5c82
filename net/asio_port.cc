#include "net/asio_port.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

namespace pegel::net {
namespace {

// Handlers run in a row before KJ gets its turn, so that a handler that posts itself again and
// again cannot keep KJ from running.
constexpr int kHandlersInARowMax = 1024;

// One clock running for one promise. The handler outlives the promise by a moment when the promise
// is dropped, hence the shared state.
class SleepAdapter {
 public:
  SleepAdapter(kj::PromiseFulfiller<void>& fulfiller, boost::asio::io_context& io,
               std::chrono::nanoseconds time)
      : state_(std::make_shared<State>(State{&fulfiller})), timer_(io) {
    timer_.expires_after(time);
    timer_.async_wait([state = state_](const boost::system::error_code& error) noexcept {
      if (!error && state->fulfiller != nullptr) state->fulfiller->fulfill();
    });
  }
  ~SleepAdapter() { state_->fulfiller = nullptr; }
  KJ_DISALLOW_COPY(SleepAdapter);

 private:
  struct State {
    kj::PromiseFulfiller<void>* fulfiller;
  };
  std::shared_ptr<State> state_;
  boost::asio::steady_timer timer_;
};

}  // namespace

kj::Promise<void> AsioPort::SleepNanos(int64_t nanos) {
  return kj::newAdaptedPromise<void, SleepAdapter>(io_, std::chrono::nanoseconds(nanos));
}

void AsioPort::WaitForOne() { io_.run_one(); }

void AsioPort::RunReady() {
  for (int i = 0; i < kHandlersInARowMax && io_.poll_one() > 0; ++i) {
  }
}

void AsioPort::Interrupt() const {
  boost::asio::post(io_, [] {});
}

}  // namespace pegel::net
