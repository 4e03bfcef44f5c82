// Speaks for tablet servers on one connection: registers them, renews their leases, says goodbye.
//
//   auto client = net::Client::Connect("127.0.0.1:7345");
//   auto tablets = (*client)->Tablets();
//   auto epoch = tablets->Register({.id = 0, .rack = "r1", .address = "host:9123"}, request_id);
//   … tablets->Heartbeat({0}) three times as often as the lease is long …
//   … tablets->TakeTasks(50) all the time, tablets->Report(…) what came of them …
//
// The caller drives it; between calls nothing happens, and tasks that are not taken for 10 seconds
// end (Heartbeat then begins them again, with all tasks). Blocking, of the thread of its client,
// and gone before its client. After kUnavailable: connect again, and Resume what was registered.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "core/cluster/tasks.h"
#include "core/command.h"
#include "core/engine.h"
#include "core/error.h"
#include "core/liveness.h"
#include "core/outcome.h"

namespace pegel::net {

struct TabletServer {
  int32_t id = 0;
  std::string rack;
  std::string address;
};

// What became of Register: the epoch and how long the first lease lasts, or the refusal.
struct Registered {
  std::optional<Receipt> receipt;
  uint64_t epoch = 0;
  int64_t lease_ms = 0;
  std::optional<Error> error;
};

// What became of a report: every item counts that is not refused, unless `error` refuses the whole.
struct Reported {
  std::optional<Receipt> receipt;
  std::vector<ReportRefusal> refused;
  std::optional<Error> error;
};

class TabletClient {
 public:
  virtual ~TabletClient() = default;

  // Errors of all: as net::Client::Call says. The server's refusals are in the answers.

  // Sent together; answers in order. Each with a request id of its own, the same for each retry.
  virtual absl::StatusOr<std::vector<Registered>> Register(
      const std::vector<std::pair<TabletServer, RequestId>>& servers) = 0;

  // Speaks for registrations that were made on another connection. Answers in order.
  virtual absl::StatusOr<std::vector<LeaseAnswer>> Resume(
      const std::vector<Registration>& servers) = 0;

  // Renews the leases of servers that were registered or resumed here. Answers in order; a server
  // without an answer within 10 seconds makes it kUnavailable.
  virtual absl::StatusOr<std::vector<LeaseAnswer>> Heartbeat(const std::vector<int32_t>& ids) = 0;

  // These servers stop: dead at once. The error, if any, of the first that was refused.
  virtual absl::StatusOr<std::optional<Error>> Leave(
      const std::vector<std::pair<int32_t, RequestId>>& servers) = 0;

  // The tasks that have arrived, for all servers; none when `timeout_ms` passed without. Those of
  // one server come in their order.
  virtual absl::StatusOr<std::vector<cluster::Task>> TakeTasks(int64_t timeout_ms) = 0;

  // Each for the server that its id names; the epoch is that of its registration here. Answers in
  // order.
  virtual absl::StatusOr<std::vector<Reported>> Report(
      const std::vector<ReplicaReport>& reports) = 0;
};

}  // namespace pegel::net
