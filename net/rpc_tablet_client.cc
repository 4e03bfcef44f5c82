#include "net/rpc_tablet_client.h"

#include <kj/debug.h>

#include <algorithm>
#include <map>
#include <utility>

#include "net/limits.h"
#include "net/rpc_status.h"
#include "net/tablet_wire.h"
#include "net/task_inbox.h"
#include "net/watch_wire.h"
#include "net/wire.h"

namespace pegel::net {
namespace {

// Longer than any healthy server takes, shorter than operators wait.
constexpr int64_t kAnswerMsMax = 10'000;

// As many as a server takes from one connection.
constexpr size_t kOutstandingMax = Limits().calls_in_flight_max;

class RpcTabletClient final : public TabletClient {
 public:
  RpcTabletClient(CallScope scope, const std::string& server, wire::Tablet::Client tablet,
                  kj::Promise<void> disconnected)
      : scope_(scope),
        server_(server),
        tablet_(kj::mv(tablet)),
        inbox_(scope, server, kj::mv(disconnected)) {}
  ~RpcTabletClient() noexcept override = default;

  absl::StatusOr<std::vector<Registered>> Register(
      const std::vector<std::pair<TabletServer, RequestId>>& servers) override;
  absl::StatusOr<std::vector<LeaseAnswer>> Resume(
      const std::vector<Registration>& servers) override;
  absl::StatusOr<std::vector<LeaseAnswer>> Heartbeat(const std::vector<int32_t>& ids) override;
  absl::StatusOr<std::optional<Error>> Leave(
      const std::vector<std::pair<int32_t, RequestId>>& servers) override;
  absl::StatusOr<std::vector<cluster::Task>> TakeTasks(int64_t timeout_ms) override;
  absl::StatusOr<std::vector<Reported>> Report(const std::vector<ReplicaReport>& reports) override;

 private:
  // What the connection holds of one registration.
  struct Session {
    uint64_t epoch = 0;
    wire::TabletSession::Client client;
  };

  // Sends one call for each item by `send(item)`, at most kOutstandingMax at once, and hands each
  // answer to `receive(item, response)`, in order.
  template <typename Item, typename Send, typename Receive>
  void ForEach(const std::vector<Item>& items, Send send, Receive receive);
  wire::TabletSession::Client& SessionOf(int32_t id);
  void Keep(const Registration& who, wire::TabletSession::Client session);

  CallScope scope_;
  std::string server_;
  wire::Tablet::Client tablet_;
  TaskInbox inbox_;
  std::map<int32_t, Session> sessions_;
};

template <typename Item, typename Send, typename Receive>
void RpcTabletClient::ForEach(const std::vector<Item>& items, Send send, Receive receive) {
  using Pending = decltype(send(items.front()));
  kj::WaitScope& wait_scope = scope_.wait_scope;
  for (size_t begin = 0; begin < items.size(); begin += kOutstandingMax) {
    size_t end = std::min(items.size(), begin + kOutstandingMax);
    kj::Vector<Pending> under_way;
    for (size_t i = begin; i < end; ++i) under_way.add(send(items[i]));
    for (size_t i = begin; i < end; ++i) {
      using Response = decltype(kj::mv(under_way[0]).wait(wait_scope));
      auto deadline = scope_.port.Sleep(kAnswerMsMax).then([]() -> Response {
        kj::throwFatalException(KJ_EXCEPTION(DISCONNECTED, "no answer in time"));
      });
      receive(items[i],
              kj::mv(under_way[i - begin]).exclusiveJoin(kj::mv(deadline)).wait(wait_scope));
    }
  }
}

wire::TabletSession::Client& RpcTabletClient::SessionOf(int32_t id) {
  auto it = sessions_.find(id);
  KJ_REQUIRE(it != sessions_.end(), "not registered or resumed on this connection", id);
  return it->second.client;
}

void RpcTabletClient::Keep(const Registration& who, wire::TabletSession::Client session) {
  sessions_.insert_or_assign(who.server, Session{who.epoch, kj::mv(session)});
}

absl::StatusOr<std::vector<Registered>> RpcTabletClient::Register(
    const std::vector<std::pair<TabletServer, RequestId>>& servers) {
  return Guarded<std::vector<Registered>>(server_, [&] {
    std::vector<Registered> answers;
    auto send = [&](const std::pair<TabletServer, RequestId>& item) {
      const auto& [server, request_id] = item;
      auto request = tablet_.registerServerRequest();
      request.setId(server.id);
      request.setRack(server.rack);
      request.setAddress(server.address);
      request.setSink(inbox_.NewSink(server.id));
      ToWire(request_id, request.initRequestId());
      return kj::Promise<capnp::Response<wire::Tablet::RegisterServerResults>>(request.send());
    };
    auto receive = [&](const auto& item, auto response) {
      answers.push_back(FromWire(response.getReply()));
      if (answers.back().error) return;
      Keep({item.first.id, answers.back().epoch}, response.getReply().getRegistered().getSession());
    };
    ForEach(servers, send, receive);
    return answers;
  });
}

absl::StatusOr<std::vector<LeaseAnswer>> RpcTabletClient::Resume(
    const std::vector<Registration>& servers) {
  return Guarded<std::vector<LeaseAnswer>>(server_, [&] {
    std::vector<LeaseAnswer> answers;
    auto send = [&](const Registration& who) {
      auto request = tablet_.resumeRequest();
      request.setId(who.server);
      request.setEpoch(who.epoch);
      request.setSink(inbox_.NewSink(who.server));
      return kj::Promise<capnp::Response<wire::Tablet::ResumeResults>>(request.send());
    };
    auto receive = [&](const Registration& who, auto response) {
      auto reply = response.getReply();
      if (reply.isError()) return answers.emplace_back(FromWire(reply.getError())), void();
      auto resumed = reply.getResumed();
      Keep(who, resumed.getSession());
      answers.emplace_back(LeaseRenewed{static_cast<int64_t>(resumed.getLeaseMillis())});
    };
    ForEach(servers, send, receive);
    return answers;
  });
}

// Who is told to resume does so, and nobody need know of it.
absl::StatusOr<std::vector<LeaseAnswer>> RpcTabletClient::Heartbeat(
    const std::vector<int32_t>& ids) {
  std::vector<Registration> let_go;
  auto beaten = Guarded<std::vector<LeaseAnswer>>(server_, [&] {
    std::vector<LeaseAnswer> answers;
    auto send = [&](int32_t id) {
      return kj::Promise<capnp::Response<wire::TabletSession::HeartbeatResults>>(
          SessionOf(id).heartbeatRequest().send());
    };
    auto receive = [&](int32_t id, auto response) {
      auto reply = response.getReply();
      if (reply.getMustResume()) let_go.push_back({id, sessions_.at(id).epoch});
      if (reply.isError()) return answers.emplace_back(FromWire(reply.getError())), void();
      answers.emplace_back(LeaseRenewed{static_cast<int64_t>(reply.getLeaseMillis()),
                                        static_cast<int64_t>(reply.getCopyBytesPerSec())});
    };
    ForEach(ids, send, receive);
    return answers;
  });
  if (!beaten.ok() || let_go.empty()) return beaten;
  absl::Status resumed = Resume(let_go).status();
  if (!resumed.ok()) return resumed;
  return beaten;
}

absl::StatusOr<std::optional<Error>> RpcTabletClient::Leave(
    const std::vector<std::pair<int32_t, RequestId>>& servers) {
  return Guarded<std::optional<Error>>(server_, [&] {
    std::optional<Error> refused;
    auto send = [&](const std::pair<int32_t, RequestId>& item) {
      auto request = SessionOf(item.first).leaveRequest();
      ToWire(item.second, request.initRequestId());
      return kj::Promise<capnp::Response<wire::TabletSession::LeaveResults>>(request.send());
    };
    auto receive = [&](const auto& item, auto response) {
      sessions_.erase(item.first);
      CallReply reply = FromWire(response.getReply());
      if (reply.error && !refused) refused = std::move(reply.error);
    };
    ForEach(servers, send, receive);
    return refused;
  });
}

absl::StatusOr<std::vector<cluster::Task>> RpcTabletClient::TakeTasks(int64_t timeout_ms) {
  return Guarded<std::vector<cluster::Task>>(server_, [&] { return inbox_.Take(timeout_ms); });
}

absl::StatusOr<std::vector<Reported>> RpcTabletClient::Report(
    const std::vector<ReplicaReport>& reports) {
  return Guarded<std::vector<Reported>>(server_, [&] {
    std::vector<Reported> answers;
    auto send = [&](const ReplicaReport& report) {
      auto request = SessionOf(report.id.value).reportRequest();
      ToWire(report, request.initReport());
      return kj::Promise<capnp::Response<wire::TabletSession::ReportResults>>(request.send());
    };
    auto receive = [&](const ReplicaReport&, auto response) {
      answers.push_back(FromWire(response.getReply()));
    };
    ForEach(reports, send, receive);
    return answers;
  });
}

}  // namespace

std::unique_ptr<TabletClient> NewTabletClient(CallScope scope, std::string server,
                                              wire::Tablet::Client tablet,
                                              kj::Promise<void> disconnected) {
  return std::make_unique<RpcTabletClient>(scope, server, kj::mv(tablet), kj::mv(disconnected));
}

}  // namespace pegel::net
