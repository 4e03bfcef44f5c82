// The accept loop: takes connections off the kernel's queue, not faster than asked.
//
// When the process has no file descriptor left, or the pace is reached, it rests; connections wait
// in the kernel's queue meanwhile. Loop thread only.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/statusor.h"

namespace pegel::net {

// Shared with its own handlers; stops for good with Stop().
class Acceptor final : public std::enable_shared_from_this<Acceptor> {
 public:
  struct Handler {
    std::function<void(boost::asio::ip::tcp::socket)> on_connection;  // Must not throw.
    std::function<void()> on_failure;                                 // Accepting failed once.
  };

  // Error: the operating system's, with the address and what to do.
  static absl::StatusOr<std::shared_ptr<Acceptor>> Listen(
      boost::asio::io_context& io, const boost::asio::ip::tcp::endpoint& endpoint,
      int accepts_per_second_max, Handler handler);

  // As bound: with the port that the kernel chose when port 0 was asked for.
  boost::asio::ip::tcp::endpoint endpoint() const { return endpoint_; }

  // Closes the listening socket. No handler is called afterwards.
  void Stop();

  Acceptor(boost::asio::io_context& io, int accepts_per_second_max,
           Handler handler);  // For Listen.

 private:
  using Clock = std::chrono::steady_clock;

  void Bind(const boost::asio::ip::tcp::endpoint& endpoint);
  void Accept();
  void OnAccept(const boost::system::error_code& error, boost::asio::ip::tcp::socket socket);
  bool IsPaceReached();
  void RestUntil(Clock::time_point end);

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::ip::tcp::endpoint endpoint_;
  boost::asio::steady_timer rest_;
  int accepts_per_second_max_;
  Handler handler_;
  bool is_stopped_ = false;
  Clock::time_point second_begin_;  // Of the second that accepts are counted in.
  int accepts_in_second_ = 0;
};

}  // namespace pegel::net
