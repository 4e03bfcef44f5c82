// The bytes of one connection, as a session takes them: over a socket (net/asio_stream.h), or in
// the simulator without one.
#pragma once

#include <kj/async-io.h>

namespace pegel::net {

class Stream : public kj::AsyncIoStream {
 public:
  // True when a limit of ours ended the connection, and not the peer.
  virtual bool was_cut() const = 0;
};

}  // namespace pegel::net
