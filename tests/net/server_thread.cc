#include "tests/net/server_thread.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <utility>

#include "net/client.h"

namespace pegel::net {

ServerThread::MakeLine ServerThread::WithEngine() { return WithEngine(ChangeFeedOptions{}); }

ServerThread::MakeLine ServerThread::WithEngine(ChangeFeedOptions changes) {
  return [changes](EventLoop& loop) { return std::make_unique<EngineLine>(loop, changes); };
}

ServerThread::MakeLine ServerThread::WithAuthorization() {
  return [](EventLoop& loop) {
    std::map<std::string, config::Value> statics = {{"authorizer.enabled", "true"}};
    return std::make_unique<EngineLine>(loop, ChangeFeedOptions{}, std::move(statics));
  };
}

ServerThread::MakeLine ServerThread::WithFake() {
  return [](EventLoop&) { return std::make_unique<FakeLine>(); };
}

ServerThread::ServerThread(const Limits& limits, MakeLine make_line) {
  std::promise<void> ready;
  thread_ = std::thread([&] { Run(limits, make_line, [&] { ready.set_value(); }); });
  ready.get_future().wait();
}

ServerThread::~ServerThread() {
  loop_->Stop();
  thread_.join();
}

void ServerThread::Run(const Limits& limits, const MakeLine& make_line,
                       std::function<void()> ready) {
  EventLoop loop;
  loop_ = &loop;
  line_ = make_line(loop);
  auto server = Server::Listen(loop, *line_, "127.0.0.1:0", limits);
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
  address_ = server_->address();
  ready();
  loop.Run();
  server_.reset();
  line_.reset();
}

void ServerThread::OnLoop(std::function<void()> task) {
  std::promise<void> done;
  loop_->Post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

void ServerThread::WaitUntil(std::function<bool()> condition) {
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  bool holds = false;
  while (!holds && std::chrono::steady_clock::now() < deadline) {
    OnLoop([&] { holds = condition(); });
    if (!holds) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_TRUE(holds) << "waited in vain";
}

ServerCounters ServerThread::counters() {
  ServerCounters counters;
  OnLoop([&] { counters = server_->counters(); });
  return counters;
}

size_t ServerThread::connections() {
  size_t connections = 0;
  OnLoop([&] { connections = server_->connections(); });
  return connections;
}

void ServerThread::CloseServer() {
  OnLoop([&] { server_.reset(); });
}

void ServerThread::CloseLine() {
  OnLoop([&] { line_.reset(); });
}

void ExpectServes(ServerThread& server) {
  auto client = Client::Connect(server.address());
  ASSERT_TRUE(client.ok()) << client.status();
  auto status = (*client)->AskStatus();
  EXPECT_TRUE(status.ok()) << status.status();
  auto shown = (*client)->Call({.text = "SHOW PROCEDURES"});
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_FALSE(shown->table.rows.empty());
}

}  // namespace pegel::net
