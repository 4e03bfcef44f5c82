// One connection of a client: the socket, the RPC system on it, and the server's interfaces.
//
// Used by net/client.cc and net/pipeline.cc. Thread: that of the loop.
#pragma once

#include <capnp/rpc-twoparty.h>

#include "net/admin.capnp.h"
#include "net/call_scope.h"
#include "net/event_loop.h"
#include "net/host_port.h"

namespace pegel::net {

// Connects; runs the loop, which must outlive the stream, meanwhile. Throws
// boost::system::system_error when nobody is there.
kj::Own<kj::AsyncIoStream> Dial(EventLoop& loop, const HostPort& address);

class Connection {
 public:
  Connection(CallScope scope, kj::Own<kj::AsyncIoStream> stream);

  // The bootstrap interface; asked for once.
  wire::Pegel::Client pegel() { return pegel_; }

  // Waits for the answer. Throws kj::Exception: whoever is there speaks something else, or nothing
  // for 10 seconds.
  wire::Admin::Client AskForAdmin();

  kj::Promise<void> WhenDisconnected() { return network_.onDisconnect(); }

 private:
  CallScope scope_;
  kj::Own<kj::AsyncIoStream> stream_;
  capnp::TwoPartyVatNetwork network_;
  capnp::RpcSystem<capnp::rpc::twoparty::VatId> rpc_;
  wire::Pegel::Client pegel_;
};

}  // namespace pegel::net
