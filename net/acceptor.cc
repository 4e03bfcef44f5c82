#include "net/acceptor.h"

#include <sstream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace pegel::net {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

// After an accept failed for want of descriptors or memory. Others have to close first, so trying
// at once would only burn the processor.
constexpr auto kRestAfterFailure = std::chrono::milliseconds(100);

std::string ToText(const tcp::endpoint& endpoint) {
  std::ostringstream out;
  out << endpoint;
  return out.str();
}

absl::Status CannotListen(const tcp::endpoint& endpoint, const std::string& why) {
  return absl::UnavailableError(absl::StrCat("Cannot listen on ", ToText(endpoint), ": ", why,
                                             ". Stop what listens there, or choose another "
                                             "address."));
}

// The peer gave up before we came to it: no fault of ours, go on.
bool IsPeerGone(const error_code& error) { return error == boost::asio::error::connection_aborted; }

}  // namespace

absl::StatusOr<std::shared_ptr<Acceptor>> Acceptor::Listen(boost::asio::io_context& io,
                                                           const tcp::endpoint& endpoint,
                                                           int accepts_per_second_max,
                                                           Handler handler) {
  auto acceptor = std::make_shared<Acceptor>(io, accepts_per_second_max, std::move(handler));
  try {
    acceptor->Bind(endpoint);
  } catch (const boost::system::system_error& error) {
    return CannotListen(endpoint, error.code().message());
  }
  acceptor->Accept();
  return acceptor;
}

Acceptor::Acceptor(boost::asio::io_context& io, int accepts_per_second_max, Handler handler)
    : acceptor_(io),
      rest_(io),
      accepts_per_second_max_(accepts_per_second_max),
      handler_(std::move(handler)),
      second_begin_(Clock::now()) {}

void Acceptor::Bind(const tcp::endpoint& endpoint) {
  acceptor_.open(endpoint.protocol());
  acceptor_.set_option(tcp::acceptor::reuse_address(true));
  acceptor_.bind(endpoint);
  acceptor_.listen();
  endpoint_ = acceptor_.local_endpoint();
}

void Acceptor::Stop() {
  is_stopped_ = true;
  error_code ignored;  // Closing a listening socket leaves nothing to do, whatever it returns.
  acceptor_.close(ignored);
  rest_.cancel();
}

void Acceptor::Accept() {
  acceptor_.async_accept(
      [self = shared_from_this()](const error_code& error, tcp::socket socket) noexcept {
        if (!self->is_stopped_) self->OnAccept(error, std::move(socket));
      });
}

void Acceptor::OnAccept(const error_code& error, tcp::socket socket) {
  if (!error) {
    handler_.on_connection(std::move(socket));
  } else if (!IsPeerGone(error)) {
    handler_.on_failure();
    return RestUntil(Clock::now() + kRestAfterFailure);
  }
  if (IsPaceReached()) return RestUntil(second_begin_ + std::chrono::seconds(1));
  Accept();
}

bool Acceptor::IsPaceReached() {
  Clock::time_point now = Clock::now();
  if (now >= second_begin_ + std::chrono::seconds(1)) {
    second_begin_ = now;
    accepts_in_second_ = 0;
  }
  return ++accepts_in_second_ >= accepts_per_second_max_;
}

void Acceptor::RestUntil(Clock::time_point end) {
  rest_.expires_at(end);
  rest_.async_wait([self = shared_from_this()](const error_code&) noexcept {
    if (!self->is_stopped_) self->Accept();
  });
}

}  // namespace pegel::net
