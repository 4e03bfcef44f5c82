// The server of a life as net/ sees it: SimServer, in the shape of a Line.
//
// Each connection has one of its own, because the reference world must know what a caller meant:
// the caller puts that into `Spoken` when it sends, and here it is taken out again when the call
// has come through net/, which must have made the same command of it. One thread; `server` must
// outlive it.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "core/ports.h"
#include "tests/sim/model/model.h"
#include "tests/sim/sim_server.h"
#include "tests/sim/stage.h"

namespace pegel::sim {

// What was sent over a connection and what the line answered, both in their order.
struct Spoken {
  std::deque<model::Ask> sent;
  std::deque<ReplicaReport> reports;  // Those among `sent`.
  std::deque<Reply> answered;
};

class SimLine final : public Line {
 public:
  // `spoken`: null where nobody calls.
  SimLine(Stage& stage, SimServer& server, std::shared_ptr<Spoken> spoken)
      : stage_(stage), server_(server), spoken_(std::move(spoken)) {}

  void Submit(Author author, RequestId request_id, Command command,
              std::function<void(Reply)> done) override;
  void AskStatus(std::function<void(Status)> done) override { server_.AskStatus(std::move(done)); }
  std::shared_ptr<ChangeFeed> changes() override { return server_.changes(); }
  std::unique_ptr<HistoryReader> ReadHistory(Lsn from) override {
    return server_.ReadHistory(from);
  }
  LeaseAnswer Heartbeat(const Author& author, const Registration& who) override {
    return server_.Heartbeat(author, who);
  }
  std::shared_ptr<TaskFeed> tasks() override { return server_.tasks(); }
  void AskTasks(const Registration& who, std::function<void(TaskList)> done) override {
    server_.AskTasks(who, std::move(done));
  }

  // A life has none of these; who asks is told so.
  void ReadPast(const Author&, const AsOf&, Command, std::function<void(PastAnswer)> done) override;
  void AskSettings(const Author&, std::function<void(SettingsAnswer)> done) override;
  void ResealSecrets(Author, RequestId, std::function<void(Reply)> done) override;
  void TakeSnapshot(const Author&, std::function<void(SavedAnswer)> done) override;
  void AskPlan(rebalance::Options, PlanDone done) override;

 private:
  std::optional<Command> MeantBy(const model::Ask& ask);

  Stage& stage_;
  SimServer& server_;
  std::shared_ptr<Spoken> spoken_;
};

}  // namespace pegel::sim
