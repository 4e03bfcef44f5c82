#include "net/asio_stream.h"

#include <kj/debug.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstring>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace pegel::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

// Holds some 200 calls of ordinary size.
constexpr size_t kReadBufferBytes = 64 << 10;

// A turn that writes more than this sends before it ends: large replies need not pile up.
constexpr size_t kGatheredBytesMax = 256 << 10;

// Memory that one connection keeps between turns for what it gathers.
constexpr size_t kIdleBytesMax = 1 << 20;

bool IsDisconnect(const error_code& error) {
  if (error == asio::error::eof) return true;
  if (error.category() != boost::system::system_category()) return false;
  constexpr int kEnds[] = {ECANCELED,   ECONNABORTED, ECONNRESET, EHOSTUNREACH, ENETDOWN,
                           ENETUNREACH, ENOTCONN,     EPIPE,      ETIMEDOUT};
  return std::find(std::begin(kEnds), std::end(kEnds), error.value()) != std::end(kEnds);
}

kj::Exception Disconnect(kj::StringPtr why) {
  return kj::Exception(kj::Exception::Type::DISCONNECTED, __FILE__, __LINE__, kj::str(why));
}

kj::Exception ToException(const error_code& error, kj::StringPtr what) {
  auto type = IsDisconnect(error) ? kj::Exception::Type::DISCONNECTED : kj::Exception::Type::FAILED;
  return kj::Exception(type, __FILE__, __LINE__, kj::str(what, ": ", error.message().c_str()));
}

}  // namespace

// The state that asio's handlers share with the stream. It holds no promise once the stream is
// gone, so it may die after the KJ loop.
class AsioStream::Impl final : public Flushable, public std::enable_shared_from_this<Impl> {
 public:
  Impl(AsioPort& port, kj::AutoCloseFd socket, OutgoingLimits limits)
      : port_(port), socket_(port.io()), limits_(limits), stall_timer_(port.io()) {
    socket_.assign(tcp::v4(), socket.get());  // The protocol is only noted, never used.
    kj::mv(socket).release();
    socket_.non_blocking(true);
  }

  // ---- reading ----
  size_t Take(kj::byte* out, size_t bytes_max);
  void GiveBack(kj::ArrayPtr<const kj::byte> bytes);
  void Wait(Reading* reading);
  void Forget(Reading* reading);
  void StartRead();
  bool has_read_end() const { return read_end_.has_value(); }
  bool is_end_of_stream() const { return read_end_ == asio::error::eof; }
  kj::Exception ReadFailure() const { return ToException(*read_end_, "Reading"); }

  // ---- writing ----
  void Append(kj::ArrayPtr<const kj::byte> bytes);
  void Gathered();
  void Flush() override;
  void ShutDownWriting();
  kj::Promise<void> WhenDisconnected();
  const kj::Maybe<kj::Exception>& write_failure() const { return write_failure_; }

  void Close();
  tcp::socket& socket() { return socket_; }
  bool was_cut() const { return was_cut_; }
  uint64_t system_writes() const { return system_writes_; }

 private:
  void OnRead(const error_code& error, size_t bytes);
  size_t WriteSome();
  void Taken(size_t bytes);
  void WaitUntilWritable();
  void WatchForStall(Clock::time_point deadline);
  void OnStallTimer();
  void ShutDownIfDrained();
  void FailWriting(kj::Exception failure);
  void Cut(kj::StringPtr why);
  void Disconnected();
  size_t waiting_bytes() const { return outgoing_.size() - outgoing_taken_; }

  AsioPort& port_;
  tcp::socket socket_;
  OutgoingLimits limits_;

  std::unique_ptr<kj::byte[]> buffer_;  // Made by the first read.
  size_t buffer_begin_ = 0;
  size_t buffer_end_ = 0;
  std::vector<kj::byte> given_back_;  // Comes before the buffer. Almost always empty.
  std::optional<error_code> read_end_;
  bool is_reading_ = false;
  Reading* reading_ = nullptr;

  std::vector<kj::byte> outgoing_;
  size_t outgoing_taken_ = 0;
  bool is_dirty_ = false;    // The port will call Flush.
  bool is_blocked_ = false;  // Waiting for the kernel to take more.
  bool is_shutdown_wanted_ = false;
  bool was_cut_ = false;
  uint64_t system_writes_ = 0;
  kj::Maybe<kj::Exception> write_failure_;
  std::vector<kj::Own<kj::PromiseFulfiller<void>>> disconnect_watchers_;
  asio::steady_timer stall_timer_;
  bool is_stall_watched_ = false;
  Clock::time_point last_taken_;
};

// A tryRead that waits for bytes. At most one per stream.
class AsioStream::Reading {
 public:
  Reading(kj::PromiseFulfiller<size_t>& fulfiller, std::shared_ptr<Impl> impl, kj::byte* out,
          size_t taken, size_t bytes_min, size_t bytes_max)
      : fulfiller_(fulfiller),
        impl_(std::move(impl)),
        out_(out),
        taken_(taken),
        bytes_min_(bytes_min),
        bytes_max_(bytes_max) {
    impl_->Wait(this);
  }
  ~Reading() {
    impl_->Forget(this);
    if (fulfiller_.isWaiting()) impl_->GiveBack(kj::arrayPtr(out_, taken_));
  }
  KJ_DISALLOW_COPY(Reading);

  void OnBytes() {
    taken_ += impl_->Take(out_ + taken_, bytes_max_ - taken_);
    if (taken_ >= bytes_min_ || impl_->is_end_of_stream()) return Finish();
    if (!impl_->has_read_end()) return impl_->StartRead();
    impl_->Forget(this);
    fulfiller_.reject(impl_->ReadFailure());
  }

 private:
  void Finish() {
    impl_->Forget(this);
    fulfiller_.fulfill(kj::cp(taken_));
  }

  kj::PromiseFulfiller<size_t>& fulfiller_;
  std::shared_ptr<Impl> impl_;
  kj::byte* out_;
  size_t taken_;
  size_t bytes_min_;
  size_t bytes_max_;
};

// ---- reading ----

size_t AsioStream::Impl::Take(kj::byte* out, size_t bytes_max) {
  size_t from_given_back = std::min(bytes_max, given_back_.size());
  if (from_given_back > 0) {
    std::memcpy(out, given_back_.data(), from_given_back);
    given_back_.erase(given_back_.begin(), given_back_.begin() + from_given_back);
  }
  size_t from_buffer = std::min(bytes_max - from_given_back, buffer_end_ - buffer_begin_);
  if (from_buffer > 0) {
    std::memcpy(out + from_given_back, buffer_.get() + buffer_begin_, from_buffer);
    buffer_begin_ += from_buffer;
  }
  return from_given_back + from_buffer;
}

void AsioStream::Impl::GiveBack(kj::ArrayPtr<const kj::byte> bytes) {
  given_back_.insert(given_back_.begin(), bytes.begin(), bytes.end());
}

void AsioStream::Impl::Wait(Reading* reading) {
  KJ_REQUIRE(reading_ == nullptr, "two reads at once on one stream");
  reading_ = reading;
  StartRead();
}

void AsioStream::Impl::Forget(Reading* reading) {
  if (reading_ == reading) reading_ = nullptr;
}

// Only called when every byte read before has been taken.
void AsioStream::Impl::StartRead() {
  if (is_reading_) return;  // Of a cancelled tryRead; its bytes will come to this one.
  is_reading_ = true;
  if (buffer_ == nullptr) buffer_.reset(new kj::byte[kReadBufferBytes]);
  socket_.async_read_some(
      asio::buffer(buffer_.get(), kReadBufferBytes),
      [self = shared_from_this()](const error_code& error, size_t bytes) noexcept {
        self->OnRead(error, bytes);
      });
}

void AsioStream::Impl::OnRead(const error_code& error, size_t bytes) {
  is_reading_ = false;
  buffer_begin_ = 0;
  buffer_end_ = bytes;
  if (error) read_end_ = error;
  if (error && error != asio::error::eof) Disconnected();
  if (reading_ != nullptr) reading_->OnBytes();
}

// ---- writing ----

void AsioStream::Impl::Append(kj::ArrayPtr<const kj::byte> bytes) {
  outgoing_.insert(outgoing_.end(), bytes.begin(), bytes.end());
}

// After each write(): sends now when a lot has gathered, else at the end of the turn.
void AsioStream::Impl::Gathered() {
  if (waiting_bytes() >= kGatheredBytesMax && !is_blocked_) Flush();
  if (waiting_bytes() > limits_.bytes_max) {
    return Cut("The peer does not take its replies: the limit on waiting bytes is reached.");
  }
  if (is_dirty_ || is_blocked_ || waiting_bytes() == 0) return;
  is_dirty_ = true;
  port_.FlushAtEndOfTurn(shared_from_this());
}

void AsioStream::Impl::Flush() {
  is_dirty_ = false;
  if (is_blocked_ || write_failure_ != nullptr) return;
  if (waiting_bytes() > 0) Taken(WriteSome());
  if (write_failure_ != nullptr) return;
  if (waiting_bytes() > 0) WaitUntilWritable();
  ShutDownIfDrained();
}

// Returns how many bytes the kernel took.
size_t AsioStream::Impl::WriteSome() {
  error_code error;
  ++system_writes_;
  size_t bytes =
      socket_.write_some(asio::buffer(outgoing_.data() + outgoing_taken_, waiting_bytes()), error);
  if (error && error != asio::error::would_block) FailWriting(ToException(error, "Writing"));
  return error ? 0 : bytes;
}

void AsioStream::Impl::Taken(size_t bytes) {
  outgoing_taken_ += bytes;
  if (bytes > 0) last_taken_ = Clock::now();
  if (outgoing_taken_ == outgoing_.size()) {
    outgoing_.clear();
    outgoing_taken_ = 0;
    if (outgoing_.capacity() > kIdleBytesMax) std::vector<kj::byte>().swap(outgoing_);
  } else if (outgoing_taken_ > outgoing_.size() / 2) {
    outgoing_.erase(outgoing_.begin(), outgoing_.begin() + outgoing_taken_);
    outgoing_taken_ = 0;
  }
}

void AsioStream::Impl::WaitUntilWritable() {
  is_blocked_ = true;
  socket_.async_wait(tcp::socket::wait_write,
                     [self = shared_from_this()](const error_code& error) noexcept {
                       self->is_blocked_ = false;
                       if (!error) self->Flush();
                     });
  if (limits_.stall_ms_max == 0 || is_stall_watched_) return;
  last_taken_ = Clock::now();
  WatchForStall(last_taken_ + std::chrono::milliseconds(limits_.stall_ms_max));
}

void AsioStream::Impl::WatchForStall(Clock::time_point deadline) {
  is_stall_watched_ = true;
  stall_timer_.expires_at(deadline);
  stall_timer_.async_wait([self = shared_from_this()](const error_code& error) noexcept {
    self->is_stall_watched_ = false;
    if (!error) self->OnStallTimer();
  });
}

void AsioStream::Impl::OnStallTimer() {
  if (waiting_bytes() == 0) return;
  Clock::time_point deadline = last_taken_ + std::chrono::milliseconds(limits_.stall_ms_max);
  if (Clock::now() < deadline) return WatchForStall(deadline);
  Cut("The peer does not take its replies: the limit on waiting time is reached.");
}

void AsioStream::Impl::ShutDownWriting() {
  is_shutdown_wanted_ = true;
  Flush();
}

void AsioStream::Impl::ShutDownIfDrained() {
  if (!is_shutdown_wanted_ || waiting_bytes() > 0) return;
  is_shutdown_wanted_ = false;
  error_code ignored;  // Already disconnected: then there is nothing to tell the peer.
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

// ---- ending ----

kj::Promise<void> AsioStream::Impl::WhenDisconnected() {
  bool has_failed = write_failure_ != nullptr || (has_read_end() && !is_end_of_stream());
  if (has_failed) return kj::READY_NOW;
  auto watcher = kj::newPromiseAndFulfiller<void>();
  disconnect_watchers_.push_back(kj::mv(watcher.fulfiller));
  return kj::mv(watcher.promise);
}

void AsioStream::Impl::FailWriting(kj::Exception failure) {
  write_failure_ = kj::mv(failure);
  outgoing_.clear();
  outgoing_taken_ = 0;
  Disconnected();
}

void AsioStream::Impl::Cut(kj::StringPtr why) {
  was_cut_ = true;
  error_code ignored;
  socket_.close(ignored);  // A read under way ends with ECANCELED, which is DISCONNECTED.
  FailWriting(Disconnect(why));
}

void AsioStream::Impl::Disconnected() {
  auto watchers = std::move(disconnect_watchers_);
  disconnect_watchers_.clear();
  for (auto& watcher : watchers) watcher->fulfill();
}

void AsioStream::Impl::Close() {
  Flush();
  if (write_failure_ == nullptr) write_failure_ = Disconnect("The stream is gone.");
  disconnect_watchers_.clear();
  stall_timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

// ---- the stream ----

AsioStream::AsioStream(AsioPort& port, kj::AutoCloseFd socket, OutgoingLimits limits)
    : impl_(std::make_shared<Impl>(port, kj::mv(socket), limits)) {}

AsioStream::~AsioStream() noexcept(false) { impl_->Close(); }

kj::Promise<size_t> AsioStream::tryRead(void* buffer, size_t minBytes, size_t maxBytes) {
  auto* out = static_cast<kj::byte*>(buffer);
  size_t taken = impl_->Take(out, maxBytes);
  if (taken >= minBytes || impl_->is_end_of_stream()) return taken;
  if (impl_->has_read_end()) return impl_->ReadFailure();
  return kj::newAdaptedPromise<size_t, Reading>(impl_, out, taken, minBytes, maxBytes);
}

kj::Promise<void> AsioStream::write(const void* buffer, size_t size) {
  auto piece = kj::arrayPtr(static_cast<const kj::byte*>(buffer), size);
  return write(kj::arrayPtr(&piece, 1));
}

kj::Promise<void> AsioStream::write(kj::ArrayPtr<const kj::ArrayPtr<const kj::byte>> pieces) {
  KJ_IF_MAYBE (failure, impl_->write_failure()) return kj::cp(*failure);
  for (auto piece : pieces) impl_->Append(piece);
  impl_->Gathered();
  return kj::READY_NOW;
}

kj::Promise<void> AsioStream::whenWriteDisconnected() { return impl_->WhenDisconnected(); }

void AsioStream::shutdownWrite() { impl_->ShutDownWriting(); }

void AsioStream::abortRead() {
  error_code ignored;
  impl_->socket().shutdown(tcp::socket::shutdown_receive, ignored);
}

void AsioStream::getsockopt(int level, int option, void* value, kj::uint* length) {
  KJ_SYSCALL(::getsockopt(impl_->socket().native_handle(), level, option, value, length));
}

void AsioStream::setsockopt(int level, int option, const void* value, kj::uint length) {
  KJ_SYSCALL(::setsockopt(impl_->socket().native_handle(), level, option, value, length));
}

void AsioStream::getsockname(struct sockaddr* addr, kj::uint* length) {
  KJ_SYSCALL(::getsockname(impl_->socket().native_handle(), addr, length));
}

void AsioStream::getpeername(struct sockaddr* addr, kj::uint* length) {
  KJ_SYSCALL(::getpeername(impl_->socket().native_handle(), addr, length));
}

kj::Maybe<int> AsioStream::getFd() const { return impl_->socket().native_handle(); }

bool AsioStream::was_cut() const { return impl_->was_cut(); }

uint64_t AsioStream::system_writes() const { return impl_->system_writes(); }

}  // namespace pegel::net
