#include "net/task_inbox.h"

#include <kj/debug.h>

#include <iterator>
#include <utility>

#include "net/rpc_status.h"
#include "net/tablet_wire.h"

namespace pegel::net {

// Shared, because the server may hold a sink a little longer than we the inbox.
struct TaskInbox::Arrivals {
  struct Batch {
    std::vector<cluster::Task> tasks;
    kj::Own<kj::PromiseFulfiller<void>> answer;
  };
  std::deque<Batch> batches;
  absl::Status end;  // Not OK: nothing follows.
  kj::Maybe<kj::Own<kj::PromiseFulfiller<void>>> waiting;

  void Wake() {
    KJ_IF_MAYBE (fulfiller, waiting) (*fulfiller)->fulfill();
  }
};

class TaskInbox::Sink final : public wire::TaskSink::Server {
 public:
  Sink(std::shared_ptr<Arrivals> arrivals, int32_t id) : arrivals_(std::move(arrivals)), id_(id) {}

 protected:
  kj::Promise<void> perform(PerformContext context) override {
    auto taken = kj::newPromiseAndFulfiller<void>();
    arrivals_->batches.push_back({FromWire(context.getParams().getTasks(), cluster::ServerId{id_}),
                                  kj::mv(taken.fulfiller)});
    context.releaseParams();
    arrivals_->Wake();
    return kj::mv(taken.promise);
  }

 private:
  std::shared_ptr<Arrivals> arrivals_;
  int32_t id_;
};

TaskInbox::TaskInbox(CallScope scope, std::string server, kj::Promise<void> disconnected)
    : scope_(scope),
      server_(std::move(server)),
      arrivals_(std::make_shared<Arrivals>()),
      tasks_(*this) {
  tasks_.add(disconnected.then(
      [] { kj::throwFatalException(KJ_EXCEPTION(DISCONNECTED, "The connection ended.")); }));
}

wire::TaskSink::Client TaskInbox::NewSink(int32_t id) { return kj::heap<Sink>(arrivals_, id); }

// What arrived before the end comes before it.
absl::StatusOr<std::vector<cluster::Task>> TaskInbox::Take(int64_t timeout_ms) {
  if (arrivals_->batches.empty() && arrivals_->end.ok()) Wait(timeout_ms);
  if (arrivals_->batches.empty() && !arrivals_->end.ok()) return arrivals_->end;
  std::vector<cluster::Task> taken;
  for (Arrivals::Batch& batch : std::exchange(arrivals_->batches, {})) {
    taken.insert(taken.end(), std::make_move_iterator(batch.tasks.begin()),
                 std::make_move_iterator(batch.tasks.end()));
    batch.answer->fulfill();
  }
  scope_.Flush();
  return taken;
}

void TaskInbox::Wait(int64_t timeout_ms) {
  auto woken = kj::newPromiseAndFulfiller<void>();
  arrivals_->waiting = kj::mv(woken.fulfiller);
  KJ_DEFER(arrivals_->waiting = nullptr);
  woken.promise.exclusiveJoin(scope_.port.Sleep(timeout_ms)).wait(scope_.wait_scope);
}

void TaskInbox::taskFailed(kj::Exception&& exception) {
  if (arrivals_->end.ok()) arrivals_->end = ToStatus(exception, server_);
  arrivals_->Wake();
}

}  // namespace pegel::net
