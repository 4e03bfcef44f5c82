#include "net/listener.h"

#include <kj/debug.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "net/asio_stream.h"
#include "net/caller.h"
#include "net/event_loop_impl.h"
#include "net/host_port.h"
#include "net/session.h"

namespace pegel::net {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

// A peer that vanished without a word is noticed within 60 + 6 × 30 seconds when nothing is sent,
// and within as much when something is: well under 5 minutes.
constexpr int kProbeAfterIdleSeconds = 60;
constexpr int kProbeEverySeconds = 30;
constexpr int kProbes = 6;
constexpr int kUnacknowledgedMsMax = 240'000;

void SetOption(int socket, int level, int option, int value) {
  KJ_SYSCALL(::setsockopt(socket, level, option, &value, sizeof(value)));
}

void SetOptions(int socket) {
  SetOption(socket, IPPROTO_TCP, TCP_NODELAY, 1);  // We gather ourselves.
  SetOption(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  SetOption(socket, IPPROTO_TCP, TCP_KEEPIDLE, kProbeAfterIdleSeconds);
  SetOption(socket, IPPROTO_TCP, TCP_KEEPINTVL, kProbeEverySeconds);
  SetOption(socket, IPPROTO_TCP, TCP_KEEPCNT, kProbes);
  SetOption(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, kUnacknowledgedMsMax);
}

// The same peer has the same text on IPv4 and IPv6 sockets.
std::string IpText(const boost::asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

// `localhost` is 127.0.0.1; other names are not looked up, since a listener is a place and not a
// name.
absl::StatusOr<tcp::endpoint> LoopbackEndpoint(const std::string& text) {
  absl::StatusOr<HostPort> address = ParseHostPort(text);
  if (!address.ok()) return address.status();
  error_code error;
  auto ip = boost::asio::ip::make_address(
      address->host == "localhost" ? "127.0.0.1" : address->host, error);
  if (error) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Cannot listen on ", text, ": '", address->host,
        "' is not an IP address. Give one, for example 127.0.0.1:", address->port, "."));
  }
  if (!ip.is_loopback()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Cannot listen on ", text,
                     ": callers do not authenticate yet, so only programs on this "
                     "machine may connect. Listen on a loopback address, for example 127.0.0.1:",
                     address->port, "."));
  }
  return tcp::endpoint(ip, address->port);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Listen(EventLoop& loop, Line& line,
                                                       const std::string& address,
                                                       const Limits& limits) {
  auto listener = std::make_unique<Listener>(loop.impl().port, line, limits);
  absl::Status status = listener->Start(address);
  if (!status.ok()) return status;
  return listener;
}

absl::Status Server::CheckAddress(const std::string& address) {
  return LoopbackEndpoint(address).status();
}

Listener::Listener(AsioPort& port, Line& line, const Limits& limits)
    : port_(port),
      line_(line),
      limits_(limits),
      watches_(port, line, limits, counters_),
      tasks_(port, line, limits, counters_),
      sessions_(*this) {}

Listener::~Listener() noexcept { StopAccepting(); }

absl::Status Listener::Start(const std::string& address) {
  absl::StatusOr<tcp::endpoint> endpoint = LoopbackEndpoint(address);
  if (!endpoint.ok()) return endpoint.status();
  auto acceptor = Acceptor::Listen(
      port_.io(), *endpoint, limits_.accepts_per_second_max,
      {.on_connection = [this](tcp::socket socket) { OnConnection(std::move(socket)); },
       .on_failure = [this] { ++counters_.accepts_failed; }});
  if (!acceptor.ok()) return acceptor.status();
  acceptor_ = *std::move(acceptor);
  return absl::OkStatus();
}

std::string Listener::address() const {
  tcp::endpoint endpoint = acceptor_->endpoint();
  return ToText(HostPort{endpoint.address().to_string(), endpoint.port()});
}

void Listener::StopAccepting() {
  if (acceptor_ != nullptr) acceptor_->Stop();
}

void Listener::OnConnection(tcp::socket socket) {
  error_code error;
  tcp::endpoint peer = socket.remote_endpoint(error);
  if (error) return;  // Gone already.
  ++counters_.connections_accepted;
  std::string peer_ip = IpText(peer.address());
  if (!IsWithinLimits(peer_ip)) return;
  try {
    OpenSession(std::move(socket), peer_ip);
  } catch (const std::exception&) {
    ++counters_.accepts_failed;  // The socket cannot be set up; it closes on the way out.
  }
}

bool Listener::IsWithinLimits(const std::string& peer_ip) {
  if (connections_ >= limits_.connections_max) {
    ++counters_.connections_refused_total;
    return false;
  }
  auto count = connections_by_ip_.find(peer_ip);
  bool is_full =
      count != connections_by_ip_.end() && count->second >= limits_.connections_per_address_max;
  if (is_full) ++counters_.connections_refused_per_address;
  return !is_full;
}

void Listener::OpenSession(tcp::socket socket, const std::string& peer_ip) {
  SetOptions(socket.native_handle());
  auto stream = kj::heap<AsioStream>(
      port_, kj::AutoCloseFd(socket.release()),
      OutgoingLimits{limits_.outgoing_bytes_max, limits_.outgoing_stall_ms_max});
  auto session = kj::heap<Session>(port_, kj::mv(stream), CallerFrom(peer_ip), line_, watches_,
                                   tasks_, limits_, counters_);
  ++connections_;
  ++connections_by_ip_[peer_ip];
  auto run = session->Run();
  sessions_.add(run.attach(kj::mv(session), kj::defer([this, peer_ip] { OnSessionEnd(peer_ip); })));
}

void Listener::OnSessionEnd(const std::string& peer_ip) {
  --connections_;
  auto count = connections_by_ip_.find(peer_ip);
  if (--count->second == 0) connections_by_ip_.erase(count);
}

// A session that ends with an exception has ended; what it was is in the peer's hands.
void Listener::taskFailed(kj::Exception&&) {}

}  // namespace pegel::net
