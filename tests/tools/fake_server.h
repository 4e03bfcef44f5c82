// A server that answers as told, loses connections on demand, and waits without a clock.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "net/client.h"
#include "tools/shell/session.h"

namespace pegel::tools {

class FakeServer {
 public:
  // What Call() gives next; when there is nothing left, each statement is answered `success` with
  // lsn 1, 2, ….
  void Next(absl::StatusOr<net::CallReply> reply) { replies_.push_back(std::move(reply)); }

  // The next `count` attempts to connect fail; -1: all.
  void RefuseConnections(int count) { refusals_ = count; }

  SessionPorts Ports();

  const std::vector<net::Statement>& sent() const { return sent_; }
  int connects() const { return connects_; }
  const std::vector<absl::Duration>& pauses() const { return pauses_; }
  absl::Duration waited() const { return now_ - absl::UnixEpoch(); }

  absl::StatusOr<net::CallReply> Answer(const net::Statement& statement);

 private:
  absl::StatusOr<std::unique_ptr<net::Client>> Connect();
  void Sleep(absl::Duration pause);

  std::deque<absl::StatusOr<net::CallReply>> replies_;
  std::vector<net::Statement> sent_;
  std::vector<absl::Duration> pauses_;
  absl::Time now_ = absl::UnixEpoch();
  int refusals_ = 0;
  int connects_ = 0;
  uint64_t ids_ = 0;
  uint64_t lsn_ = 0;
};

net::CallReply Success(uint64_t lsn);
net::CallReply Refusal(ErrorCode code, const std::string& message);

}  // namespace pegel::tools
