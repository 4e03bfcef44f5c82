// Clients and watchers that use the client library over simulated connections. Each runs in a
// fiber, where the library's calls block as they do in a program.
//
// Destroying one ends it in the middle of whatever it waits for. One thread; all that is handed in
// must outlive it.
#pragma once

#include <kj/async.h>

#include <memory>
#include <string>

#include "net/client.h"
#include "tests/sim/actors.h"
#include "tests/sim/net/net_server.h"

namespace pegel::sim {

// What both have: a fiber, and a connection that they make again when it broke.
class NetActor {
 public:
  NetActor(Stage& stage, Host& host, Judge& judge, Ways& ways, uint64_t number)
      : stage_(stage), host_(host), judge_(judge), ways_(ways), number_(number) {}
  virtual ~NetActor() = default;

  void Live();

 protected:
  virtual void Run(kj::WaitScope& scope) = 0;
  void End() { fiber_ = kj::READY_NOW; }  // For destructors: before the members of Run go.

  void Sleep(int64_t ms, kj::WaitScope& scope) { ways_.port().Sleep(ms).wait(scope); }
  // False: nobody answers, or not in time.
  bool Connect(const Author& caller, kj::WaitScope& scope);
  void HangUp();

  Stage& stage_;
  Host& host_;
  Judge& judge_;
  Ways& ways_;
  const uint64_t number_;
  std::shared_ptr<Spoken> spoken_;       // Of the connection.
  std::unique_ptr<net::Client> client_;  // Null: not connected.
  Author caller_;                        // Who it speaks for.

 private:
  kj::Promise<void> fiber_ = nullptr;
};

// As sim::Client: one call at a time, sent again with the same request id until it is answered.
class NetClient final : public NetActor {
 public:
  using NetActor::NetActor;
  ~NetClient() override { End(); }
  bool is_quiet() const { return !is_calling_; }

 private:
  void Run(kj::WaitScope& scope) override;
  void Begin();
  bool Send(kj::WaitScope& scope);
  bool MayGiveUp();
  absl::StatusOr<net::CallReply> Say();
  bool OnAnswer(const absl::StatusOr<net::CallReply>& answer);
  void Compare(const net::CallReply& reply);

  uint64_t call_ = 0;
  bool is_calling_ = false;
  uint64_t floor_ = 0;
  model::Ask ask_;
};

// As sim::Watcher: follows all changes, and resumes behind the last batch when it was cut off.
class NetWatcher final : public NetActor {
 public:
  using NetActor::NetActor;
  ~NetWatcher() override { End(); }
  Lsn next() const { return next_; }

 private:
  void Run(kj::WaitScope& scope) override;
  void Follow();
  void OnBatch(const net::ChangeBatch& batch);

  Lsn next_{1};  // Everything before it is applied.
};

}  // namespace pegel::sim
