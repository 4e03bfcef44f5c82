// A blocking client for tools and tests: one connection, one thread.
//
//   auto client = net::Client::Connect("127.0.0.1:7345");
//   auto reply = (*client)->Call({.text = "CALL sys.list_acl(resource => 'ANY')"});
//
// Each client runs its own event loop inside the calls; use it from one thread, that which made it.
// A thread has at most one client or EventLoop at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "core/change.h"
#include "core/command.h"
#include "core/engine.h"
#include "core/error.h"
#include "core/outcome.h"
#include "core/ports.h"
#include "net/tablet_client.h"
#include "net/watch_filter.h"
#include "procedures/table.h"

namespace pegel::net {

// The answer to one statement: a table or an error, with the receipt when the log holds the call.
struct CallReply {
  std::optional<Receipt> receipt;
  procedures::Table table;
  std::optional<Error> error;
};

// A change of tables or partitions.
using TableChange = std::variant<CreateTable, DropTable, AddPartition, DropPartition>;

// A listing: TableRows or BucketRows, unless there is an error.
struct Listed {
  std::optional<Receipt> receipt;
  Result rows;
  std::optional<Error> error;
};

// One statement on its way: text, and the position of its first character in the script that it
// comes from, so that errors point into the script.
struct Statement {
  std::string text;
  uint32_t line = 1;
  uint32_t column = 1;
  RequestId request_id;  // Set it on changes, and resend the same id after kUnavailable.
};

// What net/admin.capnp says of `watch`.
struct WatchRequest {
  Lsn from;  // 0 or 1: all history.
  std::string name;
  WatchFilter filter;
};

struct ChangeBatch {
  std::vector<ChangeSet> changes;
  Lsn through;  // Everything selected up to here has been seen, this batch included.
};

// A subscription. Ends when destroyed; destroy it before its client.
class Watcher {
 public:
  virtual ~Watcher() = default;

  // The next batch; none when `timeout_ms` passed without. The server sends on when batches are
  // taken, and cuts who takes none for 10 seconds: ask again in time. What is not asked for waits
  // at the server. Errors: kUnavailable — the connection broke; kResourceExhausted — cut for being
  // slow; watch again from behind the last batch. kPermissionDenied, kAborted (another subscribed
  // under this name), kInternal — trying again does not help.
  virtual absl::StatusOr<std::optional<ChangeBatch>> Next(int64_t timeout_ms) = 0;

  // Everything through this lsn is in force here. Tells the server; waits for nothing.
  virtual void Applied(Lsn through) = 0;

  virtual Lsn durable() const = 0;  // Where the log ended when the subscription began.
};

// Who has the last change of a config key; net/admin.capnp says what the fields mean.
struct Rollout {
  struct Line {
    std::string name;
    std::string principal;
    std::string host;
    bool is_connected = false;
    UnixNanos since;
    Lsn delivered;
    Lsn applied;
    bool has_it = false;
    std::string end_reason;
  };
  Lsn changed_at;  // 0: the key was never changed.
  std::vector<Line> subscribers;
};

class Client {
 public:
  // Errors: kInvalidArgument — not host:port; kUnavailable — no server there, or it answers
  // something else, or nothing within 10 seconds.
  static absl::StatusOr<std::unique_ptr<Client>> Connect(const std::string& address);
  virtual ~Client() = default;

  // Errors (the server's refusals are in the reply): kUnavailable — the connection broke, the call
  // may or may not be in the log; connect again and resend with the same request id.
  // kResourceExhausted — the server is overloaded, nothing was logged; send it again later.
  // kInvalidArgument — longer than any server reads; not sent. kInternal — the server found the
  // message or the connection malformed, or its answer is; a retry does not help.
  virtual absl::StatusOr<CallReply> Call(const Statement& statement) = 0;

  // Sends all, then waits for all: many calls outstanding on one connection (at most as many as a
  // server takes, Limits::calls_in_flight_max). Replies in order. An error is that of the first
  // call that has one; others may be in the log, so resend all with the same request ids.
  virtual absl::StatusOr<std::vector<CallReply>> CallAll(
      const std::vector<Statement>& statements) = 0;

  virtual absl::StatusOr<Status> AskStatus() = 0;

  // Errors as above, and the server's refusals: kPermissionDenied; kInvalidArgument — the name, or
  // `from` lies beyond the end of the log.
  virtual absl::StatusOr<std::unique_ptr<Watcher>> Watch(const WatchRequest& request) = 0;

  // Errors likewise.
  virtual absl::StatusOr<Rollout> AskRollout(const std::string& key) = 0;

  // What the server was started with. kUnimplemented: it is older than the question.
  virtual absl::StatusOr<SettingsAnswer> AskSettings() = 0;

  // A snapshot of all that is durable now, verified on the server's disk. kUnimplemented: the
  // server is older than the question.
  virtual absl::StatusOr<SavedAnswer> TakeSnapshot() = 0;

  // Makes the server seal its secrets under the newest key of its key file. The reply has no table.
  virtual absl::StatusOr<CallReply> ResealSecrets(const RequestId& request_id) = 0;

  // Makes the server forget a dead tablet server. The reply has no table.
  virtual absl::StatusOr<CallReply> UnregisterServer(int32_t id, const RequestId& request_id) = 0;

  // The reply has no table.
  virtual absl::StatusOr<CallReply> ChangeTables(const TableChange& change,
                                                 const RequestId& request_id) = 0;

  virtual absl::StatusOr<Listed> List(const ListTables& list) = 0;
  // One page.
  virtual absl::StatusOr<Listed> List(const ListBuckets& list) = 0;

  // To speak for tablet servers on this connection. Destroy it before the client.
  virtual std::unique_ptr<TabletClient> Tablets() = 0;
};

}  // namespace pegel::net
