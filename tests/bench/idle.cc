// Ten thousand connections that say nothing, and as many watchers as a server takes: what they
// cost in memory, and whether others notice.
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "net/admin.capnp.h"
#include "net/connection.h"
#include "net/event_loop.h"
#include "net/event_loop_impl.h"
#include "net/limits.h"
#include "tests/bench/figure.h"
#include "tests/bench/load.h"
#include "tests/bench/maker.h"
#include "tests/system/process.h"

namespace pegel::testing {
namespace {

constexpr int kConnections = 10'000;

class Sink final : public net::wire::ChangeSink::Server {
 protected:
  kj::Promise<void> changes(ChangesContext) override { return kj::READY_NOW; }
  kj::Promise<void> ended(EndedContext) override { return kj::READY_NOW; }
};

// On a thread of its own, because it must answer what the server sends.
class IdleClients {
 public:
  // The first `watchers` of the connections watch.
  IdleClients(const std::string& address, int connections, int watchers)
      : thread_([this, address, connections, watchers] { Run(address, connections, watchers); }) {
    while (!is_ready_) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ~IdleClients() {
    loop_.load()->Stop();
    thread_.join();
  }

 private:
  void Run(const std::string& address, int connections, int watchers) {
    net::EventLoop loop;
    loop_ = &loop;
    auto where = net::ParseHostPort(address);
    std::vector<std::unique_ptr<net::Connection>> all;
    std::vector<net::wire::Admin::Client> admins;
    std::vector<net::wire::Subscription::Client> subscriptions;
    for (int i = 0; i < connections; ++i) {
      all.push_back(
          std::make_unique<net::Connection>(loop.impl().calls(), net::Dial(loop, *where)));
      admins.push_back(all.back()->AskForAdmin());
      if (i < watchers) subscriptions.push_back(Watch(loop, admins.back(), i));
    }
    is_ready_ = true;
    loop.Run();
  }

  static net::wire::Subscription::Client Watch(net::EventLoop& loop,
                                               net::wire::Admin::Client& admin, int number) {
    auto& scope = loop.impl().wait_scope;
    auto status = admin.statusRequest().send().wait(scope);
    auto watch = admin.watchRequest();
    watch.setFromLsn(status.getStatus().getLsnDurable() + 1);
    watch.setName(absl::StrCat("idle-", number).c_str());
    watch.initFilter().initKinds(1).set(0, net::wire::WatchFilter::Kind::CONFIGS);
    watch.setSink(kj::heap<Sink>());
    auto reply = watch.send().wait(scope);
    if (!reply.getReply().isStarted()) Fail(reply.getReply().getError().getMessage().cStr());
    return reply.getReply().getStarted().getSubscription();
  }

  std::atomic<bool> is_ready_ = false;
  std::atomic<net::EventLoop*> loop_ = nullptr;
  std::thread thread_;
};

void AllowDescriptors(rlim_t count) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::max(limit.rlim_cur, std::min(count, limit.rlim_max));
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < count) Fail(absl::StrCat("ulimit -n: at least ", count, " are needed"));
}

}  // namespace

std::vector<Figure> IdleFigures(bool is_quick) {
  AllowDescriptors(kConnections + 1'000);  // pegeld inherits it.
  const int watchers = static_cast<int>(net::Limits().watches_max);
  const int rounds = is_quick ? 5 : 15;
  const std::string most = absl::StrCat(kConnections + 100);
  const std::vector<std::string> flags = {"--connections-max", most,
                                          "--connections-per-address-max", most};
  TemporaryDirectory directory;
  ServerProcess alone(PEGELD, directory.path() + "/alone", flags);
  ServerProcess crowded(PEGELD, directory.path() + "/crowded", flags);
  if (alone.address().empty() || crowded.address().empty()) Fail(alone.output() + crowded.output());
  auto rate = [](const ServerProcess& server) {
    return PerSecond(server, {"--seconds", "0.7", "--warmup", "0.3", "--keys", "1000"});
  };
  rate(alone), rate(crowded);
  const auto before = static_cast<double>(MegabytesOf(crowded.pid(), "VmRSS"));
  const IdleClients idle(crowded.address(), kConnections, watchers);
  const auto after = static_cast<double>(MegabytesOf(crowded.pid(), "VmRSS"));
  std::vector<double> ratios, without, with;
  for (int i = 0; i < rounds; ++i) {
    if (i % 2 == 0) without.push_back(rate(alone)), with.push_back(rate(crowded));
    if (i % 2 == 1) with.push_back(rate(crowded)), without.push_back(rate(alone));
    ratios.push_back(with.back() / without.back());
  }
  std::sort(ratios.begin(), ratios.end());
  std::sort(with.begin(), with.end());
  std::sort(without.begin(), without.end());
  std::printf(
      "idle: connections=%d watchers=%d before_mib=%.0f after_mib=%.0f calls_alone=%.0f "
      "calls_crowded=%.0f ratios %.2f to %.2f\n",
      kConnections, watchers, before, after, without[rounds / 2], with[rounds / 2], ratios.front(),
      ratios.back());
  const std::string of =
      absl::StrCat(kConnections, " idle connections, ", watchers, " watchers of configs: ");
  return {{of + "memory", 300, after - before, "MiB", true},
          {of + "calls of others", 0.95, ratios[rounds / 2], "x"}};
}

}  // namespace pegel::testing
