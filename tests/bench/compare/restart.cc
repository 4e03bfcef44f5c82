#include "tests/bench/compare/restart.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>

#include "absl/strings/str_cat.h"
#include "net/client.h"
#include "tests/bench/compare/contestants.h"
#include "tests/bench/maker.h"
#include "tests/system/process.h"

namespace pegel::testing {
namespace {

double SecondsOf(const std::function<void()>& task) {
  const auto begin = std::chrono::steady_clock::now();
  task();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// From the start of the process to the first answer; then it is killed. A put is the shortest
// question that only a server that has recovered answers.
double EtcdSeconds(const std::string& directory) {
  return SecondsOf([&] { StartEtcd(directory)->Run({.outstanding = 1, .seconds = 0, .puts = 1}); });
}

// All records are read and folded: there is no snapshot.
double PegelSeconds(const std::string& directory) {
  return SecondsOf([&] {
    ServerProcess server(PEGELD, directory);
    if (server.address().empty()) Fail(server.output());
    auto client = net::Client::Connect(server.address());
    if (!client.ok() || !(*client)->AskStatus().ok()) Fail("no answer after a restart");
    server.End(SIGKILL);
  });
}

struct Restarts {
  std::vector<double> empty, full;
  double Slope(uint64_t keys) const {
    return (Median(full) - Median(empty)) / static_cast<double>(keys);
  }
};

}  // namespace

std::vector<Figure> RestartFigures(bool is_quick, const std::string& data) {
  const uint64_t keys = is_quick ? 50'000 : 200'000;
  const uint64_t acls = is_quick ? 50'000 : 99'000;
  const int rounds = is_quick ? 3 : 5;
  const std::string etcd = data + "/restart-etcd", pegel = data + "/restart-pegel";
  StartEtcd(etcd)->Run(
      {.outstanding = 16, .batch = 64, .seconds = 0, .puts = static_cast<int64_t>(keys)});
  // The limit of a World is 100,000 entries.
  { Maker(pegel).AddAcls(acls, acls); }
  { Maker(pegel + "-empty"); }
  Restarts etcds, pegels;
  for (int round = 0; round < rounds; ++round) {
    etcds.empty.push_back(EtcdSeconds(etcd + "-empty"));
    pegels.empty.push_back(PegelSeconds(pegel + "-empty"));
    etcds.full.push_back(EtcdSeconds(etcd));
    pegels.full.push_back(PegelSeconds(pegel));
  }
  const double per_etcd = etcds.Slope(keys), per_pegel = pegels.Slope(acls);
  std::fprintf(stderr,
               "restart: etcd empty %.2f s, %zu keys %.2f s; pegeld empty %.2f s, %zu ACLs %.2f s; "
               "a key %.2f us against %.2f us\n",
               Median(etcds.empty), static_cast<size_t>(keys), Median(etcds.full),
               Median(pegels.empty), static_cast<size_t>(acls), Median(pegels.full), per_etcd * 1e6,
               per_pegel * 1e6);
  return {{absl::StrCat("restart after a kill, time for each key beyond an empty server (", keys,
                        " keys): etcd's against ours"),
           5, per_etcd / per_pegel, "x"},
          {"restart after a kill, all in all: etcd's time against ours", std::nullopt,
           Median(etcds.full) / Median(pegels.full), "x"}};
}

}  // namespace pegel::testing
