#include "net/event_loop.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>
#include <utility>

#include "net/event_loop_impl.h"

namespace pegel::net {
namespace {

// KJ looks at sockets only when it has nothing else to do, or after this many events; its own
// default is never. One call costs about ten events, so a busy turn still gathers some 200 replies.
constexpr kj::uint kEventsInARowMax = 2048;

// One thread runs it: lets Asio queue without a lock what that thread posts itself.
constexpr int kThreads = 1;

}  // namespace

EventLoop::Impl::Impl()
    : io(std::in_place, kThreads),
      guard(io->get_executor()),
      port(*io),
      loop(port),
      wait_scope(loop) {
  port.Serve(loop);
  wait_scope.setBusyPollInterval(kEventsInARowMax);
}

// Handlers and tasks that never ran may hold promises, which can only go while the KJ loop is
// current, and sockets, which can only go while the io_context is there.
EventLoop::Impl::~Impl() {
  port.Drop();
  signals.reset();
  guard.reset();
  io.reset();
}

void EventLoop::Impl::WaitForSignal() {
  signals->async_wait([this](const boost::system::error_code& error, int) noexcept {
    if (error) return;
    on_terminate();
    WaitForSignal();
  });
}

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {
  std::signal(SIGPIPE, SIG_IGN);  // A peer that went away is an error code, not our end.
}

EventLoop::~EventLoop() = default;

void EventLoop::Run() {
  if (!impl_->is_stop_asked) {
    auto stop = kj::newPromiseAndFulfiller<void>();
    impl_->stop = kj::mv(stop.fulfiller);
    stop.promise.wait(impl_->wait_scope);
    impl_->stop = nullptr;
  }
  impl_->is_stop_asked = false;
  impl_->port.EndTurn();
}

void EventLoop::Stop() {
  Post([impl = impl_.get()] {
    impl->is_stop_asked = true;
    KJ_IF_MAYBE (stop, impl->stop) (*stop)->fulfill();
  });
}

void EventLoop::Post(std::function<void()> task) {
  boost::asio::post(*impl_->io, [task = std::move(task)]() noexcept { task(); });
}

void EventLoop::Defer(std::function<void()> task) { impl_->port.Defer(std::move(task)); }

void EventLoop::OnTerminate(std::function<void()> handler) {
  impl_->on_terminate = std::move(handler);
  impl_->signals.emplace(*impl_->io, SIGINT, SIGTERM);
  impl_->WaitForSignal();
}

void EventLoop::After(int64_t milliseconds, std::function<void()> task) {
  auto timer = std::make_shared<boost::asio::steady_timer>(*impl_->io);
  timer->expires_after(std::chrono::milliseconds(milliseconds));
  timer->async_wait(
      [timer, task = std::move(task)](const boost::system::error_code& error) noexcept {
        if (!error) task();
      });
}

}  // namespace pegel::net
