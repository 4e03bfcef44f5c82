// One connection of a client: the socket, the RPC system on it, and the server's interfaces.
//
// Used by net/client.cc and net/pipeline.cc. Thread: that of the loop, which must outlive it.
#pragma once

#include <capnp/rpc-twoparty.h>

#include "net/admin.capnp.h"
#include "net/asio_stream.h"
#include "net/event_loop.h"
#include "net/host_port.h"

namespace pegel::net {

class Connection {
 public:
  // Connects; runs the loop meanwhile. Throws boost::system::system_error when nobody is there.
  Connection(EventLoop& loop, const HostPort& address);

  // The bootstrap interface; asked for once.
  wire::Pegel::Client pegel() { return pegel_; }

  // Waits for the answer. Throws kj::Exception: whoever is there speaks something else, or nothing
  // for 10 seconds.
  wire::Admin::Client AskForAdmin();

  kj::Promise<void> WhenDisconnected() { return network_.onDisconnect(); }

 private:
  EventLoop& loop_;
  AsioStream stream_;
  capnp::TwoPartyVatNetwork network_;
  capnp::RpcSystem<capnp::rpc::twoparty::VatId> rpc_;
  wire::Pegel::Client pegel_;
};

}  // namespace pegel::net
