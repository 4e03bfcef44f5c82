// The KJ loop of a life, in the stage's time: promises sleep as tasks of the stage do, and nothing
// ever waits for anything outside.
//
// After each task of the stage the loop runs until it has nothing left to do (Settle). One thread;
// the stage must outlive it. Everything made of promises must go first.
#pragma once

#include "net/event_port.h"
#include "tests/sim/stage.h"

namespace pegel::sim {

class SimPort final : public net::EventPort {
 public:
  explicit SimPort(Stage& stage) : stage_(stage) {}

  kj::Promise<void> SleepNanos(int64_t nanos) override;

 private:
  void WaitForOne() override;
  void RunReady() override {}
  void Interrupt() const override {}

  Stage& stage_;
};

class SimLoop {
 public:
  explicit SimLoop(Stage& stage) : port_(stage), loop_(port_), scope_(loop_) { port_.Serve(loop_); }

  // What was given up in the last turn still has to be told so.
  ~SimLoop() {
    port_.Drop();
    Settle();
  }

  SimPort& port() { return port_; }
  void Settle() { scope_.poll(); }

 private:
  SimPort port_;
  kj::EventLoop loop_;
  kj::WaitScope scope_;
};

}  // namespace pegel::sim
