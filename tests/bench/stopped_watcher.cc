// What others lose while a subscriber takes nothing.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "net/client.h"
#include "tests/bench/figure.h"
#include "tests/system/process.h"

namespace pegel::testing {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void Fail(const std::string& why) {
  std::fprintf(stderr, "pegel_goals: %s\n", why.c_str());
  std::exit(1);
}

std::unique_ptr<net::Client> MustConnect(const std::string& address) {
  auto client = net::Client::Connect(address);
  if (!client.ok()) Fail(std::string(client.status().message()));
  return *std::move(client);
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// ---- load ----

constexpr int kClients = 4;
constexpr int kCallsUnderWay = 64;  // Of each client.

// Adds and drops entries until `end`; every call is a record with an event. Returns the calls made.
uint64_t MakeCalls(const std::string& address, int number, Clock::time_point end) {
  auto client = MustConnect(address);
  std::vector<net::Statement> statements;
  for (int i = 0; i < kCallsUnderWay; ++i) {
    const char* procedure = i % 2 == 0 ? "add_acl" : "drop_acl";
    statements.push_back({.text = absl::StrCat("CALL sys.", procedure, "('d", number, ".t", i / 2,
                                               "', 'ALLOW', 'User:u', 'READ', '*')")});
  }
  uint64_t calls = 0;
  for (; Clock::now() < end; calls += kCallsUnderWay) {
    auto replies = client->CallAll(statements);
    if (!replies.ok()) Fail(std::string(replies.status().message()));
  }
  return calls;
}

double CallsPerSecond(const std::string& address, std::chrono::milliseconds length) {
  std::atomic<uint64_t> calls = 0;
  Clock::time_point begin = Clock::now();
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&, i] { calls += MakeCalls(address, i, begin + length); });
  }
  for (std::thread& client : clients) client.join();
  return static_cast<double>(calls) / std::chrono::duration<double>(Clock::now() - begin).count();
}

// ---- benchmarks ----

// A subscriber of everything that never takes a batch, as one that was stopped by SIGSTOP.
class StoppedWatcher {
 public:
  explicit StoppedWatcher(const std::string& address)
      : thread_([this, address] {
          auto client = MustConnect(address);
          auto status = client->AskStatus();
          if (!status.ok()) Fail(std::string(status.status().message()));
          auto watcher = client->Watch({Next(status->lsn_durable), "stopped", {}});
          if (!watcher.ok()) Fail(std::string(watcher.status().message()));
          is_watching_ = true;
          while (!is_over_) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }) {
    while (!is_watching_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ~StoppedWatcher() {
    is_over_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> is_watching_ = false, is_over_ = false;
  std::thread thread_;
};

}  // namespace

// Short rounds without and with the watcher take turns, so that what else the machine does meets
// both; the median of the pairs' ratios forgives those that it did not meet alike.
std::vector<Figure> StoppedWatcherFigures(bool is_quick) {
  const int pairs = is_quick ? 9 : 61;
  const auto length = std::chrono::milliseconds(500);
  TemporaryDirectory directory;
  ServerProcess server(PEGELD, directory.path() + "/data");
  if (server.address().empty()) Fail(server.output());
  CallsPerSecond(server.address(), length);  // Warms up.
  std::vector<double> without, with, ratios;
  for (int i = 0; i < pairs; ++i) {
    auto measure_without = [&] { without.push_back(CallsPerSecond(server.address(), length)); };
    auto measure_with = [&] {
      StoppedWatcher watcher(server.address());
      with.push_back(CallsPerSecond(server.address(), length));
    };
    if (i % 2 == 0) measure_without(), measure_with();
    if (i % 2 == 1) measure_with(), measure_without();
    ratios.push_back(with.back() / without.back());
  }
  std::sort(ratios.begin(), ratios.end());
  std::printf(
      "stopped watcher: clients=%d pairs=%d without=%.0f with=%.0f calls/s, middle half of "
      "the ratios %.3f to %.3f\n",
      kClients, pairs, Median(without), Median(with), ratios[pairs / 4], ratios[pairs * 3 / 4]);
  return {{"calls with a stopped watcher, relative to none", 0.95, Median(ratios), "ratio"}};
}

}  // namespace pegel::testing
