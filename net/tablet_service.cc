#include "net/tablet_service.h"

#include <kj/debug.h>

#include <string>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/cluster/text.h"
#include "net/ask_line.h"
#include "net/tablet_wire.h"
#include "net/task_hub.h"
#include "net/wire.h"

namespace pegel::net {
namespace {

// The lsn of the record that registered it, which a retry gets too.
uint64_t EpochOf(const Reply& reply) { return reply.receipt->lsn.value; }

// What somebody who speaks for one registration holds. Only a handle: the lease lives at the line,
// its tasks at the hub.
class TabletSession final : public wire::TabletSession::Server {
 public:
  TabletSession(std::shared_ptr<Account> account, Registration who,
                kj::Maybe<wire::TaskSink::Client> sink)
      : account_(std::move(account)), who_(who) {
    ++account_->tablet_sessions_open;
    KJ_IF_MAYBE (client, sink) tasks_ = account_->tasks->Begin(*account_, who, kj::mv(*client));
  }
  ~TabletSession() noexcept(false) {
    --account_->tablet_sessions_open;
    if (account_->tasks != nullptr) account_->tasks->End(tasks_);
  }
  KJ_DISALLOW_COPY(TabletSession);

 protected:
  kj::Promise<void> heartbeat(HeartbeatContext context) override;
  kj::Promise<void> leave(LeaveContext context) override;
  kj::Promise<void> report(ReportContext context) override;

 private:
  std::shared_ptr<Account> account_;
  Registration who_;
  TaskHub::Id tasks_ = 0;  // 0: none are wanted.
};

kj::Promise<void> TabletSession::heartbeat(HeartbeatContext context) {
  if (account_->line == nullptr) return ConnectionIsOver();
  LeaseAnswer answer = account_->line->Heartbeat(account_->caller, who_);
  auto out = context.getResults().initReply();
  if (auto* error = std::get_if<Error>(&answer)) {
    ToWire(*error, out.initError());
  } else {
    const auto& renewed = std::get<LeaseRenewed>(answer);
    out.setLeaseMillis(renewed.millis);
    out.setCopyBytesPerSec(renewed.copy_bytes_per_sec);
    out.setMustResume(account_->tasks->IsLetGo(tasks_));
  }
  return kj::READY_NOW;
}

kj::Promise<void> TabletSession::report(ReportContext context) {
  auto read = FromWire(context.getParams().getReport());
  context.releaseParams();
  if (auto* error = std::get_if<Error>(&read)) {
    ToWire(*error, context.getResults().initReply().initError());
    return kj::READY_NOW;
  }
  auto& report = std::get<ReplicaReport>(read);
  report.id = cluster::ServerId{who_.server};
  report.epoch = Lsn{who_.epoch};
  context.allowCancellation();
  auto reply = AskLine<Reply>(account_, [&](Line& line, auto done) {
    line.Submit(account_->caller, RequestId{}, std::move(report), std::move(done));
  });
  return reply.then([context = kj::mv(context)](kj::Own<Reply> reply) mutable {
    ToWire(*reply, context.getResults(SizeOf(*reply)).initReply());
  });
}

kj::Promise<void> TabletSession::leave(LeaveContext context) {
  RequestId id = FromWire(context.getParams().getRequestId());
  context.releaseParams();
  context.allowCancellation();
  auto reply = AskLine<Reply>(account_, [&](Line& line, auto done) {
    line.Submit(account_->caller, id, ServerLost{cluster::ServerId{who_.server}, Lsn{who_.epoch}},
                std::move(done));
  });
  return reply.then([context = kj::mv(context)](kj::Own<Reply> reply) mutable {
    ToWire(*reply, context.getResults(SizeOf(*reply)).initReply());
  });
}

class Tablet final : public wire::Tablet::Server {
 public:
  explicit Tablet(std::shared_ptr<Account> account) : account_(std::move(account)) {}

 protected:
  kj::Promise<void> registerServer(RegisterServerContext context) override;
  kj::Promise<void> resume(ResumeContext context) override;

 private:
  void Answer(int32_t server, kj::Maybe<wire::TaskSink::Client> sink, const Reply& reply,
              wire::RegisterReply::Builder out);
  kj::Maybe<kj::Exception> WhyNoSession() const;

  std::shared_ptr<Account> account_;
};

kj::Maybe<kj::Exception> Tablet::WhyNoSession() const {
  if (account_->line == nullptr) return ConnectionIsOver();
  if (account_->tablet_sessions_open < account_->tablet_sessions_max) return nullptr;
  return Overloaded(absl::StrCat("this connection speaks for ", account_->tablet_sessions_max,
                                 " tablet servers, which is the limit. Nothing was logged; use "
                                 "another connection."));
}

// What cannot be text must not become a record, not even a refused one: the log could not be read
// again.
absl::Status CheckNames(const RegisterServer& command) {
  absl::Status status = cluster::CheckRack(command.rack);
  return status.ok() ? cluster::CheckAddress(command.address) : status;
}

// None: the caller does not want tasks.
template <typename Params>
kj::Maybe<wire::TaskSink::Client> SinkOf(Params params) {
  if (!params.hasSink()) return nullptr;
  return params.getSink();
}

kj::Promise<void> Tablet::registerServer(RegisterServerContext context) {
  KJ_IF_MAYBE (why, WhyNoSession()) return kj::mv(*why);
  auto params = context.getParams();
  auto rack = params.getRack();
  auto address = params.getAddress();
  RegisterServer command{cluster::ServerId{params.getId()}, std::string(rack.begin(), rack.size()),
                         std::string(address.begin(), address.size())};
  int32_t server = params.getId();
  RequestId id = FromWire(params.getRequestId());
  auto sink = SinkOf(params);
  context.releaseParams();
  if (absl::Status status = CheckNames(command); !status.ok()) {
    Error error{ErrorCode::kInvalidArgument, std::string(status.message())};
    ToWire(Registered{.receipt = std::nullopt, .error = std::move(error)},
           context.getResults().initReply());
    return kj::READY_NOW;
  }
  context.allowCancellation();
  auto reply = AskLine<Reply>(account_, [&](Line& line, auto done) {
    line.Submit(account_->caller, id, std::move(command), std::move(done));
  });
  return reply.then(
      [this, server, sink = kj::mv(sink), context = kj::mv(context)](kj::Own<Reply> reply) mutable {
        if (account_->line == nullptr) kj::throwFatalException(ConnectionIsOver());
        Answer(server, kj::mv(sink), *reply, context.getResults().initReply());
      });
}

// A retry is told of the registration that it made, which may have ended since.
void Tablet::Answer(int32_t server, kj::Maybe<wire::TaskSink::Client> sink, const Reply& reply,
                    wire::RegisterReply::Builder out) {
  Registered registered{.receipt = reply.receipt, .error = std::nullopt};
  Registration who{server, 0};
  if (auto* error = std::get_if<Error>(&reply.outcome)) {
    registered.error = *error;
  } else {
    who.epoch = registered.epoch = EpochOf(reply);
    LeaseAnswer lease = account_->line->Heartbeat(account_->caller, who);
    if (auto* error = std::get_if<Error>(&lease)) {
      registered.error = *error;
    } else {
      registered.lease_ms = std::get<LeaseRenewed>(lease).millis;
    }
  }
  ToWire(registered, out);
  if (!registered.error) {
    out.getRegistered().setSession(kj::heap<TabletSession>(account_, who, kj::mv(sink)));
  }
}

kj::Promise<void> Tablet::resume(ResumeContext context) {
  KJ_IF_MAYBE (why, WhyNoSession()) return kj::mv(*why);
  auto params = context.getParams();
  Registration who{params.getId(), params.getEpoch()};
  LeaseAnswer answer = account_->line->Heartbeat(account_->caller, who);
  auto out = context.getResults().initReply();
  if (auto* error = std::get_if<Error>(&answer)) {
    ToWire(*error, out.initError());
    return kj::READY_NOW;
  }
  auto resumed = out.initResumed();
  resumed.setLeaseMillis(std::get<LeaseRenewed>(answer).millis);
  resumed.setSession(kj::heap<TabletSession>(account_, who, SinkOf(params)));
  return kj::READY_NOW;
}

}  // namespace

wire::Tablet::Client NewTablet(std::shared_ptr<Account> account) {
  return kj::heap<Tablet>(std::move(account));
}

}  // namespace pegel::net
