#include "net/strict_messages.h"

#include <capnp/message.h>
#include <capnp/rpc.capnp.h>
#include <kj/debug.h>

namespace pegel::net {

kj::Promise<kj::Maybe<capnp::MessageReaderAndFds>> StrictMessages::tryReadMessage(
    kj::ArrayPtr<kj::AutoCloseFd> fdSpace, capnp::ReaderOptions,
    kj::ArrayPtr<capnp::word> scratchSpace) {
  return messages_.tryReadMessage(fdSpace, incoming_, scratchSpace)
      .then([this](kj::Maybe<capnp::MessageReaderAndFds> message) {
        KJ_IF_MAYBE (arrived, message) Count(*arrived->reader);
        return message;
      });
}

void StrictMessages::Count(capnp::MessageReader& message) {
  switch (message.getRoot<capnp::rpc::Message>().which()) {
    case capnp::rpc::Message::BOOTSTRAP:
    case capnp::rpc::Message::CALL:
      ++questions_;
      KJ_REQUIRE(questions_ <= questions_max_,
                 "too many questions that the peer has not said it is finished with");
      break;
    case capnp::rpc::Message::FINISH:
      if (questions_ > 0) --questions_;
      break;
    default:
      break;
  }
}

kj::Promise<void> StrictMessages::writeMessage(
    kj::ArrayPtr<const int> fds, kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>> segments) {
  return messages_.writeMessage(fds, segments);
}

kj::Promise<void> StrictMessages::writeMessages(
    kj::ArrayPtr<kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>>> messages) {
  return messages_.writeMessages(messages);
}

kj::Maybe<int> StrictMessages::getSendBufferSize() { return messages_.getSendBufferSize(); }

kj::Promise<void> StrictMessages::end() { return messages_.end(); }

}  // namespace pegel::net
