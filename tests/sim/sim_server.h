// The server of a life: what tools/server.cc does around the engine, without sockets and threads.
//
//   Submit → Engine::Step → records gathered over one turn → one group → LifeLog
//   LifeLog → Engine::Step(GroupDurable) → replies, and changes to the feed, the leases and the
//                                            rebalancer, which is the real one
//
// A new one for every start; destroying it is the crash. Tells the judge everything.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/change_feed.h"
#include "core/engine.h"
#include "core/liveness.h"
#include "core/ports.h"
#include "core/task_feed.h"
#include "replay/follower.h"
#include "tests/sim/judge.h"
#include "tests/sim/life_log.h"
#include "tests/sim/stage.h"
#include "tools/rebalancer.h"

namespace pegel::sim {

struct SimServerOptions {
  EngineOptions engine;
  ChangeFeedOptions changes;
  int64_t lease_ms = 1000;
  uint64_t plan_ms_max = 300;
  uint64_t history_ms_max = 20;
  std::string cluster_id = "simulated";
};

// A piece of the changes from an lsn on.
struct WatchBatch {
  std::vector<SharedChange> changes;
  Lsn through;
};

class SimServer {
 public:
  SimServer(Stage& stage, LifeLog& log, Judge& judge, replay::Folded folded,
            SimServerOptions options, std::function<void()> on_stop);
  ~SimServer() { *alive_ = false; }

  // Serves: `boot` first, when it differs from what the log holds.
  void Start(const model::Ask& boot);

  void Submit(const model::Ask& ask, std::function<void(const Reply&)> done);
  // `command`: what the call was read as on its way.
  void Submit(const model::Ask& ask, Command command, std::function<void(const Reply&)> done);
  void AskStatus(std::function<void(const Status&)> done = [](const Status&) {});
  // All tasks of a registration, once what they follow from is durable.
  void AskTasks(const Registration& who, std::function<void(const TaskList&)> done);
  void Report(const ReplicaReport& report, std::function<void(const Reply&)> done);
  LeaseAnswer Heartbeat(const Author& author, const Registration& who);

  // What a watcher that wants `from` next is sent now; nothing when there is nothing new.
  // `history` is the watcher's own walk through what the ring does not hold any more; unset: none
  // was needed yet.
  WatchBatch Read(Lsn from, std::optional<replay::Follower>* history);

  // ---- for net/ ----
  const std::string& cluster_id() const { return options_.cluster_id; }
  std::shared_ptr<ChangeFeed> changes() { return feed_; }
  std::shared_ptr<TaskFeed> tasks() { return tasks_; }
  // Takes its time; gives nothing more when the server is gone.
  std::unique_ptr<HistoryReader> ReadHistory(Lsn from);

  const LifeLog& log() const { return log_; }
  const World& world() const { return engine_.world(); }
  bool is_idle() const { return engine_.is_idle(); }
  Lsn through() const { return feed_->through(); }

 private:
  class History;

  tools::Rebalancer::Ports ForRebalances();
  void Step(Input input, CallToken token);
  void Do(Append& effect);
  void Do(Reply& effect);
  void Do(StatusReply& effect);
  void Do(TasksReply& effect);
  void Do(Published& effect);
  void Do(Stop& effect);
  void HandOver();
  void OnAppended(const absl::Status& status, Lsn through, std::vector<Hash256> chains);
  HistoryPiece PieceOf(std::optional<replay::Follower>* history, Lsn from, Lsn end);
  void LookLater();
  void Look(int64_t late_ms);
  void Lose(const Registration& who);
  void After(int64_t ms, std::function<void()> task);

  Stage& stage_;
  LifeLog& log_;
  Judge& judge_;
  SimServerOptions options_;
  std::function<void()> on_stop_;
  log::Head head_;  // Of what was handed to the log.
  std::shared_ptr<ChangeFeed> feed_;
  std::shared_ptr<TaskFeed> tasks_;
  Liveness liveness_;
  Engine engine_;
  CallToken last_token_ = 0;
  std::map<CallToken, std::function<void(const Reply&)>> replies_;
  std::map<CallToken, std::function<void(const TaskList&)>> task_replies_;
  std::map<CallToken, std::function<void(const Status&)>> status_replies_;
  std::vector<Record> gathered_;
  bool is_handing_over_ = false;
  bool is_stopped_ = false;  // The engine gave up: nobody is answered any more.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  tools::Rebalancer rebalancer_;
};

}  // namespace pegel::sim
