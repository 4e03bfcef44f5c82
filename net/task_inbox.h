// Where the tasks of tablet servers arrive at their side, and wait to be taken. Used by
// net/rpc_tablet_client.cc.
#pragma once

#include <kj/async.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/cluster/tasks.h"
#include "net/admin.capnp.h"
#include "net/call_scope.h"

namespace pegel::net {

// For all servers of one connection. What is not taken is not answered: that holds the server back.
class TaskInbox final : private kj::TaskSet::ErrorHandler {
 public:
  // What `scope` stands for must outlive it. `disconnected` resolves when the connection ends.
  TaskInbox(CallScope scope, std::string server, kj::Promise<void> disconnected);

  // A sink for one server's tasks; it may outlive the inbox.
  wire::TaskSink::Client NewSink(int32_t id);

  // What has arrived, waiting for the first at most so long. Errors: kUnavailable, the connection
  // has ended.
  absl::StatusOr<std::vector<cluster::Task>> Take(int64_t timeout_ms);

 private:
  class Sink;
  struct Arrivals;

  void Wait(int64_t timeout_ms);
  void taskFailed(kj::Exception&& exception) override;

  CallScope scope_;
  std::string server_;  // As the user wrote it.
  std::shared_ptr<Arrivals> arrivals_;
  kj::TaskSet tasks_;
};

}  // namespace pegel::net
