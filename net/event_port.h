// Turns of the KJ loop, and the clock that promises wait on: all that net/ asks of the loop that it
// runs in.
//
// KJ runs its events until none is left, then calls wait(). That moment is the end of a loop turn:
// first the deferred tasks run, then every stream sends what it gathered in the turn with one
// system call, and only when nothing new came of that does the thread sleep. When KJ is busy for
// long it calls poll() in between, so that sockets are not starved; that ends a turn too.
//
// How to sleep, what the outside has ready and what time is are questions for who derives from it:
// net/asio_port.h, and the simulator, in which time is a number. Loop thread only, except wake().
#pragma once

#include <kj/async.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace pegel::net {

// Somebody with bytes that are to leave at the end of the turn.
class Flushable {
 public:
  virtual void Flush() = 0;

 protected:
  ~Flushable() = default;
};

class EventPort : public kj::EventPort {
 public:
  // Must be called once, before the first wait(): the loop that this port serves.
  void Serve(kj::EventLoop& loop) { loop_ = &loop; }

  bool wait() final;
  bool poll() final;
  void wake() const final;

  // Runs what was deferred, then flushes. Called by wait() and poll(), and when the loop ends.
  void EndTurn();

  // Calls Flush once at the end of this turn. Ask once a turn.
  void FlushAtEndOfTurn(std::shared_ptr<Flushable> stream) { dirty_.push_back(std::move(stream)); }

  // Runs `task`, which must not throw, at the end of this turn.
  void Defer(std::function<void()> task) { deferred_.push_back(std::move(task)); }

  // Forgets, without running them, the tasks and streams that wait for the end of the turn. For the
  // end of the loop: what they hold must go before what they were made with does.
  void Drop();

  // Resolves after `milliseconds`. Dropping the promise stops the clock.
  kj::Promise<void> Sleep(int64_t milliseconds) { return SleepNanos(milliseconds * 1'000'000); }
  virtual kj::Promise<void> SleepNanos(int64_t nanos) = 0;

 protected:
  ~EventPort() = default;

  // Sleeps until something outside has happened, and handles that.
  virtual void WaitForOne() = 0;
  // Handles what has happened outside already, within bounds.
  virtual void RunReady() = 0;
  // Makes WaitForOne return, or the next one. Any thread.
  virtual void Interrupt() const = 0;

 private:
  void RunDeferred() noexcept;
  void FlushDirty() noexcept;
  bool HasWork() const;
  bool TakeWake() { return is_woken_.exchange(false, std::memory_order_acq_rel); }

  kj::EventLoop* loop_ = nullptr;
  mutable std::atomic<bool> is_woken_{false};
  std::vector<std::function<void()>> deferred_;
  std::vector<std::function<void()>> running_;  // Empty but while RunDeferred runs; keeps memory.
  std::vector<std::shared_ptr<Flushable>> dirty_;
  std::vector<std::shared_ptr<Flushable>> flushing_;  // Likewise.
};

}  // namespace pegel::net
