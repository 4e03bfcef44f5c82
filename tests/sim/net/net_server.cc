#include "tests/sim/net/net_server.h"

#include <kj/debug.h>

#include <utility>

#include "absl/strings/str_cat.h"

namespace pegel::sim {

NetServer::NetServer(Stage& stage, SimPort& port, SimServer& server)
    : stage_(stage),
      port_(port),
      server_(server),
      line_(stage, server, nullptr),
      watches_(port, line_, limits_, counters_),
      tasks_(port, line_, limits_, counters_),
      sessions_(*this) {}

NetServer::~NetServer() noexcept {
  for (auto& kill : kill_) kill();
}

kj::Own<net::Stream> NetServer::Accept(const Author& caller, std::shared_ptr<Spoken> spoken) {
  stage_.Count("connections");
  SimStreams ends = Connect(stage_, port_, absl::StrCat("c", stage_.counts["connections"]));
  kill_.push_back(std::move(ends.kill_server));
  auto line = kj::heap<SimLine>(stage_, server_, std::move(spoken));
  auto session = kj::heap<net::Session>(port_, kj::mv(ends.server), caller, *line, watches_, tasks_,
                                        limits_, counters_);
  auto run = session->Run();
  sessions_.add(run.attach(kj::mv(session), kj::mv(line)));
  return kj::mv(ends.client);
}

kj::Own<net::Stream> Ways::Dial(const Author& caller, std::shared_ptr<Spoken> spoken,
                                kj::WaitScope& scope) {
  port_.Sleep(static_cast<int64_t>(stage_.Upto(stage_.weather.delay_ms_max))).wait(scope);
  if (server == nullptr) {
    kj::throwFatalException(KJ_EXCEPTION(DISCONNECTED, "the simulated server is down"));
  }
  return server->Accept(caller, std::move(spoken));
}

}  // namespace pegel::sim
