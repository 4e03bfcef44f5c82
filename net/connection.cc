#include "net/connection.h"

#include <kj/debug.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "absl/strings/str_cat.h"
#include "net/asio_stream.h"
#include "net/event_loop_impl.h"

namespace pegel::net {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

// To connect, and then to hear from whoever answered.
constexpr int64_t kConnectMsMax = 10'000;

// A listing of everything that a World holds is about 20 MiB.
constexpr uint64_t kReplyBytesMax = 256 << 20;

capnp::ReaderOptions Incoming() {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = kReplyBytesMax / sizeof(capnp::word);
  return options;
}

// Tries the addresses of the name in turn.
kj::AutoCloseFd ConnectTo(EventLoop& loop, const HostPort& address) {
  AsioPort& port = loop.impl().port;
  tcp::resolver resolver(port.io());
  auto endpoints = resolver.resolve(address.host, absl::StrCat(address.port));
  tcp::socket socket(port.io());
  error_code error;
  auto done = kj::newPromiseAndFulfiller<void>();
  boost::asio::async_connect(socket, endpoints, [&](const error_code& e, const auto&) noexcept {
    error = e;
    done.fulfiller->fulfill();
  });
  // Closing makes the attempt end with an error, so the handler above always runs.
  auto deadline = port.Sleep(kConnectMsMax).then([&] { socket.close(); }).eagerlyEvaluate(nullptr);
  done.promise.wait(loop.impl().wait_scope);
  if (error) throw boost::system::system_error(error);
  socket.set_option(tcp::no_delay(true));  // The stream gathers itself.
  socket.set_option(boost::asio::socket_base::keep_alive(true));
  return kj::AutoCloseFd(socket.release());
}

wire::Pegel::Client Bootstrap(capnp::RpcSystem<capnp::rpc::twoparty::VatId>& rpc) {
  capnp::word space[4]{};
  capnp::MallocMessageBuilder message(space);
  auto vat = message.initRoot<capnp::rpc::twoparty::VatId>();
  vat.setSide(capnp::rpc::twoparty::Side::SERVER);
  return rpc.bootstrap(vat).castAs<wire::Pegel>();
}

}  // namespace

kj::Own<kj::AsyncIoStream> Dial(EventLoop& loop, const HostPort& address) {
  return kj::heap<AsioStream>(loop.impl().port, ConnectTo(loop, address));
}

Connection::Connection(CallScope scope, kj::Own<kj::AsyncIoStream> stream)
    : scope_(scope),
      stream_(kj::mv(stream)),
      network_(*stream_, capnp::rpc::twoparty::Side::CLIENT, Incoming()),
      rpc_(capnp::makeRpcClient(network_)),
      pegel_(Bootstrap(rpc_)) {}

wire::Admin::Client Connection::AskForAdmin() {
  auto answer =
      pegel_.adminRequest().send().then([](auto response) { return response.getAdmin(); });
  auto deadline = scope_.port.Sleep(kConnectMsMax).then([]() -> wire::Admin::Client {
    kj::throwFatalException(KJ_EXCEPTION(DISCONNECTED, "no answer in time"));
  });
  return answer.exclusiveJoin(kj::mv(deadline)).wait(scope_.wait_scope);
}

}  // namespace pegel::net
