#include "tools/server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/acl/authorize.h"
#include "core/boot/reducer.h"
#include "core/utc.h"
#include "log/data_dir.h"
#include "log/record_codec.h"
#include "tools/seal_commands.h"

namespace pegel::tools {
namespace {

// So many are handed to the log before the turn ends: the disk works while the loop does. A log
// that is busy takes all that waits at once, so groups under load are not smaller for it.
constexpr size_t kRecordsAtOnce = 16;

absl::Status Refused(const Error& error) { return absl::InvalidArgumentError(error.message); }

// Who writes what the server decides by itself.
Author Self() { return Author{Principal{"System", "pegeld"}, ""}; }

bool MayOnCluster(const World& world, const Author& author, acl::Operation operation,
                  Error* error) {
  acl::Request request = acl::RequestOf(author, operation, acl::Resource{});
  if (acl::Authorize(world.security, world.acls, request).is_allowed) return true;
  *error = Error{ErrorCode::kAuthorization, acl::DenialText(request)};
  return false;
}

// Of a refusal that only the log's dynamic values make.
absl::Status WithDynamics(const absl::Status& refusal) {
  return absl::Status(
      refusal.code(),
      absl::StrCat(refusal.message(),
                   " (A dynamic value, set while the server ran, takes part in this. Put the old "
                   "line back, start, reset the dynamic value, then change the line.)"));
}

}  // namespace

Server::Server(net::EventLoop& loop, ServerOptions options)
    : loop_(loop), options_(std::move(options)) {}

// Bad configs and key files must not touch the disk: what can be told without the log is told
// first.
absl::StatusOr<std::unique_ptr<Server>> Server::Start(net::EventLoop& loop, ServerOptions options) {
  auto server = std::unique_ptr<Server>(new Server(loop, std::move(options)));
  if (absl::Status status = server->CheckAddress(); !status.ok()) return status;
  if (absl::Status status = server->LoadKeys(); !status.ok()) return status;
  if (absl::Status status = server->Statics(World()).status(); !status.ok()) return status;
  absl::Status room = CheckRoomToStart(RoomOf(server->options_.data_dir),
                                       server->options_.disk_reserve, server->options_.data_dir);
  if (!room.ok()) return room;
  if (absl::Status status = server->Recover(); !status.ok()) {
    return server->WithRoomAdvice(status);
  }
  server->WatchRoom();
  absl::StatusOr<std::map<std::string, config::Value>> statics =
      server->Statics(server->engine_->world());
  if (!statics.ok()) return WithDynamics(statics.status());
  server->WriteBoot(*statics);
  absl::StatusOr<std::unique_ptr<net::Server>> listener =
      net::Server::Listen(loop, *server, server->options_.listen, server->options_.limits);
  if (!listener.ok()) return listener.status();
  server->listener_ = *std::move(listener);
  // From now on heartbeats can arrive, so no lease began to run any sooner.
  server->liveness_ = std::make_unique<Liveness>(
      server->engine_->world(), server->options_.lease_ms, server->options_.monotonic_ms());
  server->LookAtLeasesLater();
  server->rebalancer_ = std::make_unique<Rebalancer>(server->ForRebalances());
  server->rebalancer_->Look();
  return server;
}

Server::~Server() {
  *alive_ = false;
  listener_.reset();
  rebalancer_.reset();
  history_.reset();
  past_.reset();
  snapshots_.reset();
  sequencer_.reset();  // Reports what is under way; its posts find alive_ false.
}

absl::Status Server::CheckAddress() const {
  absl::Status status = net::Server::CheckAddress(options_.listen);
  if (status.ok()) return status;
  for (const EffectiveSetting& setting : options_.shown) {
    if (setting.key != "pegel.listen") continue;
    return absl::Status(status.code(),
                        absl::StrCat(setting.source, ": key 'pegel.listen': ", status.message()));
  }
  return status;
}

absl::Status Server::LoadKeys() {
  if (options_.key_file.empty()) return absl::OkStatus();
  absl::StatusOr<Keyring> keyring = Keyring::Load(options_.key_file);
  if (!keyring.ok()) return keyring.status();
  keyring_ = std::make_unique<Keyring>(*std::move(keyring));
  return absl::OkStatus();
}

// Sealed, and checked against what `world` holds.
absl::StatusOr<std::map<std::string, config::Value>> Server::Statics(const World& world) {
  auto sealed = SealStatics(keyring_.get(), options_.static_configs, world.configs);
  if (auto* error = std::get_if<Error>(&sealed)) return AtItsPlace(options_.shown, Refused(*error));
  auto& statics = std::get<std::map<std::string, config::Value>>(sealed);
  config::Problem problem = boot::CheckStatics(world, statics);
  if (problem) return AtItsPlace(options_.shown, Refused(*problem));
  return std::move(statics);
}

absl::Status Server::Recover() {
  absl::StatusOr<replay::Recovered> recovered =
      replay::Recover({.data_dir = options_.data_dir, .on_warning = options_.on_warning},
                      snapshot::RealFiles(), options_.on_recovering);
  if (!recovered.ok()) return recovered.status();
  anchor_at_start_ = recovered->anchor;
  snapshot_at_start_ = recovered->snapshot;
  log_ = std::move(recovered->log);
  StartFolds(*recovered);
  replay::Folded& folded = recovered->folded;
  log::Head head = folded.head;
  changes_ = std::make_shared<ChangeFeed>(folded.world, options_.changes);
  tasks_ = std::make_shared<TaskFeed>(folded.world);
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

std::function<void(std::function<void()>)> Server::Poster() {
  return [this, alive = alive_](std::function<void()> task) {
    loop_.Post([alive, task = std::move(task)] {
      if (*alive) task();
    });
  };
}

// The folds beside the engine's. The second World is a copy: read back from disk it would be the
// same, only later.
void Server::StartFolds(replay::Recovered& recovered) {
  auto kept = [log = log_.get(), reserve = options_.disk_reserve] {
    return log->BytesOwed() + reserve;
  };
  snapshot_files_ = std::make_unique<RoomyFiles>(snapshot::RealFiles(), RoomPort(), kept);
  snapshot::Store store(*snapshot_files_, log::DataDir{options_.data_dir}.Snapshots());
  auto begin = [store, log = log_.get(), warn = options_.on_warning](Lsn lsn) {
    return replay::StartFor(lsn, log->trimmed(), store, [&](const absl::Status& bad) {
      if (warn) warn(std::string(bad.message()));
    });
  };
  history_ = std::make_unique<HistoryThread>(*log_, Poster(), begin);
  auto begin_past = [store, log = log_.get(), warn = options_.on_warning](const AsOf& goal) {
    return replay::Past::Near(goal, *log, log->trimmed(), store, [&](const absl::Status& bad) {
      if (warn) warn(std::string(bad.message()));
    });
  };
  past_ = std::make_unique<PastReader>(begin_past, Poster());
  last_snapshot_ = recovered.snapshot;
  last_snapshot_time_ = recovered.snapshot_time;
  retention_ = std::make_unique<Retention>(*log_, store, options_.snapshots.retention);
  snapshots_ = std::make_unique<SnapshotThread>(*log_, retention_.get(), recovered.folded,
                                                recovered.snapshot, store, options_.snapshots,
                                                Poster(), OnSnapshots());
}

SnapshotEvents Server::OnSnapshots() {
  SnapshotEvents events;
  events.on_written = [this](const snapshot::Written& written) {
    last_snapshot_ = written.lsn;
    last_snapshot_time_ = written.time;
  };
  events.on_attempt = [this](const absl::Status& status) {
    alarms_.erase("SNAPSHOT_STALE");
    if (!status.ok()) {
      Raise({"SNAPSHOT_STALE", absl::StrCat("the last snapshot was not written: ", status.message(),
                                            ". The next start folds more.")});
    }
  };
  events.on_retained = [this](const absl::Status& status) {
    alarms_.erase("RETENTION_STALE");
    if (!status.ok()) {
      Raise({"RETENTION_STALE", absl::StrCat("what is too old is still there: ", status.message(),
                                             ". Nothing is lost; the disk fills up.")});
    }
  };
  events.on_doubt = [this](const Alarm& alarm) {
    Raise(alarm);
    Step(WritesStopped{absl::StrCat(
        "Nothing can be changed: alarm ", alarm.name, " (", alarm.text,
        "). Reads go on. Keep a copy of the data directory and see docs/operating.md, Alarms.")});
  };
  return events;
}

void Server::Raise(Alarm alarm) {
  if (options_.on_warning) {
    options_.on_warning(absl::StrCat("ALARM ", alarm.name, ": ", alarm.text));
  }
  alarms_[std::move(alarm.name)] = std::move(alarm.text);
}

// ---- room on the disk ----

constexpr int64_t kLookAtRoomMs = 1'000;

// Any thread.
std::function<absl::StatusOr<Room>()> Server::RoomPort() const {
  return [dir = options_.data_dir] { return RoomOf(dir); };
}

void Server::WatchRoom() {
  room_ = std::make_unique<DiskRoom>(
      options_.data_dir, options_.disk_reserve,
      DiskRoom::Ports{RoomPort(), [this] { return log_->BytesOwed(); }, options_.monotonic_ms});
  if (room_->level() != DiskRoom::Level::kPlenty) OnRoomChanged();
  LookAtRoomLater();
}

void Server::LookAtRoomLater() {
  loop_.After(kLookAtRoomMs, [this, alive = alive_] {
    if (!*alive) return;
    if (room_->Look()) {
      OnRoomChanged();
    } else if (auto alarm = alarms_.find(kNoSpaceAlarm); alarm != alarms_.end()) {
      alarm->second = room_->Text();  // With the room as it is now.
    }
    LookAtRoomLater();
  });
}

void Server::OnRoomChanged() {
  if (room_->level() == DiskRoom::Level::kPlenty) {
    alarms_.erase(kNoSpaceAlarm);
    if (options_.on_warning) {
      options_.on_warning("alarm NOSPACE is over: there is room again, changes are taken");
    }
    return Step(RoomIsBack{});
  }
  const bool is_at_floor = room_->level() == DiskRoom::Level::kAtFloor;
  std::string text = room_->Text();
  if (is_at_floor) {
    absl::StrAppend(&text, ". The reserve is used up: lost servers and moves wait, too");
  }
  std::string reason =
      absl::StrCat("Nothing can be changed: alarm NOSPACE (", text,
                   "). Nothing was logged; send the call again then. Reads go on.");
  Raise({kNoSpaceAlarm, std::move(text)});
  Step(RoomIsLow{std::move(reason), is_at_floor});
}

absl::Status Server::WithRoomAdvice(const absl::Status& failure) const {
  if (!absl::IsResourceExhausted(failure)) return failure;
  return absl::Status(
      failure.code(),
      absl::StrCat("the disk is full (", failure.message(), "). Every acknowledged call is in ",
                   options_.data_dir,
                   ". Free room on its file system and start again; docs/operating.md, A full "
                   "disk."));
}

// Record 1 of a new log, or news for an old one. First in line, so durable before any call's reply.
void Server::WriteBoot(const std::map<std::string, config::Value>& statics) {
  std::optional<Boot> boot = boot::NeededBoot(engine_->world(), options_.new_cluster_id, statics);
  for (auto& [key, text] : options_.static_configs) Wipe(&text);  // Not needed any more.
  options_.static_configs.clear();
  if (!boot.has_value()) return;
  Submit(Self(), RequestId{}, *std::move(boot), [](const Reply&) {});
}

// Clear secrets come this far and no further.
void Server::Submit(Author author, RequestId request_id, Command command,
                    std::function<void(Reply)> done) {
  if (is_draining_) return;  // Dropped: the caller's connection breaks, and it may retry.
  auto sealed = SealSecrets(keyring_.get(), std::move(command), {author.principal, request_id});
  if (auto* error = std::get_if<Error>(&sealed)) return done(Reply{0, std::move(*error), {}});
  CallToken token = next_token_++;
  replies_.emplace(token, std::move(done));
  Step(CallArrived{token, std::move(author), request_id, std::get<Command>(std::move(sealed)),
                   options_.now()});
}

void Server::AskStatus(std::function<void(Status)> done) {
  if (is_draining_) return;
  CallToken token = next_token_++;
  status_replies_.emplace(token, std::move(done));
  Step(StatusAsked{token});
}

void Server::AskSettings(const Author& author, std::function<void(SettingsAnswer)> done) {
  Error error;
  if (!MayOnCluster(engine_->world(), author, acl::Operation::kDescribe, &error))
    return done(error);
  done(options_.shown);
}

void Server::TakeSnapshot(const Author& author, std::function<void(SavedAnswer)> done) {
  Error error;
  if (!MayOnCluster(engine_->world(), author, acl::Operation::kAlter, &error)) return done(error);
  snapshots_->Take([done = std::move(done)](absl::StatusOr<snapshot::Written> written) {
    if (written.ok()) {
      return done(Saved{written->lsn, written->bytes, written->chain, written->digest});
    }
    done(Error{ErrorCode::kSnapshotFailed,
               absl::StrCat("The snapshot was not written: ", written.status().message(),
                            ". Older ones are as they were.")});
  });
}

// Who may not is refused by the reducer, before it looks at any seal, and that is logged.
void Server::ResealSecrets(Author author, RequestId request_id, std::function<void(Reply)> done) {
  const World& world = engine_->world();
  pegel::ResealSecrets command;
  Error error;
  if (MayOnCluster(world, author, acl::Operation::kAlter, &error)) {
    absl::StatusOr<Keyring> keyring = Keyring::Load(options_.key_file);
    if (!keyring.ok()) return done(Reply{0, NoKeys(keyring.status()), {}});
    auto renewed = ResealAll(*keyring, world.configs, {author.principal, request_id});
    if (auto* refused = std::get_if<Error>(&renewed)) return done(Reply{0, *refused, {}});
    command = std::get<pegel::ResealSecrets>(std::move(renewed));
    keyring_ = std::make_unique<Keyring>(*std::move(keyring));
  }
  Submit(std::move(author), request_id, std::move(command), std::move(done));
}

Error Server::NoKeys(const absl::Status& why) const {
  if (!options_.key_file.empty()) {
    return {ErrorCode::kNoSecretKey, absl::StrCat(why.message(), ". Nothing was changed.")};
  }
  return {ErrorCode::kNoSecretKey,
          "This server has no key file. Make one with `pegel keygen FILE`, name it in server.yaml "
          "(pegel.secrets.key-file: FILE), and restart the server. Nothing was changed."};
}

LeaseAnswer Server::Heartbeat(const Author& author, const Registration& who) {
  std::optional<Error> refusal = changes_->view().WhyMayNot(author, acl::Operation::kClusterAction);
  if (refusal) return *std::move(refusal);
  LeaseAnswer answer = liveness_->Heartbeat(who, options_.monotonic_ms());
  if (auto* renewed = std::get_if<LeaseRenewed>(&answer)) {
    renewed->copy_bytes_per_sec = changes_->view().CopyBytesPerSec();
  }
  return answer;
}

// Only what is durable may be told. (Of the last moment before now, some may not be so yet.)
void Server::ReadPast(const Author& author, const AsOf& as_of, Command read,
                      std::function<void(PastAnswer)> done) {
  if (is_draining_) return;
  std::optional<Error> refusal = changes_->view().WhyMayNot(author, acl::Operation::kDescribe);
  if (!refusal) refusal = WhyNotPast(as_of);
  if (refusal) return done({*std::move(refusal)});
  past_->Read(as_of, std::move(read),
              [done = std::move(done)](Outcome outcome) { done({std::move(outcome)}); });
}

std::optional<Error> Server::WhyNotPast(const AsOf& as_of) const {
  const auto* lsn = std::get_if<Lsn>(&as_of);
  bool is_past =
      lsn != nullptr ? *lsn <= changes_->through() : std::get<UnixNanos>(as_of) < options_.now();
  if (is_past) return std::nullopt;
  return Error{ErrorCode::kInvalidArgument,
               absl::StrCat("Expected a point of the past, found ", ToText(as_of),
                            ": the newest record is lsn ", changes_->through().value,
                            ", and it is ", ToText(options_.now()), ".")};
}

void Server::AskTasks(const Registration& who, std::function<void(TaskList)> done) {
  if (is_draining_) return;
  CallToken token = next_token_++;
  task_replies_.emplace(token, std::move(done));
  Step(TasksAsked{token, who});
}

void Server::LookAtLeasesLater() {
  loop_.After(liveness_->tick_ms(), [this, alive = alive_] {
    if (*alive) LookAtLeases();
  });
}

void Server::LookAtLeases() {
  if (is_draining_) return;  // The next start gives everybody a new lease.
  for (const Registration& who : liveness_->Expire(options_.monotonic_ms())) Lose(who);
  LookAtLeasesLater();
}

void Server::Lose(const Registration& who) {
  Submit(Self(), RequestId{}, ServerLost{cluster::ServerId{who.server}, Lsn{who.epoch}},
         [this, alive = alive_, who](const Reply& reply) {
           bool is_logged = reply.receipt.has_value();
           if (*alive && !is_logged) liveness_->PutBack(who);  // Overloaded: at the next look.
         });
}

void Server::AskPlan(rebalance::Options options, PlanDone done) {
  if (is_draining_) return;
  rebalancer_->Plan(std::move(options), std::move(done));
}

Rebalancer::Ports Server::ForRebalances() {
  Rebalancer::Ports ports;
  ports.world = [this]() -> const World& { return engine_->world(); };
  ports.now = options_.now;
  ports.post = Poster();
  ports.submit = [this](Command command, std::function<void(const Reply&)> done) {
    Submit(Self(), RequestId{}, std::move(command), std::move(done));
  };
  ports.after = [this](int64_t milliseconds, std::function<void()> task) {
    loop_.After(milliseconds, [alive = alive_, task = std::move(task)] {
      if (*alive) task();
    });
  };
  return ports;
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
  const size_t bytes = log::EncodedBytesMax(effect.record);
  gathered_.push_back(std::move(effect.record));
  if (gathered_.size() >= kRecordsAtOnce) HandOver();
  if (room_->OnSubmitted(bytes)) OnRoomChanged();
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
  Status& status = effect.status;
  status.version = options_.version;
  status.lsn_snapshot = last_snapshot_;
  if (last_snapshot_ != Lsn{}) {
    status.snapshot_age_ms = (options_.now().value - last_snapshot_time_.value) / 1'000'000;
  }
  status.lsn_first = Next(log_->trimmed().lsn);
  for (const auto& [name, text] : alarms_) status.alarms.push_back({name, text});
  snapshots_->Compare(status.lsn_applied, status.digest);
  done(std::move(effect.status));
}

void Server::Do(TasksReply& effect) {
  auto it = task_replies_.find(effect.token);
  std::function<void(TaskList)> done = std::move(it->second);
  task_replies_.erase(it);
  done(std::move(effect.list));
}

void Server::Do(Published& effect) {
  for (const SharedChange& change : effect.changes) {
    liveness_->OnChange(*change, options_.monotonic_ms());
  }
  tasks_->OnPublished(effect.changes);
  if (rebalancer_ != nullptr) rebalancer_->OnPublished(effect.changes);
  changes_->Publish(effect.through, std::move(effect.changes));
  // Before it is told that these are durable, so that the second fold is not beyond it yet.
  if (snapshots_->wants_digest()) snapshots_->Compare(engine_->world().lsn, engine_->digest());
  snapshots_->OnDurable(effect.through);
}

void Server::Do(Stop& effect) {
  stop_reason_ = absl::AbortedError(effect.reason);
  loop_.Stop();
}

void Server::HandOver() {
  if (!gathered_.empty()) sequencer_->Submit(std::exchange(gathered_, {}));
}

void Server::OnCommitted(log::Committed committed) {
  if (committed.status.ok()) {
    room_->OnDurable(committed.chains.size());
    Step(GroupDurable{committed.through, std::move(committed.chains)});
  } else {
    Step(AppendFailed{
        absl::StrCat("the log cannot be written: ", WithRoomAdvice(committed.status).message())});
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
