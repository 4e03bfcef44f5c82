#include "tests/tools/fake_server.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/shell/cluster_text.h"

namespace pegel::tools {
namespace {

class FakeClient : public net::Client {
 public:
  explicit FakeClient(FakeServer& server) : server_(server) {}
  absl::StatusOr<net::CallReply> Call(const net::Statement& statement) override {
    return server_.Answer(statement);
  }
  absl::StatusOr<std::vector<net::CallReply>> CallAll(const std::vector<net::Statement>&) override {
    return absl::UnimplementedError("not used here");
  }
  absl::StatusOr<Status> AskStatus() override { return Status{.cluster_id = "fake"}; }
  absl::StatusOr<std::unique_ptr<net::Watcher>> Watch(const net::WatchRequest&) override {
    return absl::UnimplementedError("not used here");
  }
  absl::StatusOr<net::Rollout> AskRollout(const std::string&) override {
    return absl::UnimplementedError("not used here");
  }
  absl::StatusOr<SettingsAnswer> AskSettings() override {
    return std::vector<EffectiveSetting>{{"pegel.listen", "fake", "default"}};
  }
  absl::StatusOr<SavedAnswer> TakeSnapshot() override { return Saved{.lsn = Lsn{7}}; }
  absl::StatusOr<net::CallReply> ResealSecrets(const RequestId& request_id) override {
    return server_.Answer({.text = "reseal", .request_id = request_id});
  }
  absl::StatusOr<net::CallReply> UnregisterServer(int32_t id,
                                                  const RequestId& request_id) override {
    return server_.Answer({.text = absl::StrCat("unregister ", id), .request_id = request_id});
  }
  absl::StatusOr<net::CallReply> ChangeTables(const net::TableChange& change,
                                              const RequestId& request_id) override {
    return server_.Answer({.text = StatementOf(change), .request_id = request_id});
  }
  absl::StatusOr<net::Listed> List(const ListTables&) override { return net::Listed{}; }
  absl::StatusOr<net::Listed> List(const ListBuckets&) override { return net::Listed{}; }
  std::unique_ptr<net::TabletClient> Tablets() override { return nullptr; }  // Not used here.

 private:
  FakeServer& server_;
};

}  // namespace

SessionPorts FakeServer::Ports() {
  return {.connect = [this] { return Connect(); },
          .new_request_id =
              [this] {
                return RequestId{7, ++ids_};
              },
          .now = [this] { return now_; },
          .sleep = [this](absl::Duration pause) { Sleep(pause); }};
}

absl::StatusOr<std::unique_ptr<net::Client>> FakeServer::Connect() {
  if (refusals_ != 0) {
    --refusals_;
    return absl::UnavailableError("nobody there");
  }
  ++connects_;
  return std::make_unique<FakeClient>(*this);
}

void FakeServer::Sleep(absl::Duration pause) {
  pauses_.push_back(pause);
  now_ += pause;
}

absl::StatusOr<net::CallReply> FakeServer::Answer(const net::Statement& statement) {
  sent_.push_back(statement);
  if (replies_.empty()) return Success(++lsn_);
  absl::StatusOr<net::CallReply> reply = std::move(replies_.front());
  replies_.pop_front();
  return reply;
}

net::CallReply Success(uint64_t lsn) {
  return {.receipt = Receipt{Lsn{lsn}, {}}, .table = {{"result"}, {{"success"}}}, .error = {}};
}

net::CallReply Refusal(ErrorCode code, const std::string& message) {
  return {.receipt = {}, .table = {}, .error = Error{code, message}};
}

}  // namespace pegel::tools
