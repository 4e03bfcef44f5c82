// One TCP connection as a KJ stream.
//
// Reading goes through a 64 KiB buffer, so that the three small reads of every message cost one
// system call for many messages. The buffer belongs to state that outlives a cancelled read:
// cancelling a read that has not resolved loses no byte, not even those it had taken already.
//
// Writing copies and returns at once; all that was written in one loop turn leaves with one system
// call at the end of the turn. Since nobody is made to wait, what the peer does not take is bounded
// here: beyond OutgoingLimits the connection is cut.
//
// Errors: a connection that ended, by whomever, is DISCONNECTED; what the operating system refuses
// otherwise is FAILED. Loop thread only. Destroy it before its EventLoop.
#pragma once

#include <kj/async-io.h>
#include <kj/io.h>

#include <cstdint>
#include <limits>
#include <memory>

#include "net/asio_port.h"
#include "net/stream.h"

namespace pegel::net {

// What may wait for a peer that does not read. The defaults: anything, for ever.
struct OutgoingLimits {
  size_t bytes_max = std::numeric_limits<size_t>::max();
  int64_t stall_ms_max = 0;  // The peer took nothing for this long. 0: no limit.
};

class AsioStream final : public Stream {
 public:
  // `socket`: connected, of any stream protocol.
  AsioStream(AsioPort& port, kj::AutoCloseFd socket, OutgoingLimits limits = {});
  // Sends what the kernel takes at once of the bytes still waiting, then closes.
  ~AsioStream() noexcept(false);
  KJ_DISALLOW_COPY(AsioStream);

  kj::Promise<size_t> tryRead(void* buffer, size_t minBytes, size_t maxBytes) override;
  kj::Promise<void> write(const void* buffer, size_t size) override;
  kj::Promise<void> write(kj::ArrayPtr<const kj::ArrayPtr<const kj::byte>> pieces) override;
  // Resolves as soon as writing or reading has failed, and when the connection was cut.
  kj::Promise<void> whenWriteDisconnected() override;
  void shutdownWrite() override;
  void abortRead() override;

  void getsockopt(int level, int option, void* value, kj::uint* length) override;
  void setsockopt(int level, int option, const void* value, kj::uint length) override;
  void getsockname(struct sockaddr* addr, kj::uint* length) override;
  void getpeername(struct sockaddr* addr, kj::uint* length) override;
  kj::Maybe<int> getFd() const override;

  bool was_cut() const override;  // By OutgoingLimits.
  // Calls of the operating system that wrote bytes. For tests and measurements.
  uint64_t system_writes() const;

 private:
  class Impl;
  class Reading;
  std::shared_ptr<Impl> impl_;
};

}  // namespace pegel::net
