#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/check.h"
#include "net/asio_stream.h"
#include "net/event_loop.h"
#include "net/event_loop_impl.h"
#include "net/session.h"
#include "net/task_hub.h"
#include "tests/fuzz/targets.h"
#include "tests/net/lines.h"

namespace pegel::fuzz {
namespace {

constexpr size_t kBytesMax = 128 << 10;  // Fits into a socket's buffer.
constexpr int kTurnsMax = 2000;          // Far more than any stream of that length needs.

// What the session says is not looked at, but read: a full socket would hold it up.
void Drain(int fd) {
  char buffer[4096];
  while (recv(fd, buffer, sizeof buffer, MSG_DONTWAIT) > 0) {
  }
}

}  // namespace

// What a peer sends from the first byte on: framing, the RPC protocol, and the arguments of every
// method, in a real session with the real engine behind it.
void RunRpcStream(absl::string_view bytes) {
  net::EventLoop loop;
  net::EventLoop::Impl& impl = loop.impl();
  net::EngineLine line(loop);
  net::ServerCounters counters;
  net::Limits limits;
  int ends[2];
  PEGEL_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "no sockets");
  kj::AutoCloseFd peer(ends[1]);
  bytes = bytes.substr(0, std::min(bytes.size(), kBytesMax));
  ssize_t written = send(peer.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  PEGEL_CHECK(written == static_cast<ssize_t>(bytes.size()), "written ", written);
  shutdown(peer.get(), SHUT_WR);

  net::WatchHub watches(impl.port, line, limits, counters);
  net::TaskHub tasks(impl.port, line, limits, counters);
  auto stream = kj::heap<net::AsioStream>(
      impl.port, kj::AutoCloseFd(ends[0]),
      net::OutgoingLimits{limits.outgoing_bytes_max, limits.outgoing_stall_ms_max});
  auto session = kj::heap<net::Session>(impl.port, kj::mv(stream),
                                        Author{Principal{"User", "fuzz"}, "127.0.0.1"}, line,
                                        watches, tasks, limits, counters);
  bool is_over = false;
  auto run = session->Run()
                 .then([&] { is_over = true; }, [&](kj::Exception&&) { is_over = true; })
                 .eagerlyEvaluate(nullptr);
  for (int turn = 0; turn < kTurnsMax && !is_over; ++turn) {
    impl.port.poll();
    impl.wait_scope.poll();
    Drain(peer.get());
  }
  PEGEL_CHECK(is_over, "the peer hung up and the session goes on");
  run = nullptr;
  session = nullptr;
  impl.wait_scope.poll();
  impl.port.poll();
  impl.wait_scope.poll();
}

}  // namespace pegel::fuzz
