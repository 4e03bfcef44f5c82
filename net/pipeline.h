// Many calls under way from one thread, over one connection or several, each answered to a
// callback: for load generators and other programs that never wait for one call alone.
//
//   auto pipeline = net::Pipeline::Connect("127.0.0.1:7345", 4);
//   (*pipeline)->Send(0, net::AddOneAcl{entry, id}, [](absl::Status answered) { … });
//   (*pipeline)->RunFor(1'000'000);  // Nanoseconds; callbacks come meanwhile, on this thread.
//
// Thread: that which made it; it may have no other Client or EventLoop. Callbacks may Send; they
// must not run the pipeline and must not throw.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "core/acl/model.h"
#include "core/ids.h"
#include "net/client.h"

namespace pegel::net {

// ---- what can be asked ----
struct AskPing {};
struct AskServerStatus {};
struct AddOneAcl {
  acl::Entry entry;
  RequestId request_id;
};
struct DropAcls {
  acl::Filter filter;
  RequestId request_id;
};
struct ListAcls {
  acl::Filter filter;
};
struct CallOne {
  Statement statement;
};
struct CallBatch {
  std::vector<Statement> statements;
};
using Ask =
    std::variant<AskPing, AskServerStatus, AddOneAcl, DropAcls, ListAcls, CallOne, CallBatch>;

class Pipeline {
 public:
  // Errors: as Client::Connect.
  static absl::StatusOr<std::unique_ptr<Pipeline>> Connect(const std::string& address,
                                                           int connections);
  virtual ~Pipeline() = default;  // Calls under way are forgotten, their callbacks not called.

  // OK: answered and not refused; of a batch, all of it. Errors: as Client::Call, and a refusal as
  // rpc_status.h writes it.
  using Done = std::function<void(absl::Status)>;
  virtual void Send(int connection, const Ask& ask, Done done) = 0;

  // Lets calls go and answers come for so long, or until Stop. Zero: what is ready now.
  virtual void RunFor(int64_t nanos) = 0;

  // Ends RunFor after this turn. From a callback.
  virtual void Stop() = 0;
};

}  // namespace pegel::net
