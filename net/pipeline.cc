#include "net/pipeline.h"

#include <kj/debug.h>

#include <boost/system/system_error.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "net/connection.h"
#include "net/event_loop_impl.h"
#include "net/rpc_status.h"
#include "net/watch_wire.h"
#include "net/wire.h"

namespace pegel::net {
namespace {

// Sends one question; the promise is of what became of it.
struct Sender {
  wire::Admin::Client& admin;

  using Answered = kj::Promise<absl::Status>;

  static absl::Status StatusOf(const std::optional<Error>& error) {
    return error ? ToStatus(*error) : absl::OkStatus();
  }

  template <typename Out>
  static void Write(const Statement& statement, Out& out) {
    out.setStatement({statement.text.c_str(), statement.text.size()});
    if (statement.request_id.is_set()) ToWire(statement.request_id, out.initRequestId());
    out.setLine(statement.line);
    out.setColumn(statement.column);
  }

  Answered operator()(const AskPing&) {
    return admin.pingRequest().send().then([](auto) { return absl::OkStatus(); });
  }
  Answered operator()(const AskServerStatus&) {
    return admin.statusRequest().send().then([](auto) { return absl::OkStatus(); });
  }
  Answered operator()(const AddOneAcl& add) {
    constexpr uint64_t kWords = 64;
    auto request = admin.addAclRequest(capnp::MessageSize{kWords, 0});
    ToWire(add.entry, request.initEntry());
    if (add.request_id.is_set()) ToWire(add.request_id, request.initRequestId());
    return request.send().then(
        [](auto response) { return StatusOf(FromWire(response.getReply()).error); });
  }
  Answered operator()(const DropAcls& drop) {
    auto request = admin.dropAclRequest();
    ToWire(drop.filter, request.initFilter());
    if (drop.request_id.is_set()) ToWire(drop.request_id, request.initRequestId());
    return request.send().then(
        [](auto response) { return StatusOf(FromWire(response.getReply()).error); });
  }
  Answered operator()(const ListAcls& list) {
    auto request = admin.listAclRequest();
    ToWire(list.filter, request.initFilter());
    return request.send().then([](auto response) {
      auto reply = response.getReply();
      return reply.isError() ? ToStatus(FromWire(reply.getError())) : absl::OkStatus();
    });
  }
  Answered operator()(const CallOne& call) {
    auto request = admin.callRequest();
    Write(call.statement, request);
    return request.send().then(
        [](auto response) { return StatusOf(FromWire(response.getReply()).error); });
  }
  Answered operator()(const CallBatch& batch) {
    auto request = admin.batchRequest();
    auto calls = request.initCalls(batch.statements.size());
    for (size_t i = 0; i < batch.statements.size(); ++i) {
      auto call = calls[i];
      Write(batch.statements[i], call);
    }
    return request.send().then([](auto response) {
      for (auto reply : response.getReplies()) {
        if (reply.isError()) return ToStatus(FromWire(reply.getError()));
      }
      return absl::OkStatus();
    });
  }
};

class RpcPipeline final : public Pipeline, private kj::TaskSet::ErrorHandler {
 public:
  explicit RpcPipeline(std::string server) : server_(std::move(server)), under_way_(*this) {}
  ~RpcPipeline() noexcept override = default;

  absl::Status Start(const HostPort& address, int connections) {
    try {
      for (int i = 0; i < connections; ++i) {
        connections_.push_back(
            std::make_unique<Connection>(loop_.impl().calls(), Dial(loop_, address)));
        admins_.push_back(connections_.back()->AskForAdmin());
      }
      return absl::OkStatus();
    } catch (const kj::Exception& exception) {
      return NoAnswer(exception.getDescription().cStr());
    } catch (const boost::system::system_error& error) {
      return NoAnswer(error.code().message());
    }
  }

  void Send(int connection, const Ask& ask, Done done) override {
    auto shared = std::make_shared<Done>(std::move(done));
    under_way_.add(std::visit(Sender{admins_[connection]}, ask)
                       .then([shared](const absl::Status& status) { (*shared)(status); },
                             [this, shared](const kj::Exception& exception) {
                               (*shared)(ToStatus(exception, server_));
                             }));
  }

  void RunFor(int64_t nanos) override {
    auto stop = kj::newPromiseAndFulfiller<void>();
    stop_ = kj::mv(stop.fulfiller);
    auto& impl = loop_.impl();
    if (nanos <= 0) {
      impl.wait_scope.poll();
      impl.port.EndTurn();
    } else {
      stop.promise.exclusiveJoin(impl.port.SleepNanos(nanos)).wait(impl.wait_scope);
    }
    stop_ = nullptr;
  }

  void Stop() override {
    KJ_IF_MAYBE (stop, stop_) (*stop)->fulfill();
  }

 private:
  absl::Status NoAnswer(absl::string_view why) const {
    return absl::UnavailableError(absl::StrCat("No Pegel server answers at ", server_, ": ", why));
  }
  void taskFailed(kj::Exception&& exception) override { KJ_LOG(FATAL, exception); }

  std::string server_;  // As the user wrote it.
  EventLoop loop_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<wire::Admin::Client> admins_;
  kj::Maybe<kj::Own<kj::PromiseFulfiller<void>>> stop_;  // Set while RunFor runs.
  kj::TaskSet under_way_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Pipeline>> Pipeline::Connect(const std::string& address,
                                                            int connections) {
  absl::StatusOr<HostPort> server = ParseHostPort(address);
  if (!server.ok()) return server.status();
  auto pipeline = std::make_unique<RpcPipeline>(address);
  if (absl::Status status = pipeline->Start(*server, connections); !status.ok()) return status;
  return pipeline;
}

}  // namespace pegel::net
