#include "net/watcher.h"

#include <kj/async.h>
#include <kj/debug.h>

#include <deque>
#include <utility>

#include "net/rpc_status.h"
#include "net/watch_wire.h"

namespace pegel::net {
namespace {

// Where the sink leaves what arrives and the watcher takes it. Shared, because the server may hold
// the sink a little longer than we the watcher.
struct Inbox {
  struct Arrived {
    ChangeBatch batch;
    kj::Own<kj::PromiseFulfiller<void>> answer;
  };
  std::deque<Arrived> arrived;  // Not answered until taken: that holds the server back.
  absl::Status end;             // Not OK: nothing follows.
  kj::Maybe<kj::Own<kj::PromiseFulfiller<void>>> waiting;

  void Wake() {
    KJ_IF_MAYBE (fulfiller, waiting) (*fulfiller)->fulfill();
  }
};

class Sink final : public wire::ChangeSink::Server {
 public:
  explicit Sink(std::shared_ptr<Inbox> inbox) : inbox_(std::move(inbox)) {}

 protected:
  kj::Promise<void> changes(ChangesContext context) override {
    auto taken = kj::newPromiseAndFulfiller<void>();
    inbox_->arrived.push_back({FromWire(context.getParams().getBatch()), kj::mv(taken.fulfiller)});
    inbox_->Wake();
    return kj::mv(taken.promise);
  }
  kj::Promise<void> ended(EndedContext context) override {
    inbox_->end = ToStatus(FromWire(context.getParams().getError()));
    inbox_->Wake();
    return kj::READY_NOW;
  }

 private:
  std::shared_ptr<Inbox> inbox_;
};

class RpcWatcher final : public Watcher, private kj::TaskSet::ErrorHandler {
 public:
  RpcWatcher(CallScope scope, std::string server, std::shared_ptr<Inbox> inbox,
             wire::Subscription::Client subscription, kj::Promise<void> disconnected, Lsn durable)
      : scope_(scope),
        server_(std::move(server)),
        inbox_(std::move(inbox)),
        subscription_(kj::mv(subscription)),
        durable_(durable),
        tasks_(*this) {
    tasks_.add(disconnected.then(
        [] { kj::throwFatalException(KJ_EXCEPTION(DISCONNECTED, "The connection ended.")); }));
  }
  ~RpcWatcher() noexcept override { inbox_->waiting = nullptr; }

  absl::StatusOr<std::optional<ChangeBatch>> Next(int64_t timeout_ms) override {
    try {
      if (inbox_->arrived.empty() && inbox_->end.ok()) Wait(timeout_ms);
      return Take();
    } catch (const kj::Exception& exception) {
      return ToStatus(exception, server_);
    }
  }

  void Applied(Lsn through) override {
    auto request = subscription_.appliedRequest();
    request.setLsn(through.value);
    tasks_.add(request.send().ignoreResult());
    scope_.Flush();
  }

  Lsn durable() const override { return durable_; }

 private:
  void Wait(int64_t timeout_ms) {
    auto woken = kj::newPromiseAndFulfiller<void>();
    inbox_->waiting = kj::mv(woken.fulfiller);
    KJ_DEFER(inbox_->waiting = nullptr);
    woken.promise.exclusiveJoin(scope_.port.Sleep(timeout_ms)).wait(scope_.wait_scope);
  }

  // What arrived before the end comes before it.
  absl::StatusOr<std::optional<ChangeBatch>> Take() {
    if (inbox_->arrived.empty()) {
      if (!inbox_->end.ok()) return inbox_->end;
      return std::optional<ChangeBatch>();
    }
    Inbox::Arrived first = std::move(inbox_->arrived.front());
    inbox_->arrived.pop_front();
    first.answer->fulfill();
    scope_.Flush();
    return std::optional(std::move(first.batch));
  }

  void taskFailed(kj::Exception&& exception) override {
    if (inbox_->end.ok()) inbox_->end = ToStatus(exception, server_);
    inbox_->Wake();
  }

  CallScope scope_;
  std::string server_;
  std::shared_ptr<Inbox> inbox_;
  wire::Subscription::Client subscription_;
  Lsn durable_;
  kj::TaskSet tasks_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Watcher>> BeginWatch(CallScope scope, const std::string& server,
                                                    wire::Admin::Client admin,
                                                    kj::Promise<void> disconnected,
                                                    const WatchRequest& request) {
  using Begun = std::unique_ptr<Watcher>;
  return Guarded<Begun>(server, [&]() -> absl::StatusOr<Begun> {
    auto inbox = std::make_shared<Inbox>();
    auto call = admin.watchRequest();
    call.setFromLsn(request.from.value);
    call.setName({request.name.c_str(), request.name.size()});
    ToWire(request.filter, call.initFilter());
    call.setSink(kj::heap<Sink>(inbox));
    auto response = call.send().wait(scope.wait_scope);
    auto reply = response.getReply();
    if (reply.isError()) return ToStatus(FromWire(reply.getError()));
    auto started = reply.getStarted();
    return std::make_unique<RpcWatcher>(scope, server, inbox, started.getSubscription(),
                                        kj::mv(disconnected), Lsn{started.getDurableLsn()});
  });
}

}  // namespace pegel::net
