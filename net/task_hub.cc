#include "net/task_hub.h"

#include <kj/debug.h>

#include <utility>
#include <vector>

#include "net/account.h"
#include "net/tablet_wire.h"

namespace pegel::net {
namespace {

// Enough to keep a server busy over a round trip; many servers may be behind at once.
constexpr size_t kWindowBatches = 2;

// About 60 KiB. Less than a millisecond of work.
constexpr size_t kBatchTasksMax = 500;

constexpr uint64_t kBatchWords = 32;  // Of a batch, besides its tasks.

// All tasks of a server may be thousands, so that only a few such lists are made at a time; the
// others wait for their turn.
constexpr size_t kAsksUnderWayMax = 4;

}  // namespace

struct TaskHub::Sink final : public kj::TaskSet::ErrorHandler {
  Sink(Id id, const Account& connection, const Registration& who, wire::TaskSink::Client client)
      : id(id), connection(connection), who(who), client(kj::mv(client)), answers(*this) {}
  void taskFailed(kj::Exception&&) override {}  // Every task handles its own.

  const Id id;
  const Account& connection;
  const Registration who;
  wire::TaskSink::Client client;
  size_t batches_under_way = 0;
  kj::TaskSet answers;  // Of the batches under way.
};

TaskHub::TaskHub(EventPort& port, Line& line, const Limits& limits, ServerCounters& counters)
    : port_(port),
      line_(line),
      limits_(limits),
      counters_(counters),
      feed_(line.tasks()),
      tasks_(*this) {
  feed_->set_listener(this);
}

TaskHub::~TaskHub() noexcept(false) {
  *alive_ = false;
  feed_->set_listener(nullptr);
  for (const auto& [id, sink] : sinks_) feed_->End(sink->who);
}

// ---- beginning ----

TaskHub::Id TaskHub::Begin(const Account& connection, const Registration& who,
                           wire::TaskSink::Client sink) {
  auto other = by_server_.find(who.server);
  if (other != by_server_.end()) Remove(other->second);
  Id id = ++last_id_;
  sinks_.emplace(id, std::make_unique<Sink>(id, connection, who, kj::mv(sink)));
  by_server_[who.server] = id;
  asks_.push_back(id);
  AskNext();
  return id;
}

void TaskHub::AskNext() {
  while (!asks_.empty() && asks_under_way_ < kAsksUnderWayMax) {
    Sink* sink = Find(asks_.front());
    asks_.pop_front();
    if (sink == nullptr) continue;  // Ended while it waited.
    ++asks_under_way_;
    line_.AskTasks(sink->who, [this, alive = alive_, id = sink->id](TaskList list) {
      if (*alive) OnList(id, std::move(list));
    });
  }
}

// At once, before the line publishes more. The next one is asked for in a turn of its own, so that
// a thousand servers that come back at a time do not hold up the calls between them.
void TaskHub::OnList(Id id, TaskList list) {
  if (Sink* sink = Find(id)) feed_->Begin(sink->who, std::move(list));
  tasks_.add(kj::evalLast([this] {
    --asks_under_way_;
    AskNext();
  }));
}

TaskHub::Sink* TaskHub::Find(Id id) {
  auto it = sinks_.find(id);
  return it == sinks_.end() ? nullptr : it->second.get();
}

// ---- sending ----

void TaskHub::OnTasks() { PumpSoon(); }

// As an event of its own: publishing happens amid the line's work, and often.
void TaskHub::PumpSoon() {
  if (std::exchange(is_pump_due_, true)) return;
  tasks_.add(kj::evalLater([this] {
    is_pump_due_ = false;
    PumpAll();
  }));
}

void TaskHub::PumpAll() {
  std::vector<int32_t> servers(feed_->waiting().begin(), feed_->waiting().end());
  for (int32_t server : servers) {
    auto found = by_server_.find(server);
    if (found != by_server_.end()) Pump(*Find(found->second));
  }
}

void TaskHub::Pump(Sink& sink) {
  while (sink.batches_under_way < kWindowBatches) {
    std::vector<cluster::Task> tasks = feed_->Take(sink.who.server, kBatchTasksMax);
    if (tasks.empty()) return;
    const Author& author = sink.connection.caller;
    if (line_.changes()->view().WhyMayNot(author, acl::Operation::kClusterAction)) {
      return LetGo(sink.id);
    }
    Send(sink, tasks);
  }
}

void TaskHub::Send(Sink& sink, const std::vector<cluster::Task>& tasks) {
  ++sink.batches_under_way;
  ++counters_.task_batches;
  auto taken = kj::evalNow([&] {
    auto request = sink.client.performRequest(capnp::MessageSize{kBatchWords + WordsOf(tasks), 0});
    ToWire(tasks, request.initTasks(static_cast<unsigned>(tasks.size())));
    return request.send().ignoreResult();
  });
  auto answer = taken.then([] { return Answer::kTaken; })
                    .exclusiveJoin(port_.Sleep(limits_.batch_answer_ms_max).then([] {
                      return Answer::kLate;
                    }));
  sink.answers.add(answer.then([this, id = sink.id](Answer a) { OnAnswer(id, a); },
                               [this, id = sink.id](kj::Exception&&) { LetGo(id); }));
}

void TaskHub::OnAnswer(Id id, Answer answer) {
  Sink* sink = Find(id);
  if (sink == nullptr) return;
  if (answer == Answer::kLate) {
    ++counters_.task_sinks_cut;
    return LetGo(id);
  }
  --sink->batches_under_way;
  Pump(*sink);
}

// ---- ending ----

void TaskHub::OnTasksEnd(const Registration& who, bool is_in_force) {
  auto found = by_server_.find(who.server);
  if (found == by_server_.end() || Find(found->second)->who != who) return;
  if (!is_in_force) return Remove(found->second);
  ++counters_.task_sinks_cut;
  LetGo(found->second);
}

void TaskHub::LetGo(Id id) {
  Sink* sink = Find(id);
  if (sink == nullptr) return;
  let_go_.emplace(id, &sink->connection);
  Remove(id);
}

void TaskHub::End(Id id) {
  let_go_.erase(id);
  Remove(id);
}

void TaskHub::EndAllOf(const Account* connection) {
  std::vector<Id> ids;
  for (const auto& [id, sink] : sinks_) {
    if (&sink->connection == connection) ids.push_back(id);
  }
  for (const auto& [id, whose] : let_go_) {
    if (whose == connection) ids.push_back(id);
  }
  for (Id id : ids) End(id);
}

// What was taken out goes at the end of the turn: it may hold the promise that we are called from.
// It goes with us at the latest, since its answers come to us.
void TaskHub::Remove(Id id) {
  auto found = sinks_.extract(id);
  if (found.empty()) return;
  std::unique_ptr<Sink> sink = std::move(found.mapped());
  feed_->End(sink->who);
  auto of_server = by_server_.find(sink->who.server);
  if (of_server != by_server_.end() && of_server->second == id) by_server_.erase(of_server);
  leaving_.push_back(std::move(sink));
  port_.Defer([this, alive = alive_] {
    if (*alive) std::exchange(leaving_, {}).clear();
  });
}

// Every task handles its own.
void TaskHub::taskFailed(kj::Exception&&) {}

}  // namespace pegel::net
