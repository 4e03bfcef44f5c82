// Messages in, within limits; messages out, of any size.
//
// TwoPartyVatNetwork has one set of ReaderOptions: it bounds what is read, and it refuses to send
// what would not be read under the same bounds. We take 1 MiB and give more (a listing of 100,000
// entries), so this stream reads under its own, strict options, whatever the network says.
//
// It also counts. The RPC system remembers every question until the peer says that it is finished
// with it; a peer that never says so would make us remember without end.
#pragma once

#include <capnp/serialize-async.h>

#include <cstddef>

namespace pegel::net {

class StrictMessages final : public capnp::MessageStream {
 public:
  // `stream` must outlive this. Reading fails, which ends the conversation, when the peer has more
  // than `questions_max` questions open.
  StrictMessages(kj::AsyncIoStream& stream, capnp::ReaderOptions incoming, size_t questions_max)
      : messages_(stream), incoming_(incoming), questions_max_(questions_max) {}

  kj::Promise<kj::Maybe<capnp::MessageReaderAndFds>> tryReadMessage(
      kj::ArrayPtr<kj::AutoCloseFd> fdSpace, capnp::ReaderOptions,
      kj::ArrayPtr<capnp::word> scratchSpace) override;
  kj::Promise<void> writeMessage(
      kj::ArrayPtr<const int> fds,
      kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>> segments) override;
  kj::Promise<void> writeMessages(
      kj::ArrayPtr<kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>>> messages) override;
  kj::Maybe<int> getSendBufferSize() override;
  kj::Promise<void> end() override;

 private:
  void Count(capnp::MessageReader& message);

  capnp::AsyncIoMessageStream messages_;
  capnp::ReaderOptions incoming_;
  size_t questions_max_;
  size_t questions_ = 0;  // Asked, and not yet finished with.
};

}  // namespace pegel::net
