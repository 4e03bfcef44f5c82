#include "net/event_port.h"

namespace pegel::net {

bool EventPort::wait() {
  RunDeferred();
  if (loop_->isRunnable()) return TakeWake();  // More of this turn; it ends when that is done.
  FlushDirty();
  if (!HasWork() && !is_woken_.load(std::memory_order_acquire)) WaitForOne();
  RunReady();
  return TakeWake();
}

bool EventPort::poll() {
  EndTurn();
  RunReady();
  return TakeWake();
}

void EventPort::wake() const {
  bool was_woken = is_woken_.exchange(true, std::memory_order_acq_rel);
  if (!was_woken) Interrupt();
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

}  // namespace pegel::net
