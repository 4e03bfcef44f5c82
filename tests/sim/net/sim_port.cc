#include "tests/sim/net/sim_port.h"

#include <memory>

#include "core/check.h"

namespace pegel::sim {
namespace {

constexpr int64_t kNanosPerMs = 1'000'000;

// The task outlives the promise when that is dropped, hence the shared state.
class Sleeper {
 public:
  Sleeper(kj::PromiseFulfiller<void>& fulfiller, Stage& stage, int64_t ms)
      : fulfiller_(std::make_shared<kj::PromiseFulfiller<void>*>(&fulfiller)) {
    stage.After(ms, [waiting = fulfiller_] {
      if (*waiting != nullptr) (*waiting)->fulfill();
    });
  }
  ~Sleeper() { *fulfiller_ = nullptr; }
  KJ_DISALLOW_COPY(Sleeper);

 private:
  std::shared_ptr<kj::PromiseFulfiller<void>*> fulfiller_;
};

}  // namespace

kj::Promise<void> SimPort::SleepNanos(int64_t nanos) {
  return kj::newAdaptedPromise<void, Sleeper>(stage_, (nanos + kNanosPerMs - 1) / kNanosPerMs);
}

// Whoever waits does so in a fiber, and fibers give the thread back.
void SimPort::WaitForOne() { PEGEL_CHECK(false, "a life waits for the world outside"); }

}  // namespace pegel::sim
