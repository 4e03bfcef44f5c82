// What address sanitizer has to be told of fibers, since KJ of the distribution does not tell it;
// in other builds this does nothing.
//
// The sanitizer marks what lies around variables on a stack, and takes the marks away when a
// function returns or an exception leaves it, up to the end of the thread's stack. It does not know
// where the stack of a fiber ends, so marks of functions that an exception left would stay, and
// accuse others later. We take away all marks of a fiber when it throws and where it begins
// something new.
#pragma once

#include <kj/exception.h>

#include <cstddef>

namespace pegel::sim {

// First of all in a fiber.
class FiberStack {
 public:
  // `bytes`: as kj::startFiber was told.
  explicit FiberStack(size_t bytes);
  ~FiberStack();
  KJ_DISALLOW_COPY(FiberStack);

  // Takes away all marks of the stack that this is called on, if it is a fiber's.
  static void Unmark();

 private:
  bool Holds(const char* here) const { return begin_ <= here && here < end_; }
  void Clear() const;

  const char* begin_;
  const char* end_;
  FiberStack* next_;  // Another one of this thread.
};

// On the stack of who runs the loop of the fibers.
class FiberExceptions final : public kj::ExceptionCallback {
 public:
  void onRecoverableException(kj::Exception&& exception) override {
    FiberStack::Unmark();
    next.onRecoverableException(kj::mv(exception));
  }
  void onFatalException(kj::Exception&& exception) override {
    FiberStack::Unmark();
    next.onFatalException(kj::mv(exception));
  }
};

}  // namespace pegel::sim
