#include "net/asio_stream.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "net/event_loop.h"
#include "net/event_loop_impl.h"

namespace pegel::net {
namespace {

std::string Pattern(size_t bytes) {
  std::string text(bytes, '\0');
  for (size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
  return text;
}

// A stream of ours and, as a plain blocking socket, its peer.
class AsioStreamTest : public ::testing::Test {
 protected:
  ~AsioStreamTest() noexcept override = default;

  void Connect(OutgoingLimits limits = {}) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    Adopt(ends[0], ends[1], limits);
  }

  void ConnectTcp(OutgoingLimits limits = {}) {
    int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(::listen(listener, 1), 0);
    ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
    int near = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::connect(near, reinterpret_cast<sockaddr*>(&address), size), 0);
    int far = ::accept(listener, nullptr, nullptr);
    ASSERT_GE(far, 0);
    ::close(listener);
    Adopt(near, far, limits);
  }

  void Adopt(int near, int far, OutgoingLimits limits) {
    stream_ = kj::heap<AsioStream>(loop_.impl().port, kj::AutoCloseFd(near), limits);
    peer_ = kj::AutoCloseFd(far);
  }

  kj::WaitScope& scope() { return loop_.impl().wait_scope; }

  // Runs until nothing is left to do at once: at least one whole turn.
  void Turn() { scope().poll(); }

  void PeerWrites(const std::string& bytes) {
    ASSERT_EQ(::write(peer_.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }

  // What the peer can read, until `bytes` have come or the stream ends.
  std::string PeerReads(size_t bytes) {
    std::string text(bytes, '\0');
    size_t got = 0;
    while (got < bytes) {
      ssize_t n = ::read(peer_.get(), text.data() + got, bytes - got);
      if (n <= 0) break;
      got += n;
    }
    text.resize(got);
    return text;
  }

  // What the peer can read without waiting.
  std::string PeerTakes(size_t bytes_max) {
    std::string text(bytes_max, '\0');
    ssize_t n = ::recv(peer_.get(), text.data(), text.size(), MSG_DONTWAIT);
    text.resize(n > 0 ? n : 0);
    return text;
  }

  bool PeerSeesEnd() {
    char byte;
    return ::read(peer_.get(), &byte, 1) == 0;
  }

  kj::Promise<std::string> Read(size_t bytes_min, size_t bytes_max) {
    auto buffer = std::make_shared<std::string>(bytes_max, '\0');
    return stream_->tryRead(buffer->data(), bytes_min, bytes_max).then([buffer](size_t n) {
      return buffer->substr(0, n);
    });
  }
  std::string ReadNow(size_t bytes) { return Read(bytes, bytes).wait(scope()); }

  // Writes without waiting; what becomes of it is not the test's matter.
  void Write(const std::string& bytes) {
    stream_->write(bytes.data(), bytes.size()).then([] {}, [](kj::Exception&&) {}).wait(scope());
  }

  template <typename T>
  kj::Exception::Type FailureOf(kj::Promise<T> promise) {
    try {
      promise.wait(scope());
    } catch (const kj::Exception& exception) {
      return exception.getType();
    }
    ADD_FAILURE() << "did not fail";
    return kj::Exception::Type::FAILED;
  }

  EventLoop loop_;
  kj::AutoCloseFd peer_;
  kj::Own<AsioStream> stream_;
};

constexpr auto kDisconnected = kj::Exception::Type::DISCONNECTED;

TEST_F(AsioStreamTest, ReadsByteByByte) {
  Connect();
  std::string text = Pattern(1000);
  PeerWrites(text);
  for (char expected : text) ASSERT_EQ(ReadNow(1), std::string(1, expected));
}

TEST_F(AsioStreamTest, ReadsMoreThanItsBufferHolds) {
  Connect();
  std::string text = Pattern(1'000'000);
  std::thread peer([&] { PeerWrites(text); });
  EXPECT_EQ(ReadNow(text.size()), text);
  peer.join();
}

TEST_F(AsioStreamTest, ReadsWhatIsThereOnceTheMinimumIs) {
  Connect();
  PeerWrites("abcdef");
  EXPECT_EQ(Read(2, 100).wait(scope()), "abcdef");
}

TEST_F(AsioStreamTest, ACancelledReadLosesNothingItHadTaken) {
  Connect();
  {
    auto read = Read(10, 10).eagerlyEvaluate(nullptr);
    PeerWrites("abcd");
    Turn();
  }
  PeerWrites("efghij");
  EXPECT_EQ(ReadNow(10), "abcdefghij");
}

TEST_F(AsioStreamTest, ManyCancelledReadsLoseNothing) {
  Connect();
  std::string text = Pattern(5000);
  for (size_t i = 0; i < text.size(); i += 50) {
    auto read = Read(100'000, 100'000).eagerlyEvaluate(nullptr);
    PeerWrites(text.substr(i, 50));
    Turn();
  }
  EXPECT_EQ(ReadNow(3), text.substr(0, 3));
  EXPECT_EQ(ReadNow(text.size() - 3), text.substr(3));
}

TEST_F(AsioStreamTest, ACancelledReadLosesNothingThatComesLater) {
  Connect();
  { auto read = Read(1, 10).eagerlyEvaluate(nullptr); }
  PeerWrites("abc");
  Turn();  // The operation that the cancelled read had begun completes here.
  EXPECT_EQ(ReadNow(3), "abc");
}

TEST_F(AsioStreamTest, WritesOfOneTurnLeaveWithOneSystemCall) {
  Connect();
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    std::string text = "message " + std::to_string(i) + ";";
    expected += text;
    Write(text);
  }
  EXPECT_EQ(stream_->system_writes(), 0u);
  Turn();
  EXPECT_EQ(stream_->system_writes(), 1u);
  EXPECT_EQ(PeerReads(expected.size()), expected);
  Write("next turn");
  Turn();
  EXPECT_EQ(stream_->system_writes(), 2u);
}

TEST_F(AsioStreamTest, WritesAPieceListInOrder) {
  Connect();
  const kj::ArrayPtr<const kj::byte> pieces[] = {
      kj::StringPtr("one ").asBytes(), kj::StringPtr("").asBytes(), kj::StringPtr("two").asBytes()};
  stream_->write(kj::arrayPtr(pieces, 3)).wait(scope());
  Turn();
  EXPECT_EQ(PeerReads(7), "one two");
}

TEST_F(AsioStreamTest, ALargeWriteToASlowPeerArrivesWhole) {
  ConnectTcp();
  std::string text = Pattern(20'000'000);
  Write(text);
  std::string got;
  std::thread peer([&] { got = PeerReads(text.size()); });
  auto seen = Read(1, 1);
  std::thread end([&] {
    peer.join();
    PeerWrites("!");
  });
  EXPECT_EQ(seen.wait(scope()), "!");
  end.join();
  EXPECT_TRUE(got == text) << got.size();
  EXPECT_FALSE(stream_->was_cut());
}

TEST_F(AsioStreamTest, TheEndOfThePeersStreamIsAShortRead) {
  Connect();
  PeerWrites("abc");
  peer_ = nullptr;
  EXPECT_EQ(Read(10, 10).wait(scope()), "abc");
  EXPECT_EQ(Read(1, 1).wait(scope()), "");
}

TEST_F(AsioStreamTest, AResetConnectionIsDisconnectedBothWays) {
  ConnectTcp();
  auto read = Read(1, 1);
  auto gone = stream_->whenWriteDisconnected();
  linger now{1, 0};
  ASSERT_EQ(::setsockopt(peer_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
  peer_ = nullptr;
  EXPECT_EQ(FailureOf(kj::mv(read)), kDisconnected);
  gone.wait(scope());
  stream_->whenWriteDisconnected().wait(scope());
}

TEST_F(AsioStreamTest, WritingToAPeerThatLeftIsDisconnected) {
  Connect();
  auto gone = stream_->whenWriteDisconnected();
  peer_ = nullptr;
  Write("x");
  gone.wait(scope());
  EXPECT_EQ(FailureOf(stream_->write("y", 1)), kDisconnected);
}

TEST_F(AsioStreamTest, ShuttingDownSendsWhatWasWrittenAndStillReads) {
  Connect();
  Write("last words");
  stream_->shutdownWrite();
  Turn();
  EXPECT_EQ(PeerReads(10), "last words");
  EXPECT_TRUE(PeerSeesEnd());
  PeerWrites("answer");
  EXPECT_EQ(ReadNow(6), "answer");
}

TEST_F(AsioStreamTest, ShuttingDownWaitsUntilASlowPeerHasEverything) {
  Connect();
  std::string text = Pattern(5 << 20);
  Write(text);
  stream_->shutdownWrite();
  std::string got;
  while (got.size() < text.size()) {
    Turn();
    std::string more = PeerTakes(1 << 20);
    ASSERT_FALSE(more.empty()) << "the end after " << got.size() << " bytes";
    got += more;
  }
  EXPECT_TRUE(got == text);
  Turn();
  EXPECT_TRUE(PeerSeesEnd());
}

TEST_F(AsioStreamTest, AbortReadEndsTheStream) {
  Connect();
  stream_->abortRead();
  EXPECT_EQ(Read(1, 1).wait(scope()), "");
}

TEST_F(AsioStreamTest, DestroyingSendsWhatWasWritten) {
  Connect();
  Write("last words");
  stream_ = nullptr;
  EXPECT_EQ(PeerReads(10), "last words");
  EXPECT_TRUE(PeerSeesEnd());
}

TEST_F(AsioStreamTest, DestroyingWithAReadUnderWayIsQuiet) {
  Connect();
  { auto read = Read(1, 1).eagerlyEvaluate(nullptr); }
  stream_ = nullptr;
  Turn();
}

TEST_F(AsioStreamTest, APeerThatLetsTooManyBytesWaitIsCut) {
  constexpr size_t kLimit = 1 << 20;
  Connect({.bytes_max = kLimit});
  auto read = Read(1, 1);
  auto gone = stream_->whenWriteDisconnected();
  // The kernel takes what its buffer holds; after that everything waits here.
  std::string block(64 << 10, 'x');
  size_t written = 0;
  while (!stream_->was_cut() && written < 100 * kLimit) {
    Write(block);
    written += block.size();
  }
  EXPECT_TRUE(stream_->was_cut());
  EXPECT_GT(written, kLimit);
  gone.wait(scope());
  EXPECT_EQ(FailureOf(kj::mv(read)), kDisconnected);
  EXPECT_EQ(FailureOf(stream_->write("y", 1)), kDisconnected);
}

TEST_F(AsioStreamTest, ExactlyTheLimitMayWait) {
  constexpr size_t kLimit = 100'000;
  Connect({.bytes_max = kLimit});
  Write(std::string(kLimit, 'x'));  // Below what is sent before the end of the turn.
  EXPECT_FALSE(stream_->was_cut());
  Write("x");
  EXPECT_TRUE(stream_->was_cut());
}

TEST_F(AsioStreamTest, APeerThatTakesNothingForTooLongIsCut) {
  Connect({.stall_ms_max = 30});
  auto gone = stream_->whenWriteDisconnected();
  Write(std::string(10 << 20, 'x'));
  gone.wait(scope());
  EXPECT_TRUE(stream_->was_cut());
}

TEST_F(AsioStreamTest, APeerThatTakesALittleNowAndThenIsNotCut) {
  Connect({.stall_ms_max = 500});
  std::string text = Pattern(2 << 20);
  Write(text);
  Turn();
  std::string got;
  while (got.size() < text.size()) {
    got += PeerTakes(64 << 10);
    loop_.impl().port.Sleep(1).wait(scope());
  }
  EXPECT_TRUE(got == text);
  EXPECT_FALSE(stream_->was_cut());
}

TEST_F(AsioStreamTest, AnswersWhatTheRpcSystemAsksOfSockets) {
  ConnectTcp();
  int bytes = 0;
  kj::uint size = sizeof(bytes);
  stream_->getsockopt(SOL_SOCKET, SO_SNDBUF, &bytes, &size);
  EXPECT_GT(bytes, 0);
  sockaddr_in address{};
  size = sizeof(address);
  stream_->getpeername(reinterpret_cast<sockaddr*>(&address), &size);
  EXPECT_EQ(address.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
}

}  // namespace
}  // namespace pegel::net
