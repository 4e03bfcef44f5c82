#include "tools/shell/session.h"

#include <algorithm>
#include <random>
#include <utility>
#include <variant>

#include "core/command.h"
#include "procedures/call_parser.h"
#include "procedures/catalogue.h"

namespace pegel::tools {
namespace {

constexpr absl::Duration kPauseMin = absl::Milliseconds(50);
constexpr absl::Duration kPauseMax = absl::Seconds(1);

// Longer statements would cost the connection; the server's own answer to them is known here.
std::optional<net::CallReply> RefuseOversize(const net::Statement& statement) {
  if (statement.text.size() <= procedures::kStatementBytesMax) return std::nullopt;
  auto read = procedures::ParseStatement(statement.text,
                                         procedures::Position{statement.line, statement.column});
  net::CallReply reply;
  reply.error = std::get<Error>(std::move(read));
  return reply;
}

bool IsWorthATry(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
}

net::CallReply Overloaded(const absl::Status& status) {
  net::CallReply reply;
  reply.error = Error{ErrorCode::kOverloaded, std::string(status.message())};
  return reply;
}

}  // namespace

absl::Status Session::Connect() {
  client_.reset();  // Before the next: a thread has at most one client.
  absl::StatusOr<std::unique_ptr<net::Client>> client = ports_.connect();
  if (!client.ok()) return client.status();
  client_ = *std::move(client);
  return absl::OkStatus();
}

absl::Status Session::ConnectIfNot() { return client_ == nullptr ? Connect() : absl::OkStatus(); }

absl::StatusOr<net::CallReply> Session::Call(net::Statement statement) {
  if (std::optional<net::CallReply> refusal = RefuseOversize(statement)) return *refusal;
  if (MayChange(statement.text)) statement.request_id = ports_.new_request_id();
  return Repeat([&](net::Client& client) { return client.Call(statement); });
}

absl::StatusOr<net::CallReply> Session::ResealSecrets() {
  RequestId id = ports_.new_request_id();
  return Repeat([&](net::Client& client) { return client.ResealSecrets(id); });
}

absl::StatusOr<net::CallReply> Session::UnregisterServer(int32_t server) {
  RequestId id = ports_.new_request_id();
  return Repeat([&](net::Client& client) { return client.UnregisterServer(server, id); });
}

absl::StatusOr<net::CallReply> Session::ChangeTables(const net::TableChange& change) {
  RequestId id = ports_.new_request_id();
  return Repeat([&](net::Client& client) { return client.ChangeTables(change, id); });
}

absl::StatusOr<net::CallReply> Session::Repeat(const Send& send) {
  absl::Time deadline = absl::InfiniteFuture();
  for (absl::Duration pause = kPauseMin;; pause = std::min(2 * pause, kPauseMax)) {
    absl::StatusOr<net::CallReply> reply = TryOnce(send);
    if (reply.ok() || !IsWorthATry(reply.status())) return reply;
    if (deadline == absl::InfiniteFuture()) deadline = ports_.now() + retry_;
    absl::Duration left = deadline - ports_.now();
    if (left <= absl::ZeroDuration()) {
      if (absl::IsResourceExhausted(reply.status())) return Overloaded(reply.status());
      return reply;
    }
    ports_.sleep(std::min(pause, left));
  }
}

absl::StatusOr<net::CallReply> Session::TryOnce(const Send& send) {
  absl::Status status = ConnectIfNot();
  if (!status.ok()) return status;
  absl::StatusOr<net::CallReply> reply = send(*client_);
  if (absl::IsUnavailable(reply.status())) client_.reset();
  return reply;
}

absl::StatusOr<Status> Session::AskStatus() {
  absl::Status status = ConnectIfNot();
  if (!status.ok()) return status;
  return client_->AskStatus();
}

absl::StatusOr<SettingsAnswer> Session::AskSettings() {
  absl::Status status = ConnectIfNot();
  if (!status.ok()) return status;
  return client_->AskSettings();
}

absl::StatusOr<net::Listed> Session::List(const ListTables& list) {
  absl::Status status = ConnectIfNot();
  if (!status.ok()) return status;
  return client_->List(list);
}

absl::StatusOr<net::Listed> Session::List(const ListBuckets& list) {
  absl::Status status = ConnectIfNot();
  if (!status.ok()) return status;
  return client_->List(list);
}

absl::StatusOr<SavedAnswer> Session::TakeSnapshot() {
  absl::Status status = ConnectIfNot();
  if (!status.ok()) return status;
  return client_->TakeSnapshot();
}

bool MayChange(absl::string_view statement) {
  auto read = procedures::ParseStatement(statement);
  if (std::holds_alternative<Error>(read)) return true;
  auto* call = std::get_if<procedures::CallStatement>(&std::get<procedures::Statement>(read));
  if (call == nullptr) return false;
  auto made = procedures::MakeCommand(*call);
  auto* command = std::get_if<Command>(&made);
  return command == nullptr || !IsRead(*command);
}

RequestId RandomRequestId() {
  std::random_device device;
  auto word = [&] { return uint64_t{device()} << 32 | device(); };
  RequestId id;
  while (!id.is_set()) id = RequestId{word(), word()};
  return id;
}

}  // namespace pegel::tools
