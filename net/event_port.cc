#include "net/event_port.h"

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

bool EventPort::wait() {
  RunDeferred();
  if (loop_->isRunnable()) return TakeWake();  // More of this turn; it ends when that is done.
  FlushDirty();
  if (!HasWork() && !is_woken_.load(std::memory_order_acquire)) io_.run_one();
  RunReadyHandlers();
  return TakeWake();
}

bool EventPort::poll() {
  EndTurn();
  RunReadyHandlers();
  return TakeWake();
}

void EventPort::wake() const {
  bool was_woken = is_woken_.exchange(true, std::memory_order_acq_rel);
  if (!was_woken) boost::asio::post(io_, [] {});
}

void EventPort::EndTurn() {
  RunDeferred();
  FlushDirty();
}

void EventPort::Drop() {
  deferred_.clear();
  dirty_.clear();
}

void EventPort::RunDeferred() noexcept {
  std::swap(deferred_, running_);
  for (auto& task : running_) task();
  running_.clear();
}

void EventPort::FlushDirty() noexcept {
  std::swap(dirty_, flushing_);
  for (auto& stream : flushing_) stream->Flush();
  flushing_.clear();
}

bool EventPort::HasWork() const {
  return loop_->isRunnable() || !deferred_.empty() || !dirty_.empty();
}

void EventPort::RunReadyHandlers() {
  for (int i = 0; i < kHandlersInARowMax && io_.poll_one() > 0; ++i) {
  }
}

kj::Promise<void> EventPort::Sleep(int64_t milliseconds) {
  return kj::newAdaptedPromise<void, SleepAdapter>(io_, std::chrono::milliseconds(milliseconds));
}

kj::Promise<void> EventPort::SleepNanos(int64_t nanos) {
  return kj::newAdaptedPromise<void, SleepAdapter>(io_, std::chrono::nanoseconds(nanos));
}

}  // namespace pegel::net
