#include "tools/server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/boot/reducer.h"

namespace pegel::tools {
namespace {

absl::Status CheckStatics(const World& world, const std::map<std::string, config::Value>& configs) {
  config::Problem problem = boot::CheckStatics(world, configs);
  return problem ? absl::InvalidArgumentError(problem->message) : absl::OkStatus();
}

}  // namespace

Server::Server(net::EventLoop& loop, ServerOptions options)
    : loop_(loop), options_(std::move(options)) {}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(net::EventLoop& loop, ServerOptions options) {
  // Bad configs must not touch the disk: what can be told without the log is told first.
  if (absl::Status status = CheckStatics(World(), options.static_configs); !status.ok()) {
    return status;
  }
  auto server = std::unique_ptr<Server>(new Server(loop, std::move(options)));
  if (absl::Status status = server->Recover(); !status.ok()) return status;
  absl::Status status = CheckStatics(server->engine_->world(), server->options_.static_configs);
  if (!status.ok()) return status;
  server->WriteBoot();
  absl::StatusOr<std::unique_ptr<net::Server>> listener =
      net::Server::Listen(loop, *server, server->options_.listen, server->options_.limits);
  if (!listener.ok()) return listener.status();
  server->listener_ = *std::move(listener);
  return server;
}

Server::~Server() {
  *alive_ = false;
  listener_.reset();
  history_.reset();
  sequencer_.reset();  // Reports what is under way; its posts find alive_ false.
}

absl::Status Server::Recover() {
  absl::StatusOr<replay::Recovered> recovered =
      replay::Recover({.data_dir = options_.data_dir, .on_warning = options_.on_warning});
  if (!recovered.ok()) return recovered.status();
  anchor_at_start_ = recovered->anchor;
  log_ = std::move(recovered->log);
  replay::Folded& folded = recovered->folded;
  log::Head head = folded.head;
  changes_ = std::make_shared<ChangeFeed>(folded.world, options_.changes);
  history_ =
      std::make_unique<HistoryThread>(*log_, [this, alive = alive_](std::function<void()> task) {
        loop_.Post([alive, task = std::move(task)] {
          if (*alive) task();
        });
      });
  engine_ = std::make_unique<Engine>(std::move(folded.world), head.chain,
                                     std::move(folded.answered_chains), options_.engine);
  sequencer_ = std::make_unique<log::Sequencer>(
      *log_, head, [this, alive = alive_](log::Committed committed) {
        // std::function wants copyable captures; the report itself is moved through one shared
        // holder.
        auto report = std::make_shared<log::Committed>(std::move(committed));
        loop_.Post([this, alive, report] {
          if (*alive) OnCommitted(std::move(*report));
        });
      });
  return absl::OkStatus();
}

// Record 1 of a new log, or news for an old one. First in line, so durable before any call's reply.
void Server::WriteBoot() {
  std::optional<Boot> boot =
      boot::NeededBoot(engine_->world(), options_.new_cluster_id, options_.static_configs);
  if (!boot.has_value()) return;
  Submit(Author{Principal{"System", "pegeld"}, ""}, RequestId{}, *std::move(boot), [](Reply) {});
}

void Server::Submit(Author author, RequestId request_id, Command command,
                    std::function<void(Reply)> done) {
  if (is_draining_) return;  // Dropped: the caller's connection breaks, and it may retry.
  CallToken token = next_token_++;
  replies_.emplace(token, std::move(done));
  Step(CallArrived{token, std::move(author), request_id, std::move(command), options_.now()});
}

void Server::AskStatus(std::function<void(Status)> done) {
  if (is_draining_) return;
  CallToken token = next_token_++;
  status_replies_.emplace(token, std::move(done));
  Step(StatusAsked{token});
}

void Server::Step(Input input) {
  for (Effect& effect : engine_->Step(std::move(input))) {
    std::visit([this](auto& e) { Do(e); }, effect);
  }
}

void Server::Do(Append& effect) {
  if (gathered_.empty()) {
    loop_.Defer([this, alive = alive_] {
      if (*alive) HandOver();
    });
  }
  gathered_.push_back(std::move(effect.record));
}

void Server::Do(Reply& effect) {
  auto it = replies_.find(effect.token);
  std::function<void(Reply)> done = std::move(it->second);
  replies_.erase(it);
  done(std::move(effect));
}

void Server::Do(StatusReply& effect) {
  auto it = status_replies_.find(effect.token);
  std::function<void(Status)> done = std::move(it->second);
  status_replies_.erase(it);
  done(std::move(effect.status));
}

void Server::Do(Published& effect) { changes_->Publish(effect.through, std::move(effect.changes)); }

void Server::Do(Stop& effect) {
  stop_reason_ = absl::AbortedError(effect.reason);
  loop_.Stop();
}

void Server::HandOver() { sequencer_->Submit(std::exchange(gathered_, {})); }

void Server::OnCommitted(log::Committed committed) {
  if (committed.status.ok()) {
    Step(GroupDurable{committed.through, std::move(committed.chains)});
  } else {
    Step(AppendFailed{absl::StrCat("the log cannot be written: ", committed.status.message())});
  }
  StopIfDrained();
}

void Server::Drain(int64_t drain_ms) {
  is_draining_ = true;
  listener_->StopAccepting();
  loop_.After(drain_ms, [this, alive = alive_] {
    if (*alive) loop_.Stop();
  });
  StopIfDrained();
}

// One more turn of the loop, so that the last replies leave.
void Server::StopIfDrained() {
  if (!is_draining_ || !engine_->is_idle()) return;
  loop_.Post([this] { loop_.Stop(); });
}

}  // namespace pegel::tools
