#include "net/client.h"

#include <kj/debug.h>

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <deque>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "net/admin.capnp.h"
#include "net/client_over.h"
#include "net/cluster_wire.h"
#include "net/connection.h"
#include "net/event_loop_impl.h"
#include "net/host_port.h"
#include "net/limits.h"
#include "net/rpc_status.h"
#include "net/rpc_tablet_client.h"
#include "net/watch_wire.h"
#include "net/watcher.h"
#include "net/wire.h"

namespace pegel::net {
namespace {

// A statement that the server would read at all. What is longer would not be answered but cost the
// connection.
constexpr size_t kStatementBytesMax = Limits().message_bytes_max - 1024;

// CallAll keeps this many under way, as many as a server takes from one connection.
constexpr size_t kOutstandingMax = Limits().calls_in_flight_max;

absl::Status NoAnswer(const std::string& server, absl::string_view why) {
  return absl::UnavailableError(absl::StrCat("No Pegel server answers at ", server, ": ", why));
}

absl::Status CheckLength(const Statement& statement) {
  if (statement.text.size() <= kStatementBytesMax) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("A statement of ", statement.text.size(),
                                                 " bytes is longer than a server reads (",
                                                 kStatementBytesMax, ")."));
}

class RpcClient final : public Client {
 public:
  // `loop`: the scope's, when it is to end with the client; else null.
  RpcClient(std::unique_ptr<EventLoop> loop, CallScope scope, kj::Own<kj::AsyncIoStream> stream,
            std::string server)
      : server_(std::move(server)),
        loop_(std::move(loop)),
        scope_(scope),
        connection_(scope, kj::mv(stream)),
        pegel_(connection_.pegel()) {}
  ~RpcClient() noexcept override = default;

  void Start() { admin_ = connection_.AskForAdmin(); }

  absl::StatusOr<CallReply> Call(const Statement& statement) override;
  absl::StatusOr<std::vector<CallReply>> CallAll(const std::vector<Statement>& statements) override;
  absl::StatusOr<Status> AskStatus() override;
  absl::StatusOr<std::unique_ptr<Watcher>> Watch(const WatchRequest& request) override;
  absl::StatusOr<Rollout> AskRollout(const std::string& key) override;
  absl::StatusOr<SettingsAnswer> AskSettings() override;
  absl::StatusOr<SavedAnswer> TakeSnapshot() override;
  absl::StatusOr<CallReply> ResealSecrets(const RequestId& request_id) override;
  absl::StatusOr<CallReply> UnregisterServer(int32_t id, const RequestId& request_id) override;
  absl::StatusOr<CallReply> ChangeTables(const TableChange& change,
                                         const RequestId& request_id) override;
  absl::StatusOr<Listed> List(const ListTables& list) override;
  absl::StatusOr<Listed> List(const ListBuckets& list) override;
  std::unique_ptr<TabletClient> Tablets() override;

 private:
  using Pending = kj::Promise<capnp::Response<wire::Admin::CallResults>>;

  Pending Send(const Statement& statement);
  CallReply Receive(Pending pending);

  std::string server_;  // As the user wrote it.
  std::unique_ptr<EventLoop> loop_;
  CallScope scope_;
  kj::WaitScope& wait_scope_ = scope_.wait_scope;
  Connection connection_;
  wire::Pegel::Client pegel_;
  wire::Admin::Client admin_ = nullptr;
};

RpcClient::Pending RpcClient::Send(const Statement& statement) {
  constexpr uint64_t kRequestWords = 16;  // All but the text.
  auto request = admin_.callRequest(
      capnp::MessageSize{kRequestWords + statement.text.size() / sizeof(capnp::word), 0});
  request.setStatement({statement.text.c_str(), statement.text.size()});
  if (statement.request_id.is_set()) ToWire(statement.request_id, request.initRequestId());
  request.setLine(statement.line);
  request.setColumn(statement.column);
  return request.send();
}

CallReply RpcClient::Receive(Pending pending) {
  return FromWire(pending.wait(wait_scope_).getReply());
}

absl::StatusOr<CallReply> RpcClient::Call(const Statement& statement) {
  absl::Status length = CheckLength(statement);
  if (!length.ok()) return length;
  return Guarded<CallReply>(server_, [&] { return Receive(Send(statement)); });
}

absl::StatusOr<std::vector<CallReply>> RpcClient::CallAll(
    const std::vector<Statement>& statements) {
  for (const Statement& statement : statements) {
    absl::Status length = CheckLength(statement);
    if (!length.ok()) return length;
  }
  return Guarded<std::vector<CallReply>>(server_, [&] {
    std::vector<CallReply> replies;
    std::deque<Pending> under_way;
    auto receive_one = [&] {
      replies.push_back(Receive(kj::mv(under_way.front())));
      under_way.pop_front();
    };
    for (const Statement& statement : statements) {
      if (under_way.size() == kOutstandingMax) receive_one();
      under_way.push_back(Send(statement));
    }
    while (!under_way.empty()) receive_one();
    return replies;
  });
}

absl::StatusOr<Status> RpcClient::AskStatus() {
  return Guarded<Status>(server_, [&] {
    return FromWire(admin_.statusRequest().send().wait(wait_scope_).getStatus());
  });
}

absl::StatusOr<std::unique_ptr<Watcher>> RpcClient::Watch(const WatchRequest& request) {
  return BeginWatch(scope_, server_, admin_, connection_.WhenDisconnected(), request);
}

absl::StatusOr<Rollout> RpcClient::AskRollout(const std::string& key) {
  return Guarded<Rollout>(server_, [&]() -> absl::StatusOr<Rollout> {
    auto request = admin_.rolloutRequest();
    request.setKey({key.c_str(), key.size()});
    auto response = request.send().wait(wait_scope_);
    auto reply = response.getReply();
    if (reply.isError()) return ToStatus(FromWire(reply.getError()));
    return FromWire(reply.getRollout());
  });
}

absl::StatusOr<SettingsAnswer> RpcClient::AskSettings() {
  return Guarded<SettingsAnswer>(server_, [&] {
    return FromWire(admin_.settingsRequest().send().wait(wait_scope_).getReply());
  });
}

absl::StatusOr<SavedAnswer> RpcClient::TakeSnapshot() {
  return Guarded<SavedAnswer>(server_, [&] {
    return FromWire(admin_.takeSnapshotRequest().send().wait(wait_scope_).getReply());
  });
}

absl::StatusOr<CallReply> RpcClient::ResealSecrets(const RequestId& request_id) {
  return Guarded<CallReply>(server_, [&] {
    auto request = admin_.resealSecretsRequest();
    ToWire(request_id, request.initRequestId());
    return FromWire(request.send().wait(wait_scope_).getReply());
  });
}

absl::StatusOr<CallReply> RpcClient::UnregisterServer(int32_t id, const RequestId& request_id) {
  return Guarded<CallReply>(server_, [&] {
    auto request = admin_.unregisterServerRequest();
    request.setId(id);
    ToWire(request_id, request.initRequestId());
    return FromWire(request.send().wait(wait_scope_).getReply());
  });
}

// Sends one change of tables.
struct TableChangeSender {
  wire::Admin::Client& admin;
  const RequestId& id;

  kj::Promise<CallReply> operator()(const CreateTable& create) {
    auto request = admin.createTableRequest();
    request.setBuckets(create.bucket_count);
    request.setReplicationFactor(create.replication_factor);
    request.setIsPartitioned(create.is_partitioned);
    return Send(create.path, kj::mv(request));
  }
  kj::Promise<CallReply> operator()(const DropTable& drop) {
    return Send(drop.path, admin.dropTableRequest());
  }
  kj::Promise<CallReply> operator()(const AddPartition& add) {
    auto request = admin.addPartitionRequest();
    request.setName({add.name.c_str(), add.name.size()});
    return Send(add.path, kj::mv(request));
  }
  kj::Promise<CallReply> operator()(const DropPartition& drop) {
    auto request = admin.dropPartitionRequest();
    request.setName({drop.name.c_str(), drop.name.size()});
    return Send(drop.path, kj::mv(request));
  }

  template <typename Request>
  kj::Promise<CallReply> Send(const cluster::TablePath& path, Request request) {
    ToWire(path, request.initPath());
    ToWire(id, request.initRequestId());
    return request.send().then([](auto response) { return FromWire(response.getReply()); });
  }
};

absl::StatusOr<CallReply> RpcClient::ChangeTables(const TableChange& change,
                                                  const RequestId& request_id) {
  return Guarded<CallReply>(server_, [&] {
    return std::visit(TableChangeSender{admin_, request_id}, change).wait(wait_scope_);
  });
}

absl::StatusOr<Listed> RpcClient::List(const ListTables&) {
  return Guarded<Listed>(server_, [&] {
    return FromWire(admin_.listTablesRequest().send().wait(wait_scope_).getReply());
  });
}

absl::StatusOr<Listed> RpcClient::List(const ListBuckets& list) {
  return Guarded<Listed>(server_, [&] {
    auto request = admin_.listBucketsRequest();
    ToWire(list, request);
    return FromWire(request.send().wait(wait_scope_).getReply());
  });
}

std::unique_ptr<TabletClient> RpcClient::Tablets() {
  return NewTabletClient(scope_, server_, pegel_.tabletRequest().send().getTablet(),
                         connection_.WhenDisconnected());
}

absl::StatusOr<std::unique_ptr<Client>> Begin(std::unique_ptr<EventLoop> loop, CallScope scope,
                                              kj::Own<kj::AsyncIoStream> stream,
                                              const std::string& server) {
  try {
    auto client = std::make_unique<RpcClient>(std::move(loop), scope, kj::mv(stream), server);
    client->Start();
    return client;
  } catch (const kj::Exception& exception) {
    return NoAnswer(server, exception.getDescription().cStr());
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> ClientOver(CallScope scope,
                                                   kj::Own<kj::AsyncIoStream> stream,
                                                   const std::string& server) {
  return Begin(nullptr, scope, kj::mv(stream), server);
}

absl::StatusOr<std::unique_ptr<Client>> Client::Connect(const std::string& address) {
  absl::StatusOr<HostPort> server = ParseHostPort(address);
  if (!server.ok()) return server.status();
  auto loop = std::make_unique<EventLoop>();
  try {
    auto stream = Dial(*loop, *server);
    CallScope scope = loop->impl().calls();
    return Begin(std::move(loop), scope, kj::mv(stream), address);
  } catch (const kj::Exception& exception) {
    return NoAnswer(address, exception.getDescription().cStr());
  } catch (const boost::system::system_error& error) {
    return NoAnswer(address, error.code().message());
  }
}

}  // namespace pegel::net
