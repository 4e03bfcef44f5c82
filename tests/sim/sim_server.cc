#include "tests/sim/sim_server.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/boot/reducer.h"
#include "log/group.h"
#include "tests/sim/texts.h"

namespace pegel::sim {
namespace {

constexpr size_t kBatchChangesMax = 7;

}  // namespace

SimServer::SimServer(Stage& stage, LifeLog& log, Judge& judge, replay::Folded folded,
                     SimServerOptions options, std::function<void()> on_stop)
    : stage_(stage),
      log_(log),
      judge_(judge),
      options_(std::move(options)),
      on_stop_(std::move(on_stop)),
      head_(folded.head),
      feed_(std::make_shared<ChangeFeed>(folded.world, options_.changes)),
      tasks_(std::make_shared<TaskFeed>(folded.world)),
      liveness_(folded.world, options_.lease_ms, stage.now_ms()),
      engine_(folded.world, folded.head.chain, folded.answered_chains, options_.engine),
      rebalancer_(ForRebalances()) {
  judge_.OnServing(engine_.world(), options_.lease_ms);
}

void SimServer::Start(const model::Ask& boot) {
  auto command = std::get<Command>(ToCommand(boot, options_.cluster_id));
  const auto& statics = std::get<Boot>(command).static_configs;
  if (boot::NeededBoot(engine_.world(), options_.cluster_id, statics)) {
    Submit(boot, [](const Reply&) {});
  }
  LookLater();
  rebalancer_.Look();
}

void SimServer::After(int64_t ms, std::function<void()> task) {
  stage_.After(ms, [alive = alive_, task = std::move(task)] {
    if (*alive) task();
  });
}

void SimServer::Submit(const model::Ask& ask, std::function<void(const Reply&)> done) {
  if (is_stopped_) return;
  auto made = ToCommand(ask, options_.cluster_id);
  if (auto* command = std::get_if<Command>(&made)) {
    return Submit(ask, std::move(*command), std::move(done));
  }
  CallToken token = ++last_token_;
  judge_.OnUnreadable(token, ask, std::get<Error>(made));
  done(Reply{token, std::get<Error>(made), std::nullopt});
}

void SimServer::Submit(const model::Ask& ask, Command command,
                       std::function<void(const Reply&)> done) {
  if (is_stopped_) return;
  CallToken token = ++last_token_;
  replies_[token] = std::move(done);
  judge_.OnCall(token, ask, command, engine_.world());
  Step(CallArrived{token, AuthorOf(ask), RequestId{0, ask.request}, std::move(command),
                   stage_.Clock()},
       token);
}

// ---- tablet servers and rebalances ----

void SimServer::AskTasks(const Registration& who, std::function<void(const TaskList&)> done) {
  if (is_stopped_) return;
  task_replies_[++last_token_] = std::move(done);
  Step(TasksAsked{last_token_, who}, 0);
}

void SimServer::Report(const ReplicaReport& report, std::function<void(const Reply&)> done) {
  Submit(AskOf(report), report, std::move(done));
}

// As tools/server.cc has them, but for the planner, which takes its time in a thread there.
tools::Rebalancer::Ports SimServer::ForRebalances() {
  tools::Rebalancer::Ports ports;
  ports.world = [this]() -> const World& { return engine_.world(); };
  ports.now = [this] { return stage_.Clock(); };
  ports.submit = [this](const Command& command, std::function<void(const Reply&)> done) {
    Submit(AskOf(command), command, std::move(done));
  };
  ports.post = [this](std::function<void()> task) { After(0, std::move(task)); };
  ports.after = [this](int64_t ms, std::function<void()> task) { After(ms, std::move(task)); };
  ports.think = [this](std::function<void()> task) {
    After(static_cast<int64_t>(stage_.Upto(options_.plan_ms_max)), std::move(task));
  };
  return ports;
}

void SimServer::AskStatus(std::function<void(const Status&)> done) {
  if (is_stopped_) return;
  status_replies_[++last_token_] = std::move(done);
  Step(StatusAsked{last_token_}, 0);
}

LeaseAnswer SimServer::Heartbeat(const Author& author, const Registration& who) {
  auto refusal = feed_->view().WhyMayNot(author, acl::Operation::kClusterAction);
  if (refusal) return *std::move(refusal);
  LeaseAnswer answer = liveness_.Heartbeat(who, stage_.now_ms());
  if (std::holds_alternative<LeaseRenewed>(answer)) judge_.OnRenewed(who);
  return answer;
}

void SimServer::Step(Input input, CallToken token) {
  std::vector<Effect> effects = engine_.Step(std::move(input));
  if (token != 0) judge_.OnStepped(token, effects, engine_.world());
  for (Effect& effect : effects) {
    std::visit([this](auto& e) { Do(e); }, effect);
  }
}

void SimServer::Do(Append& effect) {
  if (gathered_.empty() && !is_handing_over_) {
    is_handing_over_ = true;
    After(0, [this] { HandOver(); });
  }
  gathered_.push_back(std::move(effect.record));
}

void SimServer::Do(Reply& effect) {
  stage_.trace.Note("reply ", effect.token, " lsn ",
                    effect.receipt ? effect.receipt->lsn.value : 0);
  judge_.OnReply(effect);
  auto done = replies_.extract(effect.token);
  if (!done.empty()) done.mapped()(effect);
}

void SimServer::Do(StatusReply& effect) {
  judge_.OnStatus(effect.status);
  auto done = status_replies_.extract(effect.token);
  if (!done.empty()) done.mapped()(effect.status);
}

void SimServer::Do(TasksReply& effect) {
  judge_.OnTasks(effect.list);
  auto done = task_replies_.extract(effect.token);
  done.mapped()(effect.list);
}

void SimServer::Do(Published& effect) {
  judge_.OnPublished(effect);
  for (const SharedChange& change : effect.changes) {
    liveness_.OnChange(*change, stage_.now_ms());
    for (const Event& event : change->events) {
      if (const auto* registered = std::get_if<ServerRegistered>(&event)) {
        judge_.OnLeaseOf({registered->id.value, registered->epoch.value});
      } else if (const auto* died = std::get_if<ServerDied>(&event)) {
        judge_.OnLeaseOver({died->id.value, died->epoch.value});
      }
    }
  }
  std::vector<SharedChange> changes = effect.changes;
  feed_->Publish(effect.through, std::move(effect.changes));
  tasks_->OnPublished(changes);
  rebalancer_.OnPublished(changes);
}

void SimServer::Do(Stop& effect) {
  stage_.trace.Note("stop: ", effect.reason);
  is_stopped_ = true;
  on_stop_();
}

void SimServer::HandOver() {
  is_handing_over_ = false;
  if (is_stopped_ || gathered_.empty() || log_.is_busy()) return;
  judge_.OnHandOver(engine_.world());
  std::vector<Hash256> chains;
  std::vector<Record> records = std::exchange(gathered_, {});
  log::Group group = log::PackGroup(records, head_, &chains);
  head_ = group.head;
  stage_.trace.Note("append ", group.first.value, "-", group.head.lsn.value, " ",
                    ToHex(group.head.chain).substr(0, 8));
  stage_.Count("groups");
  log_.Append(group, [this, through = head_.lsn, chains](const absl::Status& status) {
    OnAppended(status, through, chains);
  });
  bool fails = stage_.Happens(stage_.weather.disk_fault_percent);
  auto left = static_cast<LifeLog::Left>(stage_.random.Below(3));
  After(static_cast<int64_t>(stage_.Upto(stage_.weather.disk_ms_max)), [this, fails, left] {
    if (fails) stage_.Count("disk_faults");
    fails ? log_.Fail(left) : log_.Finish();
  });
}

void SimServer::OnAppended(const absl::Status& status, Lsn through, std::vector<Hash256> chains) {
  if (!status.ok()) return Step(AppendFailed{std::string(status.message())}, 0);
  judge_.OnDurable(through, chains);
  Step(GroupDurable{through, std::move(chains)}, 0);
  HandOver();
}

// ---- watchers ----

WatchBatch SimServer::Read(Lsn from, std::optional<replay::Follower>* history) {
  WatchBatch batch{{}, feed_->through()};
  if (from > feed_->through()) return batch;
  if (from >= feed_->first()) {
    SharedChange change = feed_->Find(from);
    while (change != nullptr && batch.changes.size() < kBatchChangesMax) {
      batch.changes.push_back(change);
      change = feed_->Find(Next(change->moment.lsn));
    }
    if (change != nullptr) batch.through = batch.changes.back()->moment.lsn;
    return batch;
  }
  HistoryPiece piece = PieceOf(history, from, feed_->through());
  return {std::move(piece.changes), piece.through};
}

// Group by group, nothing beyond `end`.
HistoryPiece SimServer::PieceOf(std::optional<replay::Follower>* history, Lsn from, Lsn end) {
  stage_.Count("history_reads");
  if (!history->has_value()) history->emplace(log_, log_.StartFor(from));
  replay::Follower& follower = **history;
  HistoryPiece piece;
  auto keep = [&](const Record& record, const Applied& applied, const Hash256&) {
    if (record.moment.lsn < from || record.moment.lsn > end) return;
    if (applied.decision.events.empty()) return;
    piece.changes.push_back(
        std::make_shared<ChangeSet>(ChangeSet{record.moment, applied.decision.events}));
  };
  auto go_on = [&] { return piece.changes.size() < kBatchChangesMax && follower.lsn() < end; };
  absl::Status status = follower.Advance(go_on, keep);
  if (!status.ok()) stage_.Violate("recovery", absl::StrCat("history: ", status.ToString()));
  piece.through = std::min(follower.lsn(), end);
  return piece;
}

class SimServer::History final : public HistoryReader {
 public:
  History(SimServer& server, Lsn from) : server_(server), next_(from) {}
  ~History() override { *alive_ = false; }

  void Next(Lsn end, std::function<void(HistoryPiece)> done) override {
    server_.After(static_cast<int64_t>(server_.stage_.Upto(server_.options_.history_ms_max)),
                  [this, alive = alive_, end, done = std::move(done)] {
                    if (!*alive) return;
                    HistoryPiece piece = server_.PieceOf(&follower_, next_, end);
                    next_ = pegel::Next(piece.through);
                    done(std::move(piece));
                  });
  }

 private:
  SimServer& server_;
  Lsn next_;
  std::optional<replay::Follower> follower_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

std::unique_ptr<HistoryReader> SimServer::ReadHistory(Lsn from) {
  return std::make_unique<History>(*this, from);
}

// ---- leases ----

void SimServer::LookLater() {
  int64_t late_ms = 0;
  if (stage_.Happens(stage_.weather.stall_percent)) {
    late_ms = static_cast<int64_t>(stage_.Upto(2 * options_.lease_ms));
    stage_.Count("stalls");
  }
  After(liveness_.tick_ms() + late_ms, [this, late_ms] { Look(late_ms); });
}

void SimServer::Look(int64_t late_ms) {
  std::vector<Registration> expired = liveness_.Expire(stage_.now_ms());
  judge_.OnLook(late_ms, liveness_.tick_ms());
  for (const Registration& who : expired) Lose(who);
  judge_.OnLooked();
  LookLater();
}

void SimServer::Lose(const Registration& who) {
  judge_.OnExpired(who);
  model::Ask lost{
      "System:pegeld", "", "server_lost", {std::to_string(who.server), std::to_string(who.epoch)}};
  Submit(lost, [this, who](const Reply& reply) {
    if (reply.receipt.has_value()) return;
    liveness_.PutBack(who);
    judge_.OnPutBack(who);
  });
}

}  // namespace pegel::sim
