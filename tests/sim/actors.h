// Who lives around the server: clients that call, tablet servers that register and beat, watchers
// that follow. Each is a little state machine of tasks on the stage; none ever waits.
//
// They see the server only through `Host`, which has none while it is down.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/cluster/tasks.h"
#include "tests/sim/judge.h"
#include "tests/sim/sim_server.h"
#include "tests/sim/stage.h"

namespace pegel::sim {

struct Host {
  std::unique_ptr<SimServer> server;  // Null: down.
  uint64_t starts = 0;
  bool is_calm = false;      // Nobody begins anything new.
  uint64_t calls_left = 0;   // Of all clients together.
  uint64_t rest_ms_max = 0;  // Of a client between two calls.
  // The tablet servers' disks and their ways among each other: when the data of a replica is whole,
  // and when a server last did some work, both in virtual milliseconds.
  std::map<std::pair<int, cluster::BucketKey>, int64_t> copies;
  std::map<int, int64_t> worked_ms;
};

// Sends `ask` over the network; `back` is called for each answer that arrives.
void Call(Stage& stage, Host& host, const model::Ask& ask, std::function<void(const Reply&)> back);

// One call at a time; sent again with the same request id until it is answered, or given up.
class Client {
 public:
  Client(Stage& stage, Host& host, Judge& judge, uint64_t number)
      : stage_(stage), host_(host), judge_(judge), number_(number) {}

  void Live() { Rest(); }
  bool is_quiet() const { return !is_calling_; }

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
};

// Registers, beats, falls silent now and then, comes back; two of them may have one id. Asks what
// it should be doing, does that and says so: copies replicas, leads, deletes. Sometimes it beats
// and does nothing, and sometimes it cannot hold a replica.
class Tablet {
 public:
  Tablet(Stage& stage, Host& host, uint64_t number, int id)
      : stage_(stage), host_(host), number_(number), id_(id) {}

  void Live() { Register(), Work(); }
  int id() const { return id_; }
  // One of two with an id: leaves when it is fenced in peace.
  void set_is_twin() { is_twin_ = true; }

 private:
  using Epochs = std::map<cluster::BucketKey, int32_t>;
  // What it has to say: a report, and the leader epochs in which it says that it leads.
  struct Words {
    ReplicaReport report;
    Epochs leads;
  };

  void Register();
  void Beat();
  void OnAnswer(uint64_t life, const LeaseAnswer& answer);
  void Work();
  void Perform(uint64_t life, const std::vector<cluster::Task>& tasks);
  void Do(const cluster::Task& task, Words* words);
  void Lead(const cluster::Task& task, const cluster::Replicas& replicas, Words* words);
  void Tell(const Words& words);
  bool KeepsUp(int server, const cluster::BucketKey& key) const;

  Stage& stage_;
  Host& host_;
  uint64_t number_;
  int id_;
  uint64_t life_ = 0;   // Counts registrations tried; what belongs to an older one is dropped.
  uint64_t epoch_ = 0;  // 0: not registered.
  bool is_twin_ = false;
  int64_t quiet_until_ms_ = 0;  // It neither beats nor works.
  int64_t mute_until_ms_ = 0;   // It only beats.
  Epochs seen_;                 // The newest bucket_epoch of a task.
  Epochs confirmed_;            // The leader_epoch in which it was heard that it leads.
};

// Follows all changes from lsn 1, breaks off, and resumes where it was, or from the beginning.
class Watcher {
 public:
  Watcher(Stage& stage, Host& host, Judge& judge) : stage_(stage), host_(host), judge_(judge) {}

  void Live() { Poll(); }
  Lsn next() const { return next_; }

 private:
  void Poll();
  void Ask();
  void OnBatch(uint64_t connection, Lsn from, const WatchBatch& batch);

  Stage& stage_;
  Host& host_;
  Judge& judge_;
  Lsn next_{1};                              // Everything before it is applied.
  Lsn asked_{1};                             // What the server is asked for next: it sends ahead.
  uint64_t start_ = 0;                       // Of the server that it is connected to.
  uint64_t connection_ = 0;                  // Batches of an older one are lost.
  std::optional<replay::Follower> history_;  // Of this connection.
};

}  // namespace pegel::sim
