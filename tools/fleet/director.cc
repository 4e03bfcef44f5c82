#include "tools/fleet/director.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/cluster/names.h"
#include "tools/shell/script.h"

namespace pegel::tools {
namespace {

constexpr absl::Duration kLookUp = absl::Milliseconds(5);

// Quiet for so long is settled: longer than reports and tasks need to come back.
constexpr int64_t kQuietMs = 500;
constexpr absl::Duration kSettledWithin = absl::Minutes(1);

absl::Status Refused(const Error& error) {
  return absl::FailedPreconditionError(absl::StrCat(
      ErrorName(error.code), " (", static_cast<int32_t>(error.code), "): ", error.message));
}

bool IsThereAlready(const Error& error) {
  return error.code == ErrorCode::kTableAlreadyExist ||
         error.code == ErrorCode::kPartitionAlreadyExists;
}

// What a step did, for people.
struct StepText {
  std::string operator()(const ChangeLives& change) const {
    const char* verb = change.life == Crew::Life::kKilled    ? "killed "
                       : change.life == Crew::Life::kStopped ? "stopped "
                                                             : "started ";
    return absl::StrCat(verb, absl::StrJoin(change.ids, ","));
  }
  std::string operator()(const ChangeMutes& change) const {
    return absl::StrCat(change.is_muted ? "muted " : "unmuted ", absl::StrJoin(change.ids, ","));
  }
  std::string operator()(const CreateTable& create) const {
    return absl::StrCat("created table ", cluster::ToText(create.path));
  }
  std::string operator()(const DropTable& drop) const {
    return absl::StrCat("dropped table ", cluster::ToText(drop.path));
  }
  std::string operator()(const AddPartition& add) const {
    return absl::StrCat("added partition ", add.name, " to ", cluster::ToText(add.path));
  }
  std::string operator()(const DropPartition& drop) const {
    return absl::StrCat("dropped partition ", drop.name, " of ", cluster::ToText(drop.path));
  }
  std::string operator()(const UnregisterServer& unregister) const {
    return absl::StrCat("unregistered ", unregister.id.value);
  }
  std::string operator()(const RunSql& run) const {
    return absl::StrCat("ran ", absl::StripAsciiWhitespace(run.statements));
  }
  std::string operator()(const AwaitSettled&) const { return "settled"; }
  std::string operator()(const EndFleet&) const { return "ends"; }
};

}  // namespace

absl::Status Director::Change(const net::TableChange& change, bool may_exist) {
  absl::StatusOr<net::CallReply> reply = session_.ChangeTables(change);
  if (!reply.ok()) return reply.status();
  if (!reply->error || (may_exist && IsThereAlready(*reply->error))) return absl::OkStatus();
  return Refused(*reply->error);
}

absl::Status Director::MakeTables() {
  for (int i = 0; i < options_.tables && !ports_.is_asked_to_end(); ++i) {
    cluster::TablePath path{options_.database, absl::StrCat("t", i)};
    absl::Status status =
        Change(CreateTable{path, options_.buckets, options_.replication, options_.partitions > 0},
               /*may_exist=*/true);
    for (int p = 0; p < options_.partitions && status.ok(); ++p) {
      status = Change(AddPartition{path, absl::StrCat("p", p)}, /*may_exist=*/true);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

bool Director::WaitSettled() {
  const absl::Time start = ports_.now();
  do {
    ports_.sleep(10 * kLookUp);
    if (ports_.is_asked_to_end() || ports_.now() - start > kSettledWithin) return false;
  } while (ports_.now() - start < absl::Milliseconds(kQuietMs) ||
           !crew_.IsQuietFor(kQuietMs, now_ms()));
  return true;
}

// False: asked to end.
bool Director::SleepUntil(absl::Time moment) {
  while (ports_.now() < moment && !ports_.is_asked_to_end()) {
    ports_.sleep(std::min(kLookUp, moment - ports_.now()));
  }
  return !ports_.is_asked_to_end();
}

absl::Status Director::RunSteps() {
  const absl::Time start = ports_.now();
  for (const Step& step : options_.steps) {
    absl::Time moment = step.at      ? start + *step.at
                        : step.after ? ports_.now() + *step.after
                                     : ports_.now();
    if (!SleepUntil(moment)) return absl::CancelledError("asked to end");
    absl::Status status = Run(step);
    std::string where = absl::StrCat(options_.scenario, ":", step.line, ": ");
    if (!status.ok() && step.may_fail) {
      ports_.print(absl::StrCat("fleet step: refused, as it may be: ", status.message()));
    } else if (!status.ok()) {
      return absl::Status(status.code(), absl::StrCat(where, status.message()));
    } else {
      ports_.print(absl::StrCat("fleet step: ", std::visit(StepText{}, step.action)));
    }
    if (std::holds_alternative<EndFleet>(step.action)) {
      return absl::CancelledError("a step ends the fleet");
    }
  }
  return absl::OkStatus();
}

absl::Status Director::Run(const Step& step) {
  if (const auto* lives = std::get_if<ChangeLives>(&step.action)) {
    for (int32_t id : lives->ids) crew_.SetLife(id, lives->life);
  } else if (const auto* mutes = std::get_if<ChangeMutes>(&step.action)) {
    for (int32_t id : mutes->ids) crew_.SetMuted(id, mutes->is_muted, now_ms());
  } else if (const auto* create = std::get_if<CreateTable>(&step.action)) {
    return Change(*create, false);
  } else if (const auto* drop = std::get_if<DropTable>(&step.action)) {
    return Change(*drop, false);
  } else if (const auto* add = std::get_if<AddPartition>(&step.action)) {
    return Change(*add, false);
  } else if (const auto* drop_one = std::get_if<DropPartition>(&step.action)) {
    return Change(*drop_one, false);
  } else if (const auto* unregister = std::get_if<UnregisterServer>(&step.action)) {
    absl::StatusOr<net::CallReply> reply = session_.UnregisterServer(unregister->id.value);
    if (!reply.ok()) return reply.status();
    if (reply->error) return Refused(*reply->error);
  } else if (const auto* sql = std::get_if<RunSql>(&step.action)) {
    return RunStatements(sql->statements);
  } else if (std::holds_alternative<AwaitSettled>(step.action) && !WaitSettled()) {
    return absl::DeadlineExceededError("the fleet did not settle within a minute");
  }
  return absl::OkStatus();
}

absl::Status Director::RunStatements(const std::string& statements) {
  std::string refusal;
  auto print = [&](const Printed& printed) {
    absl::string_view out = absl::StripTrailingAsciiWhitespace(printed.out);
    if (!out.empty()) ports_.print(std::string(out));
    refusal.append(printed.err);
  };
  ScriptRunner runner(session_, {.is_quiet = true}, print);
  if (runner.Run(statements)) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StripAsciiWhitespace(refusal));
}

}  // namespace pegel::tools
