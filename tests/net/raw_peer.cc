#include "tests/net/raw_peer.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>

#include "net/host_port.h"

namespace pegel::net {
namespace {

sockaddr_in Address(const std::string& ip, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  EXPECT_EQ(::inet_pton(AF_INET, ip.c_str(), &address.sin_addr), 1);
  return address;
}

const sockaddr* Plain(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace

RawPeer::RawPeer(const std::string& server) : RawPeer(server, Options{}) {}

RawPeer::RawPeer(const std::string& server, Options options)
    : socket_(options.socket >= 0 ? options.socket
                                  : ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  timeval patience{30, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  int yes = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  int bytes = options.receive_buffer_bytes;
  if (bytes > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
  if (!options.from_ip.empty()) {
    auto own = Address(options.from_ip, 0);
    EXPECT_EQ(::bind(socket_, Plain(own), sizeof(own)), 0);
  }
  auto target = *ParseHostPort(server);
  auto address = Address(target.host, target.port);
  EXPECT_EQ(::connect(socket_, Plain(address), sizeof(address)), 0);
}

RawPeer::~RawPeer() { ::close(socket_); }

bool RawPeer::Send(const std::string& bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    ssize_t n = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += n;
  }
  return true;
}

std::string RawPeer::Receive(size_t bytes_max) {
  std::string bytes(bytes_max, '\0');
  ssize_t n = ::recv(socket_, bytes.data(), bytes.size(), 0);
  bytes.resize(n > 0 ? n : 0);
  return bytes;
}

bool RawPeer::SeesEnd() {
  errno = 0;
  while (!Receive().empty()) {
  }
  return errno != EAGAIN && errno != EWOULDBLOCK;
}

void RawPeer::ShutDownSending() { ::shutdown(socket_, SHUT_WR); }

void RawPeer::Reset() {
  linger now{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  ::close(socket_);
  socket_ = -1;
}

}  // namespace pegel::net
