#include "tests/net/lines.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "core/limits.h"

namespace pegel::net {

Hash256 TestChain(Lsn lsn) {
  Hash256 chain{};
  for (size_t i = 0; i < chain.size(); ++i) chain[i] = static_cast<uint8_t>(lsn.value + i);
  return chain;
}

void FakeLine::Submit(Author author, RequestId request_id, Command command,
                      std::function<void(Reply)> done) {
  last_request_id = request_id;
  calls.push_back({std::move(author), request_id, std::move(command), std::move(done)});
  if (answers_at_once) AnswerAll();
}

void FakeLine::AskStatus(std::function<void(Status)> done) { done(Status{.cluster_id = "fake"}); }

void FakeLine::AskSettings(const Author& author, std::function<void(SettingsAnswer)> done) {
  done(std::vector<EffectiveSetting>{{"asked.by", ToText(author.principal), "fake"}});
}

// No command of its own: what the line makes of it is not the concern of net/.
void FakeLine::ResealSecrets(Author author, RequestId request_id, std::function<void(Reply)> done) {
  Submit(std::move(author), request_id, Boot{}, std::move(done));
}

void FakeLine::TakeSnapshot(const Author&, std::function<void(SavedAnswer)> done) {
  done(Saved{Lsn{7}, 123, TestChain(Lsn{7}), TestChain(Lsn{8})});
}

void FakeLine::AnswerAll(const Outcome& outcome) {
  auto answered = std::move(calls);
  calls.clear();
  for (Call& call : answered) {
    Lsn lsn{++lsn_};
    call.done(Reply{0, outcome, Receipt{lsn, TestChain(lsn)}});
  }
}

// Reads what was published, a few at a time, each piece in a loop turn of its own.
class EngineLine::History final : public HistoryReader {
 public:
  History(EngineLine& line, Lsn from) : line_(line), next_(from) {}
  ~History() override { *alive_ = false; }

  void Next(Lsn end, std::function<void(HistoryPiece)> done) override {
    line_.loop_.Post([this, alive = alive_, end, done = std::move(done)] {
      if (*alive) done(Piece(end));
    });
  }

 private:
  HistoryPiece Piece(Lsn end) {
    HistoryPiece piece{.status = {}, .changes = {}, .through = end};
    for (const SharedChange& change : *line_.history_) {
      if (change->moment.lsn < next_ || change->moment.lsn > end) continue;
      if (piece.changes.size() == line_.history_piece_max) {
        piece.through = Lsn{change->moment.lsn.value - 1};
        break;
      }
      piece.changes.push_back(change);
    }
    next_ = pegel::Next(piece.through);
    return piece;
  }

  EngineLine& line_;
  Lsn next_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

EngineLine::EngineLine(EventLoop& loop, ChangeFeedOptions changes,
                       std::map<std::string, config::Value> statics)
    : loop_(loop),
      changes_(std::make_shared<ChangeFeed>(World{}, changes)),
      engine_(World{}, Hash256{}, {}, EngineOptions{}),
      liveness_(World{}, kTestLeaseMs, 0) {
  Carry(engine_.Step(
      CallArrived{.command = Boot{"test-cluster", kBehaviourNewest, std::move(statics)}}));
  GroupIsDurable();
}

void EngineLine::Submit(Author author, RequestId request_id, Command command,
                        std::function<void(Reply)> done) {
  CallToken token = ++last_token_;
  calls_[token] = std::move(done);
  Carry(engine_.Step(
      CallArrived{token, std::move(author), request_id, std::move(command), UnixNanos{1}}));
}

void EngineLine::AskStatus(std::function<void(Status)> done) {
  CallToken token = ++last_token_;
  asks_[token] = std::move(done);
  Carry(engine_.Step(StatusAsked{token}));
}

std::unique_ptr<HistoryReader> EngineLine::ReadHistory(Lsn from) {
  ++histories_begun;
  return std::make_unique<History>(*this, from);
}

void EngineLine::TakeSnapshot(const Author&, std::function<void(SavedAnswer)> done) {
  done(Error{ErrorCode::kSnapshotFailed, "there is no disk"});
}

void EngineLine::AskSettings(const Author&, std::function<void(SettingsAnswer)> done) {
  done(Error{ErrorCode::kAuthorization, "nobody may"});
}

void EngineLine::ResealSecrets(Author, RequestId, std::function<void(Reply)> done) {
  done(Reply{0, Error{ErrorCode::kInvalidArgument, "no secrets here"}, std::nullopt});
}

LeaseAnswer EngineLine::Heartbeat(const Author& author, const Registration& who) {
  auto refusal = changes_->view().WhyMayNot(author, acl::Operation::kClusterAction);
  if (refusal) return *std::move(refusal);
  return liveness_.Heartbeat(who, now_ms_);
}

void EngineLine::AskTasks(const Registration& who, std::function<void(TaskList)> done) {
  CallToken token = ++last_token_;
  task_asks_[token] = std::move(done);
  Carry(engine_.Step(TasksAsked{token, who}));
}

void EngineLine::AskPlan(rebalance::Options options, PlanDone done) {
  moves::QuestionBuilder builder(Lsn{}, 1, std::move(options), {});
  while (!builder.Step(world(), UnixNanos{now_ms_ * 1'000'000}, 1'000)) {
  }
  done(std::make_shared<moves::Proposal>(moves::Propose(builder.Take())));
}

void EngineLine::Pass(int64_t milliseconds) {
  for (int64_t end = now_ms_ + milliseconds; now_ms_ < end;) {
    now_ms_ = std::min(end, now_ms_ + liveness_.tick_ms());
    for (const Registration& who : liveness_.Expire(now_ms_)) {
      Submit(Author{Principal{"System", "pegeld"}, ""}, {},
             ServerLost{cluster::ServerId{who.server}, Lsn{who.epoch}}, [](const Reply&) {});
    }
  }
}

void EngineLine::Carry(std::vector<Effect> effects) {
  for (Effect& effect : effects) {
    if (auto* append = std::get_if<Append>(&effect)) {
      appended_ = append->record.moment.lsn;
      if (!is_group_open_) loop_.Defer([this] { GroupIsDurable(); });
      is_group_open_ = true;
    } else if (auto* reply = std::get_if<Reply>(&effect)) {
      auto call = calls_.extract(reply->token);
      if (!call.empty()) call.mapped()(std::move(*reply));
    } else if (auto* status = std::get_if<StatusReply>(&effect)) {
      asks_.extract(status->token).mapped()(std::move(status->status));
    } else if (auto* tasks = std::get_if<TasksReply>(&effect)) {
      task_asks_.extract(tasks->token).mapped()(std::move(tasks->list));
    } else if (auto* published = std::get_if<Published>(&effect)) {
      for (const SharedChange& change : published->changes) liveness_.OnChange(*change, now_ms_);
      tasks_->OnPublished(published->changes);
      history_->insert(history_->end(), published->changes.begin(), published->changes.end());
      changes_->Publish(published->through, std::move(published->changes));
    } else {
      ADD_FAILURE() << "the engine stopped";
    }
  }
}

void EngineLine::DiskGoesOn() {
  is_disk_stuck = false;
  GroupIsDurable();
}

void EngineLine::GroupIsDurable() {
  if (is_disk_stuck) return;
  is_group_open_ = false;
  GroupDurable group{.through = appended_, .chains = {}};
  for (Lsn lsn = Next(engine_.lsn_durable()); lsn <= appended_; lsn = Next(lsn)) {
    group.chains.push_back(TestChain(lsn));
  }
  if (!group.chains.empty()) Carry(engine_.Step(std::move(group)));
}

}  // namespace pegel::net
