#include "net/rpc_tablet_client.h"

#include <kj/debug.h>

#include <algorithm>
#include <map>
#include <utility>

#include "net/event_loop_impl.h"
#include "net/limits.h"
#include "net/rpc_status.h"
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
  RpcTabletClient(EventLoop& loop, std::string server, wire::Tablet::Client tablet)
      : loop_(loop), server_(std::move(server)), tablet_(kj::mv(tablet)) {}
  ~RpcTabletClient() noexcept override = default;

  absl::StatusOr<std::vector<Registered>> Register(
      const std::vector<std::pair<TabletServer, RequestId>>& servers) override;
  absl::StatusOr<std::vector<LeaseAnswer>> Resume(
      const std::vector<Registration>& servers) override;
  absl::StatusOr<std::vector<LeaseAnswer>> Heartbeat(const std::vector<int32_t>& ids) override;
  absl::StatusOr<std::optional<Error>> Leave(
      const std::vector<std::pair<int32_t, RequestId>>& servers) override;

 private:
  // Sends one call for each item by `send(item)`, at most kOutstandingMax at once, and hands each
  // answer to `receive(item, response)`, in order.
  template <typename Item, typename Send, typename Receive>
  void ForEach(const std::vector<Item>& items, Send send, Receive receive);
  wire::TabletSession::Client& SessionOf(int32_t id);

  EventLoop& loop_;
  std::string server_;
  wire::Tablet::Client tablet_;
  std::map<int32_t, wire::TabletSession::Client> sessions_;
};

template <typename Item, typename Send, typename Receive>
void RpcTabletClient::ForEach(const std::vector<Item>& items, Send send, Receive receive) {
  using Pending = decltype(send(items.front()));
  kj::WaitScope& wait_scope = loop_.impl().wait_scope;
  for (size_t begin = 0; begin < items.size(); begin += kOutstandingMax) {
    size_t end = std::min(items.size(), begin + kOutstandingMax);
    kj::Vector<Pending> under_way;
    for (size_t i = begin; i < end; ++i) under_way.add(send(items[i]));
    for (size_t i = begin; i < end; ++i) {
      using Response = decltype(kj::mv(under_way[0]).wait(wait_scope));
      auto deadline = loop_.impl().port.Sleep(kAnswerMsMax).then([]() -> Response {
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
  return it->second;
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
      ToWire(request_id, request.initRequestId());
      return kj::Promise<capnp::Response<wire::Tablet::RegisterServerResults>>(request.send());
    };
    auto receive = [&](const auto& item, auto response) {
      answers.push_back(FromWire(response.getReply()));
      if (answers.back().error) return;
      sessions_.insert_or_assign(item.first.id, response.getReply().getRegistered().getSession());
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
      return kj::Promise<capnp::Response<wire::Tablet::ResumeResults>>(request.send());
    };
    auto receive = [&](const Registration& who, auto response) {
      auto reply = response.getReply();
      if (reply.isError()) return answers.emplace_back(FromWire(reply.getError())), void();
      auto resumed = reply.getResumed();
      sessions_.insert_or_assign(who.server, resumed.getSession());
      answers.emplace_back(LeaseRenewed{static_cast<int64_t>(resumed.getLeaseMillis())});
    };
    ForEach(servers, send, receive);
    return answers;
  });
}

absl::StatusOr<std::vector<LeaseAnswer>> RpcTabletClient::Heartbeat(
    const std::vector<int32_t>& ids) {
  return Guarded<std::vector<LeaseAnswer>>(server_, [&] {
    std::vector<LeaseAnswer> answers;
    auto send = [&](int32_t id) {
      return kj::Promise<capnp::Response<wire::TabletSession::HeartbeatResults>>(
          SessionOf(id).heartbeatRequest().send());
    };
    auto receive = [&](int32_t, auto response) {
      auto reply = response.getReply();
      if (reply.isError()) return answers.emplace_back(FromWire(reply.getError())), void();
      answers.emplace_back(LeaseRenewed{static_cast<int64_t>(reply.getLeaseMillis())});
    };
    ForEach(ids, send, receive);
    return answers;
  });
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

}  // namespace

std::unique_ptr<TabletClient> NewTabletClient(EventLoop& loop, std::string server,
                                              wire::Tablet::Client tablet) {
  return std::make_unique<RpcTabletClient>(loop, std::move(server), kj::mv(tablet));
}

}  // namespace pegel::net
