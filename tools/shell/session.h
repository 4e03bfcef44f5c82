// A conversation with a server that survives the loss of its connection.
//
// Every call that may change something carries a request id of its own. When the connection breaks
// before the reply, nobody here knows whether the call was carried out; so the session connects
// again and sends the same call with the same id, and the server answers it once.
#pragma once

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "net/client.h"

namespace pegel::tools {

// The world outside, so that tests need neither servers nor waiting.
struct SessionPorts {
  std::function<absl::StatusOr<std::unique_ptr<net::Client>>()> connect;
  std::function<RequestId()> new_request_id;
  std::function<absl::Time()> now;
  std::function<void(absl::Duration)> sleep;
};

class Session {
 public:
  // `retry`: how long a lost connection, or a server that is too busy, is tried again.
  Session(SessionPorts ports, absl::Duration retry) : ports_(std::move(ports)), retry_(retry) {}

  // One try; later losses are repaired by the calls themselves.
  absl::Status Connect();

  // Sets the request id. Errors: the connection was lost and did not come back in time. A server
  // that stays too busy is a reply with kOverloaded.
  absl::StatusOr<net::CallReply> Call(net::Statement statement);

  absl::StatusOr<Status> AskStatus();
  absl::StatusOr<SettingsAnswer> AskSettings();
  absl::StatusOr<SavedAnswer> TakeSnapshot();

  // As Call: the same request id until there is an answer.
  absl::StatusOr<net::CallReply> ResealSecrets();
  absl::StatusOr<net::CallReply> UnregisterServer(int32_t id);
  absl::StatusOr<net::CallReply> ChangeTables(const net::TableChange& change);

  absl::StatusOr<net::Listed> List(const ListTables& list);
  absl::StatusOr<net::Listed> List(const ListBuckets& list);

 private:
  using Send = std::function<absl::StatusOr<net::CallReply>(net::Client&)>;
  absl::StatusOr<net::CallReply> Repeat(const Send& send);
  absl::StatusOr<net::CallReply> TryOnce(const Send& send);
  absl::Status ConnectIfNot();

  SessionPorts ports_;
  absl::Duration retry_;
  std::unique_ptr<net::Client> client_;  // Null: not connected.
};

// Whether a statement needs a request id: every CALL but those that are known to only read. What
// this program cannot read, a newer server perhaps can.
bool MayChange(absl::string_view statement);

// 128 random bits.
RequestId RandomRequestId();

}  // namespace pegel::tools
