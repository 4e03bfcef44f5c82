#include "tests/sim/actors.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/sim/histories.h"
#include "tests/sim/over_the_wire.h"
#include "tests/sim/texts.h"

namespace pegel::sim {
namespace {

constexpr int64_t kTimeoutMs = 400, kBeatMs = 300, kPollMsMax = 60;
constexpr int64_t kWorkMs = 120;

bool IsOverloaded(const Reply& reply) {
  const auto* error = std::get_if<Error>(&reply.outcome);
  return error != nullptr && error->code == ErrorCode::kOverloaded;
}

}  // namespace

void Call(Stage& stage, Host& host, const model::Ask& ask, std::function<void(const Reply&)> back) {
  stage.Send([&stage, &host, ask, back = std::move(back)] {
    if (host.server == nullptr) return;
    host.server->Submit(
        ask, [&stage, back](const Reply& reply) { stage.Send([back, reply] { back(reply); }); });
  });
}

// ---- clients ----

void Client::Rest() {
  is_calling_ = false;
  if (host_.is_calm || host_.calls_left == 0) return;
  stage_.After(static_cast<int64_t>(stage_.Upto(host_.rest_ms_max)), [this] { Begin(); });
}

void Client::Begin() {
  if (host_.is_calm || host_.calls_left == 0) return;
  --host_.calls_left;
  stage_.Count("calls");
  if (stage_.Happens(stage_.weather.clock_bend_percent)) stage_.BendClock();
  if (host_.server != nullptr && stage_.Happens(5)) host_.server->AskStatus();
  const model::Ask last = ask_;
  const auto& rebalances = judge_.model().state().rebalances;
  ask_ = RandomAsk(stage_.random, rebalances.empty() ? 0 : rebalances.rbegin()->first);
  ++call_;
  // A few callers forget the id, and a few use one twice.
  bool has_id = !model::IsRead(ask_) && !stage_.Happens(10);
  ask_.request = has_id ? (number_ << 32) + call_ : 0;
  // Not for two spellings of one rule: these are one call, which the reference world does not see.
  bool may_be_one = ask_.what == last.what && (ask_.what == "add_acl" || ask_.what == "drop_acl");
  if (has_id && last.request != 0 && !may_be_one && stage_.Happens(3)) ask_.request = last.request;
  floor_ = judge_.Floor();
  // Without an id a doubled message is a second call, and so it is when the id is forgotten.
  bool may_repeat =
      ask_.request == 0 ? stage_.weather.double_percent > 0 : stage_.weather.clock_bend_percent > 0;
  memory_ = judge_.memories().Begin(ask_, may_repeat);
  is_calling_ = true;
  attempt_ = 0;
  SendIt();
}

void Client::SendIt() {
  ++attempt_;
  if (attempt_ > 1) stage_.Count("retries");
  Call(stage_, host_, ask_, [this, call = call_](const Reply& reply) { OnReply(call, reply); });
  stage_.After(kTimeoutMs, [this, call = call_, attempt = attempt_] { OnTimeout(call, attempt); });
}

void Client::OnTimeout(uint64_t call, uint64_t attempt) {
  if (!is_calling_ || call != call_ || attempt != attempt_) return;
  // Without an id nobody may send a change again.
  bool may_repeat = ask_.request != 0 || model::IsRead(ask_);
  if (may_repeat && (host_.is_calm || !stage_.Happens(5))) return SendIt();
  stage_.Count("given_up");
  Rest();
}

void Client::OnReply(uint64_t call, const Reply& reply) {
  if (!is_calling_ || call != call_) return stage_.Count("stale_replies");
  if (IsOverloaded(reply)) return;  // The timeout sends it again.
  // The answer to an id that was used twice may be an old one.
  bool is_own = ask_.request == 0 || ask_.request == (number_ << 32) + call_;
  if (is_own) judge_.OnRemembered(memory_, reply);
  if (is_own && reply.receipt.has_value()) judge_.OnReturn(ask_, floor_, reply);
  Rest();
}

// ---- tablet servers ----

void Tablet::Register() {
  ++life_;
  epoch_ = 0;
  model::Ask ask{
      "User:tablet",
      "10.0.0.9",
      "register_server",
      {std::to_string(id_), absl::StrCat("r", id_ % 2), absl::StrCat("h", number_, ":1")},
      ((1000 + number_) << 32) + life_};
  Call(stage_, host_, ask, [this, life = life_](const Reply& reply) {
    if (life != life_ || epoch_ != 0 || !reply.receipt || !IsAccepted(reply.outcome)) return;
    epoch_ = reply.receipt->lsn.value;
    stage_.Count("registered");
    Beat();
  });
  // No answer, or a refusal: another try.
  stage_.After(3 * kTimeoutMs, [this, life = life_] {
    if (life == life_ && epoch_ == 0) Register();
  });
}

void Tablet::Beat() {
  stage_.Send([this, life = life_, who = Registration{id_, epoch_}] {
    if (host_.server == nullptr) return;
    LeaseAnswer answer =
        host_.server->Heartbeat(AuthorOf({"User:tablet", "10.0.0.9", "", {}}), who);
    stage_.Send([this, life, answer] { OnAnswer(life, answer); });
  });
  bool is_silent = !host_.is_calm && stage_.Happens(4);
  if (is_silent) stage_.Count("silences");
  int64_t pause_ms = is_silent ? static_cast<int64_t>(stage_.Upto(3000)) : 0;
  quiet_until_ms_ = stage_.now_ms() + pause_ms;
  stage_.After(kBeatMs + pause_ms, [this, life = life_] {
    if (life == life_) Beat();
  });
}

// Dead, fenced or forgotten: registers again after a while.
void Tablet::OnAnswer(uint64_t life, const LeaseAnswer& answer) {
  if (life != life_) return;
  const auto* error = std::get_if<Error>(&answer);
  if (error == nullptr || error->code == ErrorCode::kAuthorization) return;
  stage_.trace.Note("tablet ", number_, " hears ", static_cast<int>(error->code));
  ++life_;
  epoch_ = 0;
  if (is_twin_ && host_.is_calm) return;
  int64_t pause_ms = 500 + static_cast<int64_t>(stage_.Upto(2000));
  stage_.After(pause_ms, [this, before = life_] {
    if (before == life_) Register();
  });
}

// Asks for all its tasks again and again; what the server sends when something changes is the same
// list, sooner.
void Tablet::Work() {
  stage_.After(kWorkMs + static_cast<int64_t>(stage_.Upto(kWorkMs)), [this] { Work(); });
  const int64_t now = stage_.now_ms();
  if (epoch_ == 0 || now < quiet_until_ms_ || !replicas_.Works()) return;
  stage_.Send([this, life = life_, who = Registration{id_, epoch_}] {
    if (host_.server == nullptr) return;
    host_.server->AskTasks(who, [this, life](const TaskList& list) {
      std::vector<cluster::Task> read = OverTheWire(list.tasks, {id_});
      if (read != list.tasks) stage_.Violate("wire", "tasks are read otherwise than written");
      stage_.Send([this, life, tasks = std::move(read)] { Perform(life, tasks); });
    });
  });
}

void Tablet::Perform(uint64_t life, const std::vector<cluster::Task>& tasks) {
  if (life != life_ || epoch_ == 0) return;
  Replicas::Words words = replicas_.Perform(epoch_, tasks);
  if (!words.is_empty()) Tell(words);
}

void Tablet::Tell(const Replicas::Words& words) {
  auto on_reply = [this, words](const Reply& reply) {
    const auto* result = std::get_if<Result>(&reply.outcome);
    if (!reply.receipt.has_value() || result == nullptr) return;
    if (!std::get<ReportJudged>(*result).refused.empty()) return;
    replicas_.OnHeard(words);
  };
  stage_.Send([this, report = words.report, on_reply] {
    if (host_.server == nullptr) return;
    auto read = OverTheWire(report);
    const auto* passed = std::get_if<ReplicaReport>(&read);
    if (passed == nullptr || *passed != report) {
      return stage_.Violate("wire", "a report is read otherwise than written");
    }
    host_.server->Report(*passed, [this, on_reply](const Reply& reply) {
      stage_.Send([on_reply, reply] { on_reply(reply); });
    });
  });
}

// ---- watchers ----

void Watcher::Poll() {
  Ask();
  stage_.After(static_cast<int64_t>(stage_.Upto(kPollMsMax)), [this] { Poll(); });
}

void Watcher::Ask() {
  if (host_.server == nullptr) return;
  bool breaks = !host_.is_calm && stage_.Happens(3);
  if (start_ != host_.starts || breaks) {
    stage_.Count("resumes");
    start_ = host_.starts;
    ++connection_;
    if (!host_.is_calm && stage_.Happens(10)) next_ = Lsn{1};
    asked_ = next_;
    history_.reset();
  }
  if (asked_ > host_.server->through()) return;
  WatchBatch batch = host_.server->Read(asked_, &history_);
  if (batch.through < asked_) return;
  batch = OverTheWire(batch);
  judge_.OnBatch(asked_, batch.changes, batch.through);
  Lsn from = std::exchange(asked_, Next(batch.through));
  // A stream: late, but in order and whole.
  stage_.After(1,
               [this, connection = connection_, from, batch] { OnBatch(connection, from, batch); });
}

void Watcher::OnBatch(uint64_t connection, Lsn from, const WatchBatch& batch) {
  if (connection != connection_) return;
  if (from != next_) {
    stage_.Violate("watch",
                   absl::StrCat("a batch from lsn ", from.value, ", expected ", next_.value));
  }
  next_ = Next(batch.through);
}

}  // namespace pegel::sim
