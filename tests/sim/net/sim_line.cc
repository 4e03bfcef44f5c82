#include "tests/sim/net/sim_line.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/sim/texts.h"

namespace pegel::sim {
namespace {

Error NotHere() {
  return Error{ErrorCode::kInvalidArgument, "A simulated life has no such thing."};
}

}  // namespace

std::optional<Command> SimLine::MeantBy(const model::Ask& ask) {
  if (ask.what == ToText(KindOf(Command(ReplicaReport{})))) {
    Command report = std::move(spoken_->reports.front());
    spoken_->reports.pop_front();
    return report;
  }
  auto meant = ToCommand(ask, server_.cluster_id());
  auto* command = std::get_if<Command>(&meant);
  return command == nullptr ? std::nullopt : std::optional(std::move(*command));
}

void SimLine::Submit(Author author, RequestId request_id, Command command,
                     std::function<void(Reply)> done) {
  if (spoken_ == nullptr || spoken_->sent.empty()) {
    return stage_.Violate(
        "wire", absl::StrCat("a call that nobody made: ", std::string(ToText(KindOf(command)))));
  }
  model::Ask ask = std::move(spoken_->sent.front());
  spoken_->sent.pop_front();
  if (MeantBy(ask) != command || author != AuthorOf(ask) ||
      request_id != RequestId{0, ask.request}) {
    return stage_.Violate("wire", absl::StrCat(ToText(ask), " is read otherwise than meant"));
  }
  server_.Submit(ask, std::move(command),
                 [spoken = spoken_, done = std::move(done)](const Reply& reply) {
                   spoken->answered.push_back(reply);
                   done(reply);
                 });
}

void SimLine::ReadPast(const Author&, const AsOf&, Command, std::function<void(PastAnswer)> done) {
  done(PastAnswer{NotHere()});
}

void SimLine::AskSettings(const Author&, std::function<void(SettingsAnswer)> done) {
  done(NotHere());
}

void SimLine::ResealSecrets(Author, RequestId, std::function<void(Reply)> done) {
  done(Reply{0, NotHere(), std::nullopt});
}

void SimLine::TakeSnapshot(const Author&, std::function<void(SavedAnswer)> done) {
  done(NotHere());
}

void SimLine::AskPlan(rebalance::Options, PlanDone done) {
  auto none = std::make_shared<moves::Proposal>();
  none->refusal = NotHere().message;
  done(std::move(none));
}

}  // namespace pegel::sim
