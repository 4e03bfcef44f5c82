// One connection of a client: its stream, the RPC protocol on it, and the limits of both.
//
// Ends when the peer hangs up or breaks the protocol or a limit, or when the session is destroyed.
// Calls that are on the line then stay in the log; their answers fall on the floor. Loop thread
// only. Destroy it outside of its own promise's callbacks (a kj::TaskSet does).
#pragma once

#include <capnp/rpc-twoparty.h>

#include <memory>

#include "core/ports.h"
#include "net/account.h"
#include "net/admin.capnp.h"
#include "net/event_port.h"
#include "net/limits.h"
#include "net/stream.h"
#include "net/strict_messages.h"
#include "net/task_hub.h"
#include "net/watch_hub.h"

namespace pegel::net {

class Session final : private capnp::BootstrapFactory<capnp::rpc::twoparty::VatId> {
 public:
  // All but the stream and the caller must outlive the session.
  Session(EventPort& port, kj::Own<Stream> stream, Author caller, Line& line, WatchHub& watches,
          TaskHub& tasks, const Limits& limits, ServerCounters& counters);
  ~Session() noexcept(false);
  KJ_DISALLOW_COPY(Session);

  // Resolves when the connection is over. Call once; the session must outlive the promise.
  kj::Promise<void> Run();

 private:
  capnp::Capability::Client createFor(capnp::rpc::twoparty::VatId::Reader) override;
  kj::Promise<void> SilenceLimit();
  kj::Promise<void> Linger();
  kj::Promise<void> Discard();

  EventPort& port_;
  int64_t first_message_ms_max_;
  ServerCounters& counters_;
  std::shared_ptr<Account> account_;
  wire::Pegel::Client pegel_;  // One for all who ask.
  bool has_spoken_ = false;    // The peer sent a message that begins a conversation.

  kj::Own<Stream> stream_;
  StrictMessages messages_;
  capnp::TwoPartyVatNetwork network_;
  capnp::RpcSystem<capnp::rpc::twoparty::VatId> rpc_;
};

}  // namespace pegel::net
