// A session is torn down from outside, at whatever moment a peer's reset or the end of the server
// comes. Here: at every moment of a conversation, one after the other.
#include "net/session.h"

#include <capnp/rpc.capnp.h>
#include <capnp/serialize.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "net/admin.capnp.h"
#include "net/asio_stream.h"
#include "net/event_loop.h"
#include "net/event_loop_impl.h"
#include "net/task_hub.h"
#include "tests/net/lines.h"

namespace pegel::net {
namespace {

using capnp::rpc::Message;

template <typename Fill>
std::string Packet(Fill fill) {
  capnp::MallocMessageBuilder message;
  fill(message.initRoot<Message>());
  auto words = capnp::messageToFlatArray(message);
  return {words.asBytes().asChars().begin(), words.asBytes().size()};
}

// Question 0 asks for Pegel, question 1 for Admin, the others call.
std::string Conversation(uint32_t calls) {
  std::string bytes = Packet([](Message::Builder m) { m.initBootstrap().setQuestionId(0); });
  bytes += Packet([](Message::Builder m) {
    auto call = m.initCall();
    call.setQuestionId(1);
    call.initTarget().initPromisedAnswer().setQuestionId(0);
    call.setInterfaceId(capnp::typeId<wire::Pegel>());
  });
  for (uint32_t id = 2; id < calls + 2; ++id) {
    bytes += Packet([id](Message::Builder m) {
      auto call = m.initCall();
      call.setQuestionId(id);
      auto answer = call.initTarget().initPromisedAnswer();
      answer.setQuestionId(1);
      answer.initTransform(1)[0].setGetPointerField(0);
      call.setInterfaceId(capnp::typeId<wire::Admin>());
      call.initParams().getContent().initAs<wire::Admin::CallParams>().setStatement(
          "CALL sys.list_acl('ANY')");
    });
  }
  return bytes;
}

struct Moment {
  bool is_peer_there = true;
  bool is_line_quick = false;
  int events = 0;  // Of the KJ loop, before the session ends.
};

// Returns how many calls had reached the line when the session ended.
uint64_t CallsWhenEndedAt(const Moment& moment) {
  EventLoop loop;
  EventLoop::Impl& impl = loop.impl();
  FakeLine line;
  line.answers_at_once = moment.is_line_quick;
  ServerCounters counters;
  int ends[2];
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  kj::AutoCloseFd peer(ends[1]);
  std::string bytes = Conversation(/*calls=*/5);
  EXPECT_EQ(::write(peer.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  if (!moment.is_peer_there) peer = nullptr;

  WatchHub watches(impl.port, line, Limits{}, counters);
  TaskHub tasks(impl.port, line, Limits{}, counters);
  auto session =
      kj::heap<Session>(impl.port, kj::heap<AsioStream>(impl.port, kj::AutoCloseFd(ends[0])),
                        Author{}, line, watches, tasks, Limits{}, counters);
  auto run = session->Run().eagerlyEvaluate([](kj::Exception&&) {});
  for (int i = 0; i < moment.events; ++i) {
    impl.port.poll();
    impl.loop.run(1);
  }
  uint64_t calls = counters.calls;
  run = nullptr;
  session = nullptr;
  impl.wait_scope.poll();
  line.AnswerAll();
  impl.wait_scope.poll();
  EXPECT_EQ(counters.calls, calls) << "a call after the end";
  return calls;
}

TEST(Session, MayEndAtAnyMomentOfAConversation) {
  constexpr int kMomentsAfterTheLastCall = 50;
  for (bool is_line_quick : {true, false}) {
    Moment moment{.is_peer_there = true, .is_line_quick = is_line_quick};
    for (int after_last = 0; after_last < kMomentsAfterTheLastCall; ++moment.events) {
      if (CallsWhenEndedAt(moment) == 5) ++after_last;
      ASSERT_LT(moment.events, 2000);
    }
  }
}

// The first reply meets a closed socket, so most of the calls are never read.
TEST(Session, MayEndAtAnyMomentWhenThePeerIsGone) {
  for (int events = 0; events < 300; ++events) {
    CallsWhenEndedAt({.is_peer_there = false, .is_line_quick = true, .events = events});
  }
}

}  // namespace
}  // namespace pegel::net
