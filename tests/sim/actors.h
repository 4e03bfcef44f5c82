// Who lives around the server: clients that call, tablet servers that register and beat, watchers
// that follow. Here each is a little state machine of tasks on the stage, and none ever waits; they
// see the server only through `Host`, which has none while it is down. net/net_actors.h has those
// that use the client library.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/cluster/tasks.h"
#include "tests/sim/host.h"
#include "tests/sim/judge.h"
#include "tests/sim/replicas.h"
#include "tests/sim/sim_server.h"
#include "tests/sim/stage.h"

namespace pegel::sim {

// Sends `ask` over the network; `back` is called for each answer that arrives.
void Call(Stage& stage, Host& host, const model::Ask& ask, std::function<void(const Reply&)> back);

class ClientActor {
 public:
  virtual ~ClientActor() = default;
  virtual void Live() = 0;
  virtual bool is_quiet() const = 0;  // No call is under way.
};

class TabletActor {
 public:
  virtual ~TabletActor() = default;
  virtual void Live() = 0;
  virtual int id() const = 0;
  virtual void set_is_twin() = 0;  // One of two with an id: leaves when it is fenced in peace.
};

class WatcherActor {
 public:
  virtual ~WatcherActor() = default;
  virtual void Live() = 0;
  virtual Lsn next() const = 0;  // Everything before it is applied.
};

// One call at a time; sent again with the same request id until it is answered, or given up.
class Client final : public ClientActor {
 public:
  Client(Stage& stage, Host& host, Judge& judge, uint64_t number)
      : stage_(stage), host_(host), judge_(judge), number_(number) {}

  void Live() override { Rest(); }
  bool is_quiet() const override { return !is_calling_; }

 private:
  void Rest();
  void Begin();
  void SendIt();
  void OnTimeout(uint64_t call, uint64_t attempt);
  void OnReply(uint64_t call, const Reply& reply);

  Stage& stage_;
  Host& host_;
  Judge& judge_;
  uint64_t number_;
  uint64_t call_ = 0;  // Of the call under way, or the last.
  uint64_t attempt_ = 0;
  bool is_calling_ = false;
  uint64_t floor_ = 0;
  model::Ask ask_;
  Memories::Id memory_ = 0;
};

// Registers, beats, falls silent now and then, comes back; two of them may have one id. Asks what
// it should be doing, does that and says so: copies replicas, leads, deletes. Sometimes it beats
// and does nothing, and sometimes it cannot hold a replica.
class Tablet final : public TabletActor {
 public:
  Tablet(Stage& stage, Host& host, Judge&, uint64_t number, int id)
      : stage_(stage), host_(host), number_(number), id_(id), replicas_(stage, host, id) {}

  void Live() override { Register(), Work(); }
  int id() const override { return id_; }
  void set_is_twin() override { is_twin_ = true; }

 private:
  void Register();
  void Beat();
  void OnAnswer(uint64_t life, const LeaseAnswer& answer);
  void Work();
  void Perform(uint64_t life, const std::vector<cluster::Task>& tasks);
  void Tell(const Replicas::Words& words);

  Stage& stage_;
  Host& host_;
  uint64_t number_;
  int id_;
  uint64_t life_ = 0;   // Counts registrations tried; what belongs to an older one is dropped.
  uint64_t epoch_ = 0;  // 0: not registered.
  bool is_twin_ = false;
  int64_t quiet_until_ms_ = 0;  // It neither beats nor works.
  Replicas replicas_;
};

// Follows all changes from lsn 1, breaks off, and resumes where it was, or from the beginning.
class Watcher final : public WatcherActor {
 public:
  Watcher(Stage& stage, Host& host, Judge& judge, uint64_t)
      : stage_(stage), host_(host), judge_(judge) {}

  void Live() override { Poll(); }
  Lsn next() const override { return next_; }

 private:
  void Poll();
  void Ask();
  void OnBatch(uint64_t connection, Lsn from, const WatchBatch& batch);

  Stage& stage_;
  Host& host_;
  Judge& judge_;
  Lsn next_{1};
  Lsn asked_{1};                             // What the server is asked for next: it sends ahead.
  uint64_t start_ = 0;                       // Of the server that it is connected to.
  uint64_t connection_ = 0;                  // Batches of an older one are lost.
  std::optional<replay::Follower> history_;  // Of this connection.
};

}  // namespace pegel::sim
