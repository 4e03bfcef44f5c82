// What net::Server is: an acceptor, and a session for every connection within the limits.
#pragma once

#include <kj/async.h>

#include <map>
#include <memory>
#include <string>

#include "net/acceptor.h"
#include "net/asio_port.h"
#include "net/server.h"
#include "net/task_hub.h"
#include "net/watch_hub.h"

namespace pegel::net {

class Listener final : public Server, private kj::TaskSet::ErrorHandler {
 public:
  Listener(AsioPort& port, Line& line, const Limits& limits);
  ~Listener() noexcept override;

  absl::Status Start(const std::string& address);

  std::string address() const override;
  size_t connections() const override { return connections_; }
  const ServerCounters& counters() const override { return counters_; }
  void StopAccepting() override;

 private:
  void OnConnection(boost::asio::ip::tcp::socket socket);
  bool IsWithinLimits(const std::string& peer_ip);
  void OpenSession(boost::asio::ip::tcp::socket socket, const std::string& peer_ip);
  void OnSessionEnd(const std::string& peer_ip);
  void taskFailed(kj::Exception&& exception) override;

  AsioPort& port_;
  Line& line_;
  Limits limits_;
  ServerCounters counters_;
  std::shared_ptr<Acceptor> acceptor_;
  size_t connections_ = 0;
  std::map<std::string, size_t> connections_by_ip_;
  WatchHub watches_;
  TaskHub tasks_;
  kj::TaskSet sessions_;  // Last: goes first, and every session on its way out is counted.
};

}  // namespace pegel::net
