// Gives tablet servers their tasks: one sink for each registration that listens.
//
//   TaskFeed (what waits for whom) → a few batches under way for each sink → TaskSink.perform
//
// A sink that is slow costs what is under way and what waits in the feed, and is let go when it
// does not answer in time; its session then says so with every heartbeat, and begins again with all
// tasks by `resume`. Who may not act as a tablet server any more gets none.
//
// Owned by the listener. Loop thread only.
#pragma once

#include <kj/async.h>

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "core/ports.h"
#include "core/task_feed.h"
#include "net/admin.capnp.h"
#include "net/event_port.h"
#include "net/limits.h"
#include "net/server.h"

namespace pegel::net {

struct Account;

class TaskHub final : private TaskListener, private kj::TaskSet::ErrorHandler {
 public:
  using Id = uint64_t;

  // All must outlive the hub, but the line only until the last sink has ended.
  TaskHub(EventPort& port, Line& line, const Limits& limits, ServerCounters& counters);
  ~TaskHub() noexcept(false);
  KJ_DISALLOW_COPY(TaskHub);

  // All tasks of this registration, and then what changes, go to `sink`, which takes the place of
  // another one of the same server. `connection`: whose it is, and who speaks.
  Id Begin(const Account& connection, const Registration& who, wire::TaskSink::Client sink);

  // Nothing happens to one that has ended.
  void End(Id id);
  void EndAllOf(const Account* connection);

  // It was let go, though its registration may be in force.
  bool IsLetGo(Id id) const { return let_go_.count(id) > 0; }

 private:
  struct Sink;
  enum class Answer { kTaken, kLate };

  // ---- TaskListener ----
  void OnTasks() override;
  void OnTasksEnd(const Registration& who, bool is_in_force) override;

  void AskNext();
  void OnList(Id id, TaskList list);
  void PumpSoon();
  void PumpAll();
  void Pump(Sink& sink);
  void Send(Sink& sink, const std::vector<cluster::Task>& tasks);
  void OnAnswer(Id id, Answer answer);
  void LetGo(Id id);
  void Remove(Id id);
  Sink* Find(Id id);
  void taskFailed(kj::Exception&& exception) override;

  EventPort& port_;
  Line& line_;
  Limits limits_;
  ServerCounters& counters_;
  std::shared_ptr<TaskFeed> feed_;
  std::map<Id, std::unique_ptr<Sink>> sinks_;
  std::vector<std::unique_ptr<Sink>> leaving_;  // Until the end of the turn.
  std::map<int32_t, Id> by_server_;             // The sink of each server that has one.
  std::map<Id, const Account*> let_go_;
  std::deque<Id> asks_;  // Sinks that need all tasks of their server first.
  size_t asks_under_way_ = 0;
  Id last_id_ = 0;
  bool is_pump_due_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // What is called back checks it.
  kj::TaskSet tasks_;
};

}  // namespace pegel::net
