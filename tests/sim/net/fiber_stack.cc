#include "tests/sim/net/fiber_stack.h"

#include <sanitizer/asan_interface.h>

namespace pegel::sim {
namespace {

// What KJ has on the stack before the fiber's function begins, and then some.
constexpr size_t kBytesBefore = 4096;

thread_local FiberStack* first = nullptr;

}  // namespace

FiberStack::FiberStack(size_t bytes)
    : begin_(reinterpret_cast<const char*>(this) - bytes + 2 * kBytesBefore),
      end_(reinterpret_cast<const char*>(this)),
      next_(first) {
  first = this;
  Clear();  // Another fiber may have had this memory.
}

FiberStack::~FiberStack() {
  FiberStack** link = &first;
  while (*link != this) link = &(*link)->next_;
  *link = next_;
}

void FiberStack::Clear() const {
  ASAN_UNPOISON_MEMORY_REGION(begin_, static_cast<size_t>(end_ - begin_));
}

void FiberStack::Unmark() {
  const char here = 0;
  for (const FiberStack* stack = first; stack != nullptr; stack = stack->next_) {
    if (stack->Holds(&here)) stack->Clear();
  }
}

}  // namespace pegel::sim
