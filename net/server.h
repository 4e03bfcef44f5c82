// The listening side: accepts connections and turns their RPC calls into commands on the line.
//
// net/admin.capnp is the interface, net/caller.h says who calls. Loop thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/ports.h"
#include "net/event_loop.h"
#include "net/limits.h"

namespace pegel::net {

// What happened since the server began to listen. Only ever grow.
struct ServerCounters {
  uint64_t connections_accepted = 0;
  uint64_t connections_refused_total = 0;        // Over Limits::connections_max, closed at once.
  uint64_t connections_refused_per_address = 0;  // Over Limits::connections_per_address_max.
  uint64_t connections_timed_out = 0;            // No message within Limits::first_message_ms_max.
  uint64_t connections_cut = 0;                  // Did not take their replies.
  uint64_t accepts_failed = 0;                   // E.g. no file descriptor left; tried again later.
  uint64_t calls = 0;                            // That reached the line or were refused for load.
  uint64_t calls_overloaded = 0;                 // Over Limits::calls_in_flight_max.
  uint64_t watches = 0;                          // Subscriptions begun.
  uint64_t watches_cut = 0;                      // Ended because the subscriber was too slow.
  uint64_t task_batches = 0;                     // Sent to tablet servers.
  uint64_t task_sinks_cut = 0;                   // Ended because the tablet server was too slow.
};

class Server {
 public:
  // Listens on `address` (`host:port`, port 0: any free one). Until callers authenticate, only
  // loopback addresses are taken. `loop` and `line` must outlive the server. Errors name the
  // address and what to do.
  static absl::StatusOr<std::unique_ptr<Server>> Listen(EventLoop& loop, Line& line,
                                                        const std::string& address,
                                                        const Limits& limits);
  // Whether Listen would take the address, as far as its text tells.
  static absl::Status CheckAddress(const std::string& address);
  virtual ~Server() = default;  // Closes the listener and every connection.

  virtual std::string address() const = 0;  // As bound, e.g. `127.0.0.1:7345`.
  virtual size_t connections() const = 0;
  virtual const ServerCounters& counters() const = 0;

  // Takes no new connection; existing ones go on until the server is destroyed.
  virtual void StopAccepting() = 0;
};

}  // namespace pegel::net
