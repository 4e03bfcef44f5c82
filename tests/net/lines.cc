#include "tests/net/lines.h"

#include <gtest/gtest.h>

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
  calls.push_back({std::move(author), request_id, std::move(command), std::move(done)});
  if (answers_at_once) AnswerAll();
}

void FakeLine::AskStatus(std::function<void(Status)> done) { done(Status{.cluster_id = "fake"}); }

void FakeLine::AnswerAll(const Outcome& outcome) {
  auto answered = std::move(calls);
  calls.clear();
  for (Call& call : answered) {
    Lsn lsn{++lsn_};
    call.done(Reply{0, outcome, Receipt{lsn, TestChain(lsn)}});
  }
}

EngineLine::EngineLine(EventLoop& loop)
    : loop_(loop), engine_(World{}, Hash256{}, {}, EngineOptions{}) {
  Carry(engine_.Step(CallArrived{.command = Boot{"test-cluster", kBehaviourNewest, {}}}));
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
    } else {
      ADD_FAILURE() << "the engine stopped";
    }
  }
}

void EngineLine::GroupIsDurable() {
  is_group_open_ = false;
  GroupDurable group{.through = appended_, .chains = {}};
  for (Lsn lsn = Next(engine_.lsn_durable()); lsn <= appended_; lsn = Next(lsn)) {
    group.chains.push_back(TestChain(lsn));
  }
  if (!group.chains.empty()) Carry(engine_.Step(std::move(group)));
}

}  // namespace pegel::net
