// Every limit of net/limits.h crossed by one and the refusal read; every kind of bad peer. After
// each, a well-behaved client is still served.
#include "net/limits.h"

#include <capnp/ez-rpc.h>
#include <capnp/rpc.capnp.h>
#include <capnp/serialize.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "net/admin.capnp.h"
#include "net/client.h"
#include "tests/net/raw_peer.h"
#include "tests/net/server_thread.h"

namespace pegel::net {
namespace {

using ::testing::HasSubstr;

constexpr char kAddAlice[] = "CALL sys.add_acl('cluster', 'ALLOW', 'User:Alice', 'READ')";

std::string Bytes(capnp::MessageBuilder& message) {
  auto words = capnp::messageToFlatArray(message);
  auto bytes = words.asBytes();
  return {bytes.asChars().begin(), bytes.size()};
}

// The question that opens every conversation.
std::string Hello(uint32_t question_id = 1) {
  capnp::MallocMessageBuilder message;
  message.initRoot<capnp::rpc::Message>().initBootstrap().setQuestionId(question_id);
  return Bytes(message);
}

// The same with bytes behind it that nobody reads, so that the message has `words` words.
std::string PaddedHello(size_t words) {
  capnp::MallocMessageBuilder message(words);
  auto hello = message.initRoot<capnp::rpc::Message>().initBootstrap();
  hello.setQuestionId(1);
  size_t padding = words - message.sizeInWords();
  hello.getDeprecatedObjectId().initAs<capnp::Data>(padding * sizeof(capnp::word));
  EXPECT_EQ(message.sizeInWords(), words);
  return Bytes(message);
}

// What the server says first: `return`, or why it ends the conversation.
std::string FirstAnswer(RawPeer& peer) {
  capnp::StreamFdMessageReader message(peer.socket());
  auto answer = message.getRoot<capnp::rpc::Message>();
  if (answer.isReturn()) return "return";
  if (answer.isAbort()) return answer.getAbort().getReason().cStr();
  return "something else";
}

// ---- messages ----

TEST(Limits, AMessageMayHaveOneMebibyteAndNotAWordMore) {
  ServerThread server;
  constexpr size_t kWords = (1 << 20) / sizeof(capnp::word);
  {
    RawPeer peer(server.address());
    EXPECT_TRUE(peer.Send(PaddedHello(kWords)));
    EXPECT_EQ(FirstAnswer(peer), "return");
  }
  {
    RawPeer peer(server.address());
    peer.Send(PaddedHello(kWords + 1));
    EXPECT_THAT(FirstAnswer(peer), HasSubstr("too large"));
    EXPECT_TRUE(peer.SeesEnd());
  }
  ExpectServes(server);
}

// The reason must get through although the client is still writing when it is refused.
TEST(Limits, AClientThatSendsTooMuchIsToldSo) {
  ServerThread server;
  for (int i = 0; i < 20; ++i) {
    capnp::EzRpcClient client(server.address());
    auto admin = client.getMain<wire::Pegel>().adminRequest().send().getAdmin();
    auto request = admin.callRequest();
    request.setStatement(std::string(8 << 20, 'x'));
    try {
      request.send().wait(client.getWaitScope());
      ADD_FAILURE() << "was taken";
    } catch (const kj::Exception& exception) {
      EXPECT_THAT(exception.getDescription().cStr(), HasSubstr("too large"));
    }
  }
  ExpectServes(server);
}

TEST(Limits, AMessageThatOnlyClaimsToBeHugeIsRefusedBeforeItComes) {
  ServerThread server;
  RawPeer peer(server.address());
  peer.Send(std::string("\0\0\0\0\xff\xff\xff\x7f", 8));  // One segment of 16 GiB.
  EXPECT_THAT(FirstAnswer(peer), HasSubstr("too large"));
  EXPECT_TRUE(peer.SeesEnd());
  ExpectServes(server);
}

TEST(Limits, AMessageInTooManySegmentsIsRefused) {
  ServerThread server;
  RawPeer peer(server.address());
  peer.Send(std::string("\xff\x7f\0\0\0\0\0\0", 8));
  EXPECT_THAT(FirstAnswer(peer), HasSubstr("segment"));
  EXPECT_TRUE(peer.SeesEnd());
  ExpectServes(server);
}

std::string Finish(uint32_t question_id) {
  capnp::MallocMessageBuilder message;
  message.initRoot<capnp::rpc::Message>().initFinish().setQuestionId(question_id);
  return Bytes(message);
}

TEST(Limits, OneQuestionTooManyThatIsNeverFinishedEndsTheConversation) {
  Limits limits;
  limits.questions_open_max = 20;
  ServerThread server(limits);
  RawPeer peer(server.address());
  for (uint32_t id = 0; id < 1000; ++id) {
    peer.Send(Hello(id));
    EXPECT_EQ(FirstAnswer(peer), "return");
    peer.Send(Finish(id));
  }
  for (uint32_t id = 0; id < 20; ++id) {
    peer.Send(Hello(id));
    EXPECT_EQ(FirstAnswer(peer), "return");
  }
  peer.Send(Hello(20));
  EXPECT_THAT(FirstAnswer(peer), HasSubstr("too many questions"));
  EXPECT_TRUE(peer.SeesEnd());
  ExpectServes(server);
}

// An addAcl reaches as deep as anything does: its message needs N levels, and with N - 1 it is
// refused. N is far from the default, so legal messages have room.
std::string AddUnderNesting(int nesting) {
  Limits limits;
  limits.message_nesting_max = nesting;
  ServerThread server(limits);
  try {
    capnp::EzRpcClient client(server.address());
    auto admin = client.getMain<wire::Pegel>().adminRequest().send().getAdmin();
    auto request = admin.addAclRequest();
    auto entry = request.initEntry();
    entry.setResource("cluster");
    entry.setPrincipal("User:Alice");
    entry.setOperation(wire::Operation::READ);
    entry.setPermission(wire::Permission::ALLOW);
    bool is_done = request.send().wait(client.getWaitScope()).getReply().isDone();
    return is_done ? "done" : "refused";
  } catch (const kj::Exception& exception) {
    return exception.getDescription().cStr();
  }
}

TEST(Limits, AMessageNestedOneLevelTooDeepIsRefused) {
  int needed = 1;
  while (needed < 16 && AddUnderNesting(needed) != "done") ++needed;
  EXPECT_LT(needed, 8);
  EXPECT_THAT(AddUnderNesting(needed - 1), HasSubstr("nested"));
  EXPECT_EQ(AddUnderNesting(Limits().message_nesting_max), "done");
}

// ---- calls under way ----

class InFlight : public ::testing::Test {
 protected:
  static constexpr size_t kMax = 10;
  ~InFlight() noexcept override = default;

  static Limits TenCalls() {
    Limits limits;
    limits.calls_in_flight_max = kMax;
    return limits;
  }

  auto Send() {
    auto request = admin_.callRequest();
    request.setStatement(kAddAlice);
    return request.send();
  }
  bool IsDone(capnp::RemotePromise<wire::Admin::CallResults>& call) {
    return call.wait(scope_).getReply().isTable();
  }

  ServerThread server_{TenCalls(), ServerThread::WithFake()};
  capnp::EzRpcClient client_{server_.address()};
  kj::WaitScope& scope_ = client_.getWaitScope();
  wire::Admin::Client admin_ = client_.getMain<wire::Pegel>().adminRequest().send().getAdmin();
};

TEST_F(InFlight, OneCallTooManyIsOverloadedAndTheOthersAreServed) {
  std::vector<capnp::RemotePromise<wire::Admin::CallResults>> calls;
  for (size_t i = 0; i < kMax; ++i) calls.push_back(Send());
  auto one_more = Send();
  try {
    one_more.wait(scope_);
    ADD_FAILURE() << "was taken";
  } catch (const kj::Exception& exception) {
    EXPECT_EQ(exception.getType(), kj::Exception::Type::OVERLOADED);
    EXPECT_THAT(exception.getDescription().cStr(), HasSubstr("OVERLOADED (1003): 10 calls"));
    EXPECT_THAT(exception.getDescription().cStr(), HasSubstr("later"));
  }
  EXPECT_EQ(server_.counters().calls_overloaded, 1u);
  server_.OnLoop([&] {
    EXPECT_EQ(server_.fake().calls.size(), kMax);
    server_.fake().AnswerAll();
    server_.fake().answers_at_once = true;
  });
  for (auto& call : calls) EXPECT_TRUE(IsDone(call));
  auto later = Send();
  EXPECT_TRUE(IsDone(later));
}

// Else a peer could fill the line by calling and giving up in turn.
TEST_F(InFlight, CallsThatTheClientGaveUpStillCount) {
  for (size_t i = 0; i < kMax; ++i) auto given_up = Send().eagerlyEvaluate(nullptr);
  auto one_more = Send();
  EXPECT_ANY_THROW(one_more.wait(scope_));
  server_.OnLoop([&] { EXPECT_LE(server_.fake().calls.size(), kMax); });
}

TEST_F(InFlight, AnotherConnectionHasItsOwnAllowance) {
  std::vector<capnp::RemotePromise<wire::Admin::CallResults>> calls;
  for (size_t i = 0; i < kMax; ++i) calls.push_back(Send());
  auto one_more = Send();
  EXPECT_ANY_THROW(one_more.wait(scope_));
  server_.OnLoop([&] { server_.fake().answers_at_once = true; });
  absl::StatusOr<CallReply> reply;
  std::thread other(
      [&] { reply = (*Client::Connect(server_.address()))->Call({.text = kAddAlice}); });
  other.join();
  EXPECT_TRUE(reply.ok()) << reply.status();
}

TEST(Limits, TheClientCallsOverloadResourceExhausted) {
  Limits limits;
  limits.calls_in_flight_max = 3;
  ServerThread server(limits, ServerThread::WithFake());
  auto client = Client::Connect(server.address());
  ASSERT_TRUE(client.ok());
  std::thread line([&] {
    server.WaitUntil([&] { return server.server().counters().calls_overloaded > 0; });
    server.OnLoop([&] { server.fake().AnswerAll(); });
  });
  auto replies = (*client)->CallAll(std::vector<Statement>(4, Statement{.text = kAddAlice}));
  line.join();
  EXPECT_EQ(replies.status().code(), absl::StatusCode::kResourceExhausted) << replies.status();
  EXPECT_TRUE((*client)->AskStatus().ok());
}

// ---- connections ----

TEST(Limits, OneConnectionTooManyIsClosedAtOnce) {
  Limits limits;
  limits.connections_max = 3;
  ServerThread server(limits);
  std::vector<std::unique_ptr<RawPeer>> peers;
  for (int i = 0; i < 3; ++i) {
    peers.push_back(std::make_unique<RawPeer>(server.address()));
    peers.back()->Send(Hello());
    EXPECT_EQ(FirstAnswer(*peers.back()), "return");
  }
  RawPeer one_more(server.address());
  EXPECT_TRUE(one_more.SeesEnd());
  EXPECT_EQ(server.counters().connections_refused_total, 1u);
  EXPECT_EQ(server.connections(), 3u);
  peers.pop_back();
  server.WaitUntil([&] { return server.server().connections() == 2; });
  ExpectServes(server);
}

TEST(Limits, OneConnectionTooManyFromOneAddressIsClosedAndOthersAreNot) {
  Limits limits;
  limits.connections_per_address_max = 2;
  ServerThread server(limits);
  RawPeer first(server.address(), {.from_ip = "127.0.0.2"});
  RawPeer second(server.address(), {.from_ip = "127.0.0.2"});
  RawPeer third(server.address(), {.from_ip = "127.0.0.2"});
  EXPECT_TRUE(third.SeesEnd());
  EXPECT_EQ(server.counters().connections_refused_per_address, 1u);
  RawPeer from_elsewhere(server.address(), {.from_ip = "127.0.0.3"});
  from_elsewhere.Send(Hello());
  EXPECT_EQ(FirstAnswer(from_elsewhere), "return");
  ExpectServes(server);
}

TEST(Limits, ConnectionsBeyondThePaceWaitAndAreServed) {
  Limits limits;
  limits.accepts_per_second_max = 5;
  ServerThread server(limits);
  std::vector<std::unique_ptr<RawPeer>> peers;
  for (int i = 0; i < 8; ++i) {
    peers.push_back(std::make_unique<RawPeer>(server.address()));
    peers.back()->Send(Hello());
  }
  for (auto& peer : peers) EXPECT_EQ(FirstAnswer(*peer), "return");
  EXPECT_EQ(server.counters().connections_accepted, 8u);
}

TEST(Limits, OnlyLoopbackAddressesAreListenedOn) {
  EventLoop loop;
  FakeLine line;
  struct Case {
    const char* address;
    const char* why;
  };
  for (const Case& c :
       {Case{"0.0.0.0:0", "do not authenticate yet"}, Case{"[::]:0", "do not authenticate yet"},
        Case{"192.0.2.1:7345", "Listen on a loopback address"},
        Case{"[::ffff:192.0.2.1]:1", "do not authenticate yet"},
        Case{"example.com:7345", "is not an IP address"}, Case{"7345", "is not host:port"}}) {
    auto server = Server::Listen(loop, line, c.address, {});
    EXPECT_EQ(server.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(server.status().message()), HasSubstr(c.why));
    EXPECT_THAT(std::string(server.status().message()), HasSubstr(c.address));
  }
  for (const char* address : {"127.0.0.1:0", "localhost:0", "127.1.2.3:0"}) {
    EXPECT_TRUE(Server::Listen(loop, line, address, {}).ok()) << address;
  }
}

// ---- silence ----

Limits QuickToLoseInterest() {
  Limits limits;
  limits.first_message_ms_max = 50;
  return limits;
}

TEST(Limits, APeerThatSaysNothingIsCut) {
  ServerThread server(QuickToLoseInterest());
  RawPeer peer(server.address());
  EXPECT_TRUE(peer.SeesEnd());
  EXPECT_EQ(server.counters().connections_timed_out, 1u);
  ExpectServes(server);
}

TEST(Limits, APeerThatSaysHalfAMessageIsCut) {
  ServerThread server(QuickToLoseInterest());
  RawPeer peer(server.address());
  peer.Send(Hello().substr(0, 20));
  EXPECT_TRUE(peer.SeesEnd());
  EXPECT_EQ(server.counters().connections_timed_out, 1u);
  ExpectServes(server);
}

TEST(Limits, APeerThatHasSpokenMayBeSilent) {
  ServerThread server(QuickToLoseInterest());
  RawPeer polite(server.address());
  polite.Send(Hello());
  EXPECT_EQ(FirstAnswer(polite), "return");
  RawPeer silent(server.address());
  EXPECT_TRUE(silent.SeesEnd());  // So the time is over for the polite one too.
  EXPECT_EQ(server.counters().connections_timed_out, 1u);
  polite.Send(Hello(/*question_id=*/2));
  EXPECT_EQ(FirstAnswer(polite), "return");
}

// ---- slow readers ----

// A listing of some 15 MB, more than the kernel takes for a peer that does not read.
Result LargeListing() {
  AclEntries listed;
  for (int i = 0; i < 200'000; ++i) {
    listed.entries.push_back({.principal = {"User", "user-" + std::to_string(i)}});
  }
  return listed;
}

// Sends a call over the line to a peer that does not read, and answers it.
void ExpectCutWhenNotReading(const Limits& limits) {
  ServerThread server(limits, ServerThread::WithFake());
  RawPeer peer(server.address(), {.receive_buffer_bytes = 4096});
  capnp::MallocMessageBuilder ask_admin;
  peer.Send(Hello());
  EXPECT_EQ(FirstAnswer(peer), "return");
  auto call = ask_admin.initRoot<capnp::rpc::Message>().initCall();
  call.setQuestionId(2);
  call.initTarget().initPromisedAnswer().setQuestionId(1);
  call.setInterfaceId(capnp::typeId<wire::Pegel>());
  call.setMethodId(0);
  peer.Send(Bytes(ask_admin));
  capnp::MallocMessageBuilder ask_list;
  call = ask_list.initRoot<capnp::rpc::Message>().initCall();
  call.setQuestionId(3);
  auto target = call.initTarget().initPromisedAnswer();
  target.setQuestionId(2);
  target.initTransform(1)[0].setGetPointerField(0);
  call.setInterfaceId(capnp::typeId<wire::Admin>());
  call.setMethodId(3);
  peer.Send(Bytes(ask_list));
  server.WaitUntil([&] { return server.fake().calls.size() == 1; });
  server.OnLoop([&] { server.fake().AnswerAll(LargeListing()); });
  server.WaitUntil([&] { return server.server().counters().connections_cut == 1; });
  EXPECT_EQ(server.connections(), 0u);
  EXPECT_TRUE(peer.SeesEnd());
  ExpectServes(server);
}

TEST(Limits, APeerThatLetsTooManyRepliesWaitIsCut) {
  Limits limits;
  limits.outgoing_bytes_max = 100'000;
  ExpectCutWhenNotReading(limits);
}

TEST(Limits, APeerThatTakesNoReplyForTooLongIsCut) {
  Limits limits;
  limits.outgoing_stall_ms_max = 50;
  ExpectCutWhenNotReading(limits);
}

// ---- bad manners ----

TEST(BadPeers, GarbageEndsTheConnectionOnly) {
  ServerThread server;
  std::mt19937 random(20240613);
  std::vector<std::string> garbage = {
      "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
      std::string(1000, '\0'),
      std::string(1000, '\xff'),
      "\x16\x03\x01\x02",
      std::string("\0\0\0\0\1\0\0\0", 8) + std::string(8, '\xff'),  // A pointer to nowhere.
  };
  for (int i = 0; i < 200; ++i) {
    std::string bytes(random() % 300, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    garbage.push_back(bytes);
  }
  for (const std::string& bytes : garbage) {
    RawPeer peer(server.address());
    peer.Send(bytes);
    peer.ShutDownSending();
    EXPECT_TRUE(peer.SeesEnd());
  }
  EXPECT_EQ(server.counters().connections_accepted, garbage.size());
  server.WaitUntil([&] { return server.server().connections() == 0; });
  ExpectServes(server);
}

// One byte of a good message changed, each in turn, to each of four values.
TEST(BadPeers, AMessageWithOneWrongByteEndsTheConnectionAtMost) {
  ServerThread server;
  std::string hello = Hello();
  size_t sent = 0;
  for (size_t i = 0; i < hello.size(); ++i) {
    for (char value : {'\0', '\1', '\x7f', '\xff'}) {
      std::string changed = hello;
      changed[i] = value;
      RawPeer peer(server.address());
      peer.Send(changed);
      peer.ShutDownSending();
      EXPECT_TRUE(peer.SeesEnd());
      ++sent;
    }
  }
  EXPECT_EQ(sent, hello.size() * 4);
  ExpectServes(server);
}

TEST(BadPeers, ResetAndHalfOpenConnectionsAreForgotten) {
  ServerThread server;
  for (int i = 0; i < 50; ++i) {
    RawPeer(server.address()).Reset();
    RawPeer after_hello(server.address());
    after_hello.Send(Hello());
    after_hello.Reset();
    RawPeer half_closed(server.address());
    half_closed.Send(Hello().substr(0, 9));
    half_closed.ShutDownSending();
    EXPECT_TRUE(half_closed.SeesEnd());
  }
  server.WaitUntil([&] { return server.server().connections() == 0; });
  ExpectServes(server);
}

TEST(BadPeers, ClientsThatDieMidCallAreForgotten) {
  ServerThread server;
  for (int i = 0; i < 20; ++i) {
    capnp::EzRpcClient client(server.address());
    auto admin = client.getMain<wire::Pegel>().adminRequest().send().getAdmin();
    std::vector<capnp::RemotePromise<wire::Admin::CallResults>> calls;
    for (int j = 0; j < 50; ++j) {
      auto request = admin.callRequest();
      request.setStatement(kAddAlice);
      calls.push_back(request.send());
    }
    calls.front().wait(client.getWaitScope());
  }
  server.WaitUntil([&] { return server.server().connections() == 0; });
  ExpectServes(server);
}

// ---- file descriptors ----

class DescriptorLimit {
 public:
  // No further descriptor than those that are open.
  DescriptorLimit() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    int next = ::fcntl(0, F_DUPFD, 0);
    ::close(next);
    rlimit none = before_;
    none.rlim_cur = next;
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(Limits, RunningOutOfFileDescriptorsIsSurvivedAtRest) {
  ServerThread server;
  uint64_t failures = 0;
  {
    int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    DescriptorLimit none_left;
    RawPeer peer(server.address(), {.socket = socket});
    server.WaitUntil([&] { return server.server().counters().accepts_failed >= 2; });
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    failures = server.counters().accepts_failed;
  }
  EXPECT_LT(failures, 1000u);  // Some 5. Tens of thousands, did it spin.
  ExpectServes(server);
}

}  // namespace
}  // namespace pegel::net
