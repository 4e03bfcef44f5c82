#include "tools/fleet/squad.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

namespace pegel::tools {
namespace {

constexpr absl::Duration kPauseMin = absl::Milliseconds(20);
constexpr absl::Duration kPauseMax = absl::Milliseconds(500);

// How long a signal, or something to report, may go unnoticed.
constexpr absl::Duration kLookUp = absl::Milliseconds(50);

// Between two looks at the tasks and reports: what comes meanwhile goes together.
constexpr absl::Duration kBreath = absl::Milliseconds(5);

// Of a lease: two heartbeats may fail before it runs out.
constexpr int kBeatsPerLease = 3;

bool IsWorthATry(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
}

absl::Status Refused(int32_t id, const Error& error) {
  return absl::FailedPreconditionError(
      absl::StrCat("tablet server ", id, " was refused: ", ErrorName(error.code), " (",
                   static_cast<int32_t>(error.code), "): ", error.message));
}

}  // namespace

Squad::Squad(SquadPorts ports, Crew& crew, std::vector<net::TabletServer> servers)
    : ports_(std::move(ports)), crew_(crew) {
  for (net::TabletServer& server : servers) {
    int32_t id = server.id;
    members_[id].server = std::move(server);
  }
}

bool Squad::Speaks(const Member& member) const {
  return !member.is_over && crew_.LifeOf(member.server.id).life == Crew::Life::kUp;
}

absl::Status Squad::Run() {
  for (absl::Duration pause = kPauseMin; !ports_.is_asked_to_end();
       pause = std::min(2 * pause, kPauseMax)) {
    absl::Status status = Attach();
    if (status.ok()) {
      pause = kPauseMin;
      status = Serve();
    }
    if (status.ok()) break;
    if (!is_ready_ || !IsWorthATry(status)) return status;
    ports_.print(absl::StrCat(status.message(), "; trying again"));
    Rest(pause);
  }
  Leave();
  return absl::OkStatus();
}

// A new connection, on which all registrations speak again.
absl::Status Squad::Attach() {
  tablets_.reset();
  client_.reset();
  absl::StatusOr<std::unique_ptr<net::Client>> client = ports_.connect();
  if (!client.ok()) return client.status();
  client_ = *std::move(client);
  tablets_ = client_->Tablets();
  absl::Status status = ResumeAll();
  if (status.ok()) status = RegisterAll();
  if (status.ok() && !std::exchange(is_ready_, true)) ports_.on_ready();
  return status;
}

absl::Status Squad::ResumeAll() {
  std::vector<Registration> known;
  for (auto& [id, member] : members_) {
    if (!Speaks(member)) member.epoch = 0;  // Too late for a goodbye; the lease ends by itself.
    if (member.epoch != 0) known.push_back({id, member.epoch});
  }
  absl::StatusOr<std::vector<LeaseAnswer>> answers = tablets_->Resume(known);
  if (!answers.ok()) return answers.status();
  for (size_t i = 0; i < known.size(); ++i) {
    auto* error = std::get_if<Error>(&(*answers)[i]);
    if (error != nullptr) OnRefusal(members_[known[i].server], *error);
  }
  return absl::OkStatus();
}

// Those that are not registered, or not any more. A retry after a lost connection has the request
// id of the first try.
absl::Status Squad::RegisterAll() {
  std::vector<std::pair<net::TabletServer, RequestId>> missing;
  for (auto& [id, member] : members_) {
    if (member.epoch != 0 || !Speaks(member)) continue;
    if (!member.request_id.is_set()) member.request_id = ports_.new_request_id();
    missing.emplace_back(member.server, member.request_id);
  }
  absl::StatusOr<std::vector<net::Registered>> answers = tablets_->Register(missing);
  if (!answers.ok()) return answers.status();
  for (size_t i = 0; i < missing.size(); ++i) {
    Member& member = members_[missing[i].first.id];
    member.request_id = RequestId{};
    const net::Registered& registered = (*answers)[i];
    if (registered.error) {
      // The answer to a retry that took longer than its lease: registered, and lost again.
      if (registered.error->code == ErrorCode::kServerLost) continue;
      // An alarm: the disk is full to the last, or the log is in doubt. Again with the next beat.
      if (registered.error->code == ErrorCode::kWritesStopped) continue;
      return Refused(member.server.id, *registered.error);
    }
    member.epoch = registered.epoch;
    lease_ = absl::Milliseconds(registered.lease_ms);
  }
  return absl::OkStatus();
}

absl::Status Squad::Serve() {
  absl::Time next_beat = ports_.now();
  while (!ports_.is_asked_to_end()) {
    if (absl::Status status = ObeyLives(); !status.ok()) return status;
    if (ports_.now() >= next_beat) {
      next_beat = ports_.now() + lease_ / kBeatsPerLease;
      if (absl::Status status = Beat(); !status.ok()) return status;
    }
    if (absl::Status status = Work(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// A process that ended, however it ended, forgets its registration; one that started needs another.
absl::Status Squad::ObeyLives() {
  std::vector<std::pair<int32_t, RequestId>> leaving;
  bool is_new = false;
  for (auto& [id, member] : members_) {
    Crew::LifeNow now = crew_.LifeOf(id);
    bool is_up = now.life == Crew::Life::kUp;
    if (!is_up || now.starts != member.starts) {
      bool is_to_leave = now.life == Crew::Life::kStopped && member.epoch != 0;
      if (is_to_leave) leaving.emplace_back(id, ports_.new_request_id());
      Forget(member, now.starts);
    }
    is_new |= is_up && member.epoch == 0 && !member.is_over;
  }
  if (!leaving.empty()) {
    absl::Status left = tablets_->Leave(leaving).status();
    if (!left.ok()) return left;
  }
  return is_new ? RegisterAll() : absl::OkStatus();
}

void Squad::Forget(Member& member, int starts) {
  member.epoch = 0;
  member.request_id = RequestId{};
  member.is_over = false;
  member.starts = starts;
}

// One round of what tablet servers are for. A server that is too busy for reports gets them again.
absl::Status Squad::Work() {
  absl::StatusOr<std::vector<cluster::Task>> tasks =
      tablets_->TakeTasks(absl::ToInt64Milliseconds(kLookUp));
  if (!tasks.ok()) return tasks.status();
  crew_.Perform(*tasks, now_ms());
  std::vector<int32_t> ids;
  for (const auto& [id, member] : members_) {
    if (member.epoch != 0 && Speaks(member)) ids.push_back(id);
  }
  std::vector<ReplicaReport> reports = crew_.TakeReports(ids, now_ms());
  if (reports.empty()) return absl::OkStatus();
  absl::StatusOr<std::vector<net::Reported>> answers = tablets_->Report(reports);
  if (answers.ok()) {
    crew_.OnAnswers(reports, *answers, now_ms());
  } else {
    crew_.OnNoAnswer(reports);
  }
  ports_.sleep(kBreath);
  return absl::IsResourceExhausted(answers.status()) ? absl::OkStatus() : answers.status();
}

absl::Status Squad::Beat() {
  std::vector<int32_t> ids;
  for (const auto& [id, member] : members_) {
    if (member.epoch != 0 && Speaks(member)) ids.push_back(id);
  }
  absl::StatusOr<std::vector<LeaseAnswer>> answers = tablets_->Heartbeat(ids);
  if (!answers.ok()) return answers.status();
  for (size_t i = 0; i < ids.size(); ++i) {
    if (const auto* renewed = std::get_if<LeaseRenewed>(&(*answers)[i])) {
      lease_ = absl::Milliseconds(renewed->millis);
      crew_.SetCopyLimit(ids[i], renewed->copy_bytes_per_sec);
    } else {
      OnRefusal(members_[ids[i]], std::get<Error>((*answers)[i]));
    }
  }
  return RegisterAll();
}

void Squad::OnRefusal(Member& member, const Error& error) {
  ports_.print(std::string(Refused(member.server.id, error).message()));
  member.epoch = 0;
  member.is_over = error.code != ErrorCode::kServerLost;
}

// Best effort: a lease that nobody renews ends by itself.
void Squad::Leave() {
  if (tablets_ == nullptr) return;
  std::vector<std::pair<int32_t, RequestId>> leaving;
  for (const auto& [id, member] : members_) {
    if (member.epoch != 0 && Speaks(member)) leaving.emplace_back(id, ports_.new_request_id());
  }
  absl::StatusOr<std::optional<Error>> left = tablets_->Leave(leaving);
  if (!left.ok()) ports_.print(std::string(left.status().message()));
  tablets_.reset();
  client_.reset();
}

// In short steps, so that a signal is noticed.
void Squad::Rest(absl::Duration pause) {
  for (absl::Duration left = pause; left > absl::ZeroDuration() && !ports_.is_asked_to_end();) {
    absl::Duration step = std::min(left, kLookUp);
    ports_.sleep(step);
    left -= step;
  }
}

}  // namespace pegel::tools
