// Two lines for tests: one that a test answers by hand, one with the real engine behind it.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "core/engine.h"
#include "core/ports.h"
#include "core/read_past.h"
#include "net/event_loop.h"

namespace pegel::net {

// How long tablet servers may be silent at EngineLine.
inline constexpr int64_t kTestLeaseMs = 10'000;

// Keeps every call until the test answers or drops it. Loop thread only.
class FakeLine final : public Line {
 public:
  struct Call {
    Author author;
    RequestId request_id;
    Command command;
    std::function<void(Reply)> done;
  };

  void Submit(Author author, RequestId request_id, Command command,
              std::function<void(Reply)> done) override;
  void AskStatus(std::function<void(Status)> done) override;
  std::shared_ptr<ChangeFeed> changes() override { return changes_; }
  std::unique_ptr<HistoryReader> ReadHistory(Lsn) override { return nullptr; }  // It has none.
  void AskSettings(const Author& author, std::function<void(SettingsAnswer)> done) override;
  void ResealSecrets(Author author, RequestId request_id, std::function<void(Reply)> done) override;
  void TakeSnapshot(const Author& author, std::function<void(SavedAnswer)> done) override;
  void ReadPast(const Author&, const AsOf&, Command read,
                std::function<void(PastAnswer)> done) override {
    done({ReadAll(World{}, read)});
  }
  LeaseAnswer Heartbeat(const Author&, const Registration&) override { return LeaseRenewed{1}; }
  std::shared_ptr<TaskFeed> tasks() override { return tasks_; }
  void AskTasks(const Registration&, std::function<void(TaskList)> done) override { done({}); }
  void AskPlan(rebalance::Options, PlanDone done) override {
    done(std::make_shared<moves::Proposal>());
  }

  // Each call gets the outcome, and lsns from 1 as its receipts.
  void AnswerAll(const Outcome& outcome = Result{Done{}});

  std::vector<Call> calls;  // Not yet answered, in order of arrival.
  bool answers_at_once = false;
  RequestId last_request_id;  // Of the last Submit or ResealSecrets.

 private:
  std::shared_ptr<ChangeFeed> changes_ = std::make_shared<ChangeFeed>(World{}, ChangeFeedOptions{});
  std::shared_ptr<TaskFeed> tasks_ = std::make_shared<TaskFeed>(World{});
  uint64_t lsn_ = 0;
};

// The engine with a disk that is perfect and as quick as a loop turn: records of one turn become
// durable together at its end. Record 1 is the Boot.
class EngineLine final : public Line {
 public:
  explicit EngineLine(EventLoop& loop, ChangeFeedOptions changes = {},
                      std::map<std::string, config::Value> statics = {});

  const World& world() const { return engine_.world(); }

  void Submit(Author author, RequestId request_id, Command command,
              std::function<void(Reply)> done) override;
  void AskStatus(std::function<void(Status)> done) override;
  std::shared_ptr<ChangeFeed> changes() override { return changes_; }
  std::unique_ptr<HistoryReader> ReadHistory(Lsn from) override;

  // While true, records are appended but the disk is never done with them.
  bool is_disk_stuck = false;
  void DiskGoesOn();
  bool is_durable() const { return engine_.is_idle(); }  // Nothing waits for the disk.
  int histories_begun = 0;
  size_t history_piece_max = 5;  // Changes in a piece of history.

  void AskSettings(const Author& author, std::function<void(SettingsAnswer)> done) override;
  void ResealSecrets(Author author, RequestId request_id, std::function<void(Reply)> done) override;
  void TakeSnapshot(const Author& author, std::function<void(SavedAnswer)> done) override;
  LeaseAnswer Heartbeat(const Author& author, const Registration& who) override;
  std::shared_ptr<TaskFeed> tasks() override { return tasks_; }
  void AskTasks(const Registration& who, std::function<void(TaskList)> done) override;
  void AskPlan(rebalance::Options options, PlanDone done) override;
  // It has one World only, that of now.
  void ReadPast(const Author&, const AsOf&, Command read,
                std::function<void(PastAnswer)> done) override {
    done({ReadAll(engine_.world(), read)});
  }

  // Time for leases goes by only here; who was silent for too long is lost.
  void Pass(int64_t milliseconds);

 private:
  class History;
  void Carry(std::vector<Effect> effects);
  void GroupIsDurable();

  EventLoop& loop_;
  std::shared_ptr<ChangeFeed> changes_;
  std::shared_ptr<TaskFeed> tasks_ = std::make_shared<TaskFeed>(World{});
  std::shared_ptr<std::vector<SharedChange>> history_ =
      std::make_shared<std::vector<SharedChange>>();  // All that was published.
  Engine engine_;
  Lsn appended_;
  CallToken last_token_ = 0;
  bool is_group_open_ = false;
  int64_t now_ms_ = 0;
  Liveness liveness_;
  std::map<CallToken, std::function<void(Reply)>> calls_;
  std::map<CallToken, std::function<void(Status)>> asks_;
  std::map<CallToken, std::function<void(TaskList)>> task_asks_;
};

// The chain hash that both lines give to a record.
Hash256 TestChain(Lsn lsn);

}  // namespace pegel::net
