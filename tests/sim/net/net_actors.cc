#include "tests/sim/net/net_actors.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "net/client_over.h"
#include "procedures/rows.h"
#include "tests/sim/histories.h"
#include "tests/sim/texts.h"

namespace pegel::sim {
namespace {

constexpr size_t kFiberBytes = 512 << 10;
constexpr int64_t kAgainMs = 50, kNextMs = 200, kRestMsMax = 1000;
constexpr int64_t kBeatMs = 300, kWorkMs = 120, kSilenceMsMax = 3000;

std::string CallText(const model::Ask& ask) {
  return absl::StrCat("CALL sys.", ask.what, "(",
                      absl::StrJoin(ask.texts, ", ",
                                    [](std::string* out, const model::Text& text) {
                                      absl::StrAppend(
                                          out, text ? absl::StrCat("'", *text, "'") : "NULL");
                                    }),
                      ")");
}

// Not a procedure: its reply has no table.
bool TakesATable(const model::Ask& ask) {
  return ask.what != "create_table" && ask.what != "drop_table" && ask.what != "unregister_server";
}

}  // namespace

void NetActor::Start() {
  fiber_ = kj::startFiber(kFiberBytes, [this](kj::WaitScope& scope) {
             FiberStack stack(kFiberBytes);
             Run(scope);
           }).eagerlyEvaluate([this](kj::Exception&& exception) {
    stage_.Violate("wire", absl::StrCat("an exception left the client library: ",
                                        exception.getDescription().cStr()));
  });
}

bool NetActor::Connect(const Author& caller, kj::WaitScope& scope) {
  HangUp();
  spoken_ = std::make_shared<Spoken>();
  caller_ = caller;
  try {
    auto stream = ways_.Dial(caller, spoken_, scope);
    auto client = net::ClientOver({ways_.port(), scope, /*is_fiber=*/true}, kj::mv(stream), "sim");
    if (client.ok()) client_ = *std::move(client);
  } catch (const kj::Exception&) {
    stage_.Count("refused_connections");
  }
  return client_ != nullptr;
}

void NetActor::HangUp() {
  FiberStack::Unmark();
  client_.reset();
  spoken_.reset();
}

// ---- clients ----

void NetClient::Run(kj::WaitScope& scope) {
  for (;;) {
    Sleep(static_cast<int64_t>(stage_.Upto(host_.rest_ms_max)), scope);
    if (host_.is_calm || host_.calls_left == 0) return HangUp();
    Begin();
    while (!Send(scope) && !MayGiveUp()) Sleep(kAgainMs, scope);
    is_calling_ = false;
  }
}

void NetClient::Begin() {
  --host_.calls_left;
  stage_.Count("calls");
  if (stage_.Happens(stage_.weather.clock_bend_percent)) stage_.BendClock();
  const auto& rebalances = judge_.model().state().rebalances;
  ask_ = RandomAsk(stage_.random, rebalances.empty() ? 0 : rebalances.rbegin()->first);
  ++call_;
  bool has_id = !model::IsRead(ask_) && !stage_.Happens(10);
  ask_.request = has_id ? (number_ << 32) + call_ : 0;
  floor_ = judge_.Floor();
  // Resent when its id is forgotten.
  bool may_repeat = ask_.request != 0 && stage_.weather.clock_bend_percent > 0;
  memory_ = judge_.memories().Begin(ask_, may_repeat);
  is_calling_ = true;
}

// Without an id nobody may send a change again.
bool NetClient::MayGiveUp() {
  bool may_repeat = ask_.request != 0 || model::IsRead(ask_);
  if (may_repeat && (host_.is_calm || !stage_.Happens(5))) return stage_.Count("retries"), false;
  stage_.Count("given_up");
  return true;
}

// True: there is an answer.
bool NetClient::Send(kj::WaitScope& scope) {
  const Author caller = AuthorOf(ask_);
  // Now and then for no reason: a connection is not for ever.
  bool is_fit = client_ != nullptr && caller_ == caller && !stage_.Happens(2);
  if (!is_fit && !Connect(caller, scope)) return false;
  if (stage_.Happens(5)) {
    stage_.Count("pings");
    if (!client_->AskStatus().ok()) return HangUp(), false;
  }
  spoken_->sent.clear();
  spoken_->answered.clear();
  // What cannot be read does not get as far as the line.
  if (std::holds_alternative<Command>(ToCommand(ask_, ""))) spoken_->sent.push_back(ask_);
  return OnAnswer(Say());
}

absl::StatusOr<net::CallReply> NetClient::Say() {
  const RequestId id{0, ask_.request};
  auto command = ToCommand(ask_, "");
  if (const auto* made = std::get_if<Command>(&command)) {
    if (const auto* create = std::get_if<CreateTable>(made)) {
      return client_->ChangeTables(*create, id);
    }
    if (const auto* drop = std::get_if<DropTable>(made)) return client_->ChangeTables(*drop, id);
    if (const auto* forget = std::get_if<UnregisterServer>(made)) {
      return client_->UnregisterServer(forget->id.value, id);
    }
  }
  return client_->Call({CallText(ask_), 1, 1, id});
}

bool NetClient::OnAnswer(const absl::StatusOr<net::CallReply>& answer) {
  switch (answer.status().code()) {
    case absl::StatusCode::kOk:
      break;
    case absl::StatusCode::kUnavailable:
      stage_.Count("unavailable");
      return HangUp(), false;
    case absl::StatusCode::kResourceExhausted:
      stage_.Count("overloaded");
      return false;
    default:
      stage_.Violate("wire", absl::StrCat(ToText(ask_), ": ", answer.status().ToString()));
      return true;
  }
  Compare(*answer);
  judge_.memories().End(memory_, !answer->error.has_value(), answer->table.rows);
  if (answer->receipt) judge_.OnReturn(ask_, floor_, Reply{0, Result{Done{}}, answer->receipt});
  return true;
}

// The caller reads what the line answered.
void NetClient::Compare(const net::CallReply& reply) {
  auto violate = [&](const char* what) {
    stage_.Violate("wire", absl::StrCat(ToText(ask_), ": the caller reads another ", what,
                                        " than the server gave"));
  };
  if (spoken_->answered.empty()) {
    bool is_refused = reply.error.has_value() && !reply.receipt;
    if (!is_refused || std::holds_alternative<Command>(ToCommand(ask_, ""))) violate("answer");
    return stage_.Count("unreadable");
  }
  const Reply& given = spoken_->answered.back();
  if (given.receipt != reply.receipt) return violate("receipt");
  const auto* error = std::get_if<Error>(&given.outcome);
  if (error != nullptr || reply.error) {
    if (error == nullptr || !reply.error || *error != *reply.error) violate("error");
    return;
  }
  if (!TakesATable(ask_)) return;
  const auto command = std::get<Command>(ToCommand(ask_, ""));
  const auto* alter = std::get_if<AlterConfigs>(&command);
  const Result& result = std::get<Result>(given.outcome);
  const auto table = alter != nullptr ? procedures::ToTable(*alter) : procedures::ToTable(result);
  if (table != reply.table) violate("table");
}

// ---- watchers ----

void NetWatcher::Run(kj::WaitScope& scope) {
  for (;;) {
    if (Connect(AuthorOf({"User:root", "10.0.0.1", "", {}}), scope)) Follow();
    HangUp();
    Sleep(static_cast<int64_t>(stage_.Upto(kAgainMs)), scope);
  }
}

// Until the connection breaks, the server ends it, or the watcher does.
void NetWatcher::Follow() {
  stage_.Count("resumes");
  if (!host_.is_calm && stage_.Happens(10)) next_ = Lsn{1};
  auto watcher = client_->Watch({next_, absl::StrCat("watcher-", number_), {}});
  if (!watcher.ok()) return stage_.Count("watches_refused");
  while (host_.is_calm || !stage_.Happens(3)) {
    auto batch = (*watcher)->Next(kNextMs);
    if (!batch.ok()) return stage_.Count("watches_ended");
    if (batch->has_value()) OnBatch(**batch);
    if (stage_.Happens(20)) (*watcher)->Applied(Lsn{next_.value - 1});
  }
}

void NetWatcher::OnBatch(const net::ChangeBatch& batch) {
  std::vector<SharedChange> changes;
  for (const ChangeSet& change : batch.changes) {
    changes.push_back(std::make_shared<ChangeSet>(change));
  }
  judge_.OnBatch(next_, changes, batch.through);
  next_ = Next(batch.through);
}

// ---- tablet servers ----

void NetTablet::Run(kj::WaitScope& scope) {
  for (;;) {
    if (!Begin(scope)) {
      Sleep(kAgainMs + static_cast<int64_t>(stage_.Upto(kRestMsMax)), scope);
    } else {
      while (Turn(scope)) {
      }
    }
    tablets_.reset();
    HangUp();
    // Fenced in peace: the other one with its id may have it.
    if (is_twin_ && host_.is_calm && epoch_ == 0) return;
  }
}

// Speaks for the server on a new connection.
bool NetTablet::Begin(kj::WaitScope& scope) {
  if (!Connect(AuthorOf({"User:tablet", "10.0.0.9", "", {}}), scope)) return false;
  tablets_ = client_->Tablets();
  tasks_.clear();
  next_beat_ms_ = 0;
  return epoch_ == 0 ? Register() : Resume();
}

// A registration that got no answer is tried again under its id; one that was refused is not.
bool NetTablet::Register() {
  model::Ask ask{
      "User:tablet",
      "10.0.0.9",
      "register_server",
      {std::to_string(id_), absl::StrCat("r", id_ % 2), absl::StrCat("h", number_, ":1")},
      ((1000 + number_) << 32) + life_};
  spoken_->sent.push_back(ask);
  auto answers = tablets_->Register({{{id_, *ask.texts[1], *ask.texts[2]}, {0, ask.request}}});
  if (!answers.ok()) return false;
  ++life_;
  const net::Registered& answer = answers->front();
  if (answer.error) return false;
  epoch_ = answer.epoch;
  stage_.Count("registered");
  return true;
}

bool NetTablet::Resume() {
  auto answers = tablets_->Resume({{id_, epoch_}});
  stage_.Count("resumed");
  return answers.ok() && OnAnswer(answers->front());
}

// False: the connection or the registration is no good any more.
bool NetTablet::Turn(kj::WaitScope& scope) {
  if (stage_.now_ms() >= next_beat_ms_ && !Beat(scope)) return false;
  auto tasks = tablets_->TakeTasks(kWorkMs + static_cast<int64_t>(stage_.Upto(kWorkMs)));
  if (!tasks.ok()) return false;
  for (cluster::Task& task : *tasks) tasks_.insert_or_assign(task.key, std::move(task));
  stage_.counts["tasks_taken"] += tasks->size();
  return Work();
}

bool NetTablet::Beat(kj::WaitScope& scope) {
  if (!host_.is_calm && stage_.Happens(4)) {
    stage_.Count("silences");
    Sleep(static_cast<int64_t>(stage_.Upto(kSilenceMsMax)), scope);
  }
  next_beat_ms_ = stage_.now_ms() + kBeatMs;
  auto answers = tablets_->Heartbeat({id_});
  return answers.ok() && OnAnswer(answers->front());
}

// Dead, fenced or forgotten: registers again.
bool NetTablet::OnAnswer(const LeaseAnswer& answer) {
  const auto* error = std::get_if<Error>(&answer);
  if (error == nullptr || error->code == ErrorCode::kAuthorization) return true;
  stage_.trace.Note("tablet ", number_, " hears ", static_cast<int>(error->code));
  epoch_ = 0;
  return false;
}

bool NetTablet::Work() {
  if (!replicas_.Works()) return true;
  std::vector<cluster::Task> tasks;
  for (const auto& [key, task] : tasks_) tasks.push_back(task);
  Replicas::Words words = replicas_.Perform(epoch_, tasks);
  return words.is_empty() || Tell(words);
}

bool NetTablet::Tell(const Replicas::Words& words) {
  spoken_->sent.push_back(AskOf(words.report));
  spoken_->reports.push_back(words.report);
  auto answers = tablets_->Report({words.report});
  if (!answers.ok()) return answers.status().code() == absl::StatusCode::kResourceExhausted;
  const net::Reported& answer = answers->front();
  if (answer.error || !answer.receipt || !answer.refused.empty()) return true;
  replicas_.OnHeard(words);
  for (const auto& done : words.report.done) {
    if (done.kind == cluster::DoneKind::kStopped) tasks_.erase(done.key);
  }
  return true;
}

}  // namespace pegel::sim
