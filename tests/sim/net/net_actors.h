// Clients, watchers and tablet servers that use the client library over simulated connections. Each
// runs in a fiber, where the library's calls block as they do in a program.
//
// Destroying one ends it in the middle of whatever it waits for. One thread; all that is handed in
// must outlive it.
#pragma once

#include <kj/async.h>

#include <map>
#include <memory>
#include <string>

#include "net/client.h"
#include "tests/sim/actors.h"
#include "tests/sim/net/fiber_stack.h"
#include "tests/sim/net/net_server.h"

namespace pegel::sim {

// What both have: a fiber, and a connection that they make again when it broke.
class NetActor {
 public:
  NetActor(Stage& stage, Host& host, Judge& judge, Ways& ways, uint64_t number)
      : stage_(stage), host_(host), judge_(judge), ways_(ways), number_(number) {}
  virtual ~NetActor() noexcept {}

 protected:
  virtual void Run(kj::WaitScope& scope) = 0;
  void Start();                           // Run, in a fiber.
  void End() { fiber_ = kj::READY_NOW; }  // For destructors: before the members of Run go.

  void Sleep(int64_t ms, kj::WaitScope& scope) {
    FiberStack::Unmark();
    ways_.port().Sleep(ms).wait(scope);
  }
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
class NetClient final : public ClientActor, private NetActor {
 public:
  using NetActor::NetActor;
  ~NetClient() noexcept override { End(); }
  void Live() override { Start(); }
  bool is_quiet() const override { return !is_calling_; }

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
  Memories::Id memory_ = 0;
};

// As sim::Watcher: follows all changes, and resumes behind the last batch when it was cut off.
class NetWatcher final : public WatcherActor, private NetActor {
 public:
  using NetActor::NetActor;
  ~NetWatcher() noexcept override { End(); }
  void Live() override { Start(); }
  Lsn next() const override { return next_; }

 private:
  void Run(kj::WaitScope& scope) override;
  void Follow();
  void OnBatch(const net::ChangeBatch& batch);

  Lsn next_{1};
};

// As sim::Tablet, with net::TabletClient: registers, beats, takes the tasks that it is sent, and
// resumes its registration on a new connection.
class NetTablet final : public TabletActor, private NetActor {
 public:
  NetTablet(Stage& stage, Host& host, Judge& judge, Ways& ways, uint64_t number, int id)
      : NetActor(stage, host, judge, ways, number), id_(id), replicas_(stage, host, id) {}
  ~NetTablet() noexcept override { End(); }

  void Live() override { Start(); }
  int id() const override { return id_; }
  void set_is_twin() override { is_twin_ = true; }

 private:
  void Run(kj::WaitScope& scope) override;
  bool Begin(kj::WaitScope& scope);
  bool Register();
  bool Resume();
  bool Turn(kj::WaitScope& scope);
  bool Beat(kj::WaitScope& scope);
  bool OnAnswer(const LeaseAnswer& answer);
  bool Work();
  bool Tell(const Replicas::Words& words);

  const int id_;
  Replicas replicas_;
  bool is_twin_ = false;
  uint64_t life_ = 0;   // Counts registrations tried.
  uint64_t epoch_ = 0;  // 0: not registered.
  int64_t next_beat_ms_ = 0;
  std::map<cluster::BucketKey, cluster::Task> tasks_;  // As the server said last.
  std::unique_ptr<net::TabletClient> tablets_;         // Of the connection.
};

}  // namespace pegel::sim
