#include "net/session.h"

#include <utility>

#include "net/admin_service.h"

namespace pegel::net {
namespace {

// Replies may be larger than requests; what really bounds them is Limits::outgoing_bytes_max.
constexpr uint64_t kReplyBytesMax = 256 << 20;

// How long, after we ended the conversation, we read on so that the peer can read why. Closing with
// unread bytes in the kernel's buffer would reset the connection and could destroy that message.
constexpr int64_t kLingerMs = 1'000;

constexpr size_t kDiscardBytes = 4096;

capnp::ReaderOptions Incoming(const Limits& limits) {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = limits.message_bytes_max / sizeof(capnp::word);
  options.nestingLimit = limits.message_nesting_max;
  return options;
}

capnp::ReaderOptions Outgoing() {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = kReplyBytesMax / sizeof(capnp::word);
  return options;
}

std::shared_ptr<Account> OpenAccount(Author caller, Line& line, WatchHub& watches, TaskHub& tasks,
                                     const Limits& limits, ServerCounters& counters) {
  auto account = std::make_shared<Account>();
  account->caller = std::move(caller);
  account->calls_max = limits.calls_in_flight_max;
  account->watches_max = limits.watches_per_connection_max;
  account->watches_begun_max = limits.watches_begun_max;
  account->tablet_sessions_max = limits.tablet_sessions_per_connection_max;
  account->line = &line;
  account->counters = &counters;
  account->watches = &watches;
  account->tasks = &tasks;
  return account;
}

}  // namespace

Session::Session(EventPort& port, kj::Own<Stream> stream, Author caller, Line& line,
                 WatchHub& watches, TaskHub& tasks, const Limits& limits, ServerCounters& counters)
    : port_(port),
      first_message_ms_max_(limits.first_message_ms_max),
      counters_(counters),
      account_(OpenAccount(std::move(caller), line, watches, tasks, limits, counters)),
      pegel_(NewPegel(account_)),
      stream_(kj::mv(stream)),
      messages_(*stream_, Incoming(limits), limits.questions_open_max),
      network_(messages_, capnp::rpc::twoparty::Side::SERVER, Outgoing()),
      rpc_(capnp::makeRpcServer(network_, *this)) {
  // Reading stops while calls of this size are under way: what one connection can make us hold.
  rpc_.setFlowLimit(limits.message_bytes_max / sizeof(capnp::word));
}

Session::~Session() noexcept(false) {
  account_->watches->EndAllOf(account_.get());
  account_->tasks->EndAllOf(account_.get());
  account_->line = nullptr;
  account_->counters = nullptr;
  account_->watches = nullptr;
  account_->tasks = nullptr;
  if (stream_->was_cut()) ++counters_.connections_cut;
}

kj::Promise<void> Session::Run() {
  return network_.onDisconnect()
      .then([this] { return Linger(); })
      .exclusiveJoin(stream_->whenWriteDisconnected())
      .exclusiveJoin(SilenceLimit());
}

// Every conversation begins with the question for the bootstrap interface.
capnp::Capability::Client Session::createFor(capnp::rpc::twoparty::VatId::Reader) {
  has_spoken_ = true;
  return pegel_;
}

kj::Promise<void> Session::SilenceLimit() {
  return port_.Sleep(first_message_ms_max_).then([this]() -> kj::Promise<void> {
    if (has_spoken_) return kj::NEVER_DONE;
    ++counters_.connections_timed_out;
    return kj::READY_NOW;
  });
}

kj::Promise<void> Session::Linger() { return Discard().exclusiveJoin(port_.Sleep(kLingerMs)); }

kj::Promise<void> Session::Discard() {
  auto bytes = kj::heapArray<kj::byte>(kDiscardBytes);
  auto read = stream_->tryRead(bytes.begin(), 1, bytes.size());
  return read.attach(kj::mv(bytes)).then([this](size_t count) -> kj::Promise<void> {
    if (count == 0) return kj::READY_NOW;
    return Discard();
  });
}

}  // namespace pegel::net
