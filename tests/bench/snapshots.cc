// What snapshots are for, and what they cost: from the start of pegeld to ready, against the length
// of the log, with and without one; the longest time that a caller waited while one of a large
// World was written; memory.
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/canonical.h"
#include "log/data_dir.h"
#include "net/client.h"
#include "tests/bench/figure.h"
#include "tests/bench/maker.h"
#include "tests/system/process.h"

namespace pegel::testing {
namespace {

using Clock = std::chrono::steady_clock;

double Since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double SecondsToReady(const std::string& data_dir) {
  Clock::time_point begin = Clock::now();
  ServerProcess server(PEGELD, data_dir);
  double seconds = Since(begin);
  if (server.address().empty()) Fail(server.output());
  std::printf("  memory: %lu MB, at most %lu MB\n", MegabytesOf(server.pid(), "VmRSS"),
              MegabytesOf(server.pid(), "VmHWM"));
  server.End(SIGTERM);
  return seconds;
}

double MedianOfThree(const std::function<double()>& measure) {
  std::vector<double> all = {measure(), measure(), measure()};
  std::sort(all.begin(), all.end());
  return all[1];
}

std::unique_ptr<net::Client> MustConnect(const std::string& address) {
  auto client = net::Client::Connect(address);
  if (!client.ok()) Fail(std::string(client.status().message()));
  return *std::move(client);
}

// ---- the line ----

struct Waits {
  double longest_ms = 0;
  uint64_t calls = 0;
};

// One caller, one call after the other, until `is_over`.
Waits CallUntil(const std::string& address, const std::function<bool()>& is_over) {
  auto client = MustConnect(address);
  Waits waits;
  for (uint64_t n = 0; !is_over(); ++n) {
    Clock::time_point begin = Clock::now();
    auto reply = client->Call({.text = absl::StrCat("CALL sys.add_acl('d', 'ALLOW', 'User:u",
                                                    n % 100, "', 'READ', '*')")});
    if (!reply.ok()) Fail(std::string(reply.status().message()));
    waits.longest_ms = std::max(waits.longest_ms, Since(begin) * 1000);
    ++waits.calls;
  }
  return waits;
}

}  // namespace

std::vector<Figure> BootFigures(bool is_quick) {
  std::vector<Figure> figures;
  const uint64_t entries = 100'000, tail = 10'000;
  const uint64_t longer = is_quick ? 200'000 : 1'000'000;
  for (uint64_t before : {uint64_t{0}, longer}) {
    TemporaryDirectory directory;
    const std::string data_dir = directory.path() + "/data";
    {
      Maker maker(data_dir);
      maker.AddAcls(entries + before, entries);
      maker.Snapshot();
      maker.AddAcls(tail, entries);
    }
    const std::string what = absl::StrCat("100,000 ACLs, log of ", entries + before + tail);
    std::printf("%s, snapshot and a tail of 10,000:\n", what.c_str());
    double with = MedianOfThree([&] { return SecondsToReady(data_dir); });
    figures.push_back({"boot, " + what + ", with a snapshot", 1.0, with, "s", true});
    std::filesystem::remove_all(log::DataDir{data_dir}.Snapshots());
    std::printf("%s, no snapshot:\n", what.c_str());
    double without = SecondsToReady(data_dir);
    std::printf("boot without: records=%lu seconds=%.3f\n", entries + before + tail, without);
  }
  TemporaryDirectory directory;
  const std::string data_dir = directory.path() + "/data";
  const int tables = is_quick ? 1'000 : 10'000;
  {
    Maker maker(data_dir);
    maker.AddBuckets(tables);
    Clock::time_point begin = Clock::now();
    Hash256 digest = Digest(maker.world());
    std::printf("digest of %d buckets: %.1f ms (%s…)\n", tables * Maker::kBucketsOfTable,
                Since(begin) * 1000, ToHex(digest).substr(0, 8).c_str());
    std::printf("snapshot: %lu bytes\n", maker.Snapshot());
  }
  double seconds = MedianOfThree([&] { return SecondsToReady(data_dir); });
  figures.push_back(
      {absl::StrCat("boot, ", tables * Maker::kBucketsOfTable, " buckets, with a snapshot"), 10.0,
       seconds, "s", true});
  return figures;
}

std::vector<Figure> LineFigures(bool is_quick) {
  TemporaryDirectory directory;
  const std::string data_dir = directory.path() + "/data";
  const int tables = is_quick ? 1'000 : 10'000;
  {
    Maker maker(data_dir);
    maker.AddBuckets(tables);
  }
  ServerProcess server(PEGELD, data_dir);
  if (server.address().empty()) Fail(server.output());
  const int snapshots = is_quick ? 2 : 5;
  std::atomic<bool> is_over = false;
  double snapshot_seconds = 0;
  std::thread taker([&] {
    auto client = MustConnect(server.address());
    Clock::time_point begin = Clock::now();
    for (int i = 0; i < snapshots; ++i) {
      auto saved = client->TakeSnapshot();
      if (!saved.ok()) Fail(std::string(saved.status().message()));
    }
    snapshot_seconds = Since(begin);
    is_over = true;
  });
  Waits during = CallUntil(server.address(), [&] { return is_over.load(); });
  taker.join();
  Clock::time_point begin = Clock::now();
  Waits alone =
      CallUntil(server.address(), [&] { return Since(begin) > std::max(snapshot_seconds, 1.0); });
  std::printf(
      "line: snapshots=%d seconds_each=%.2f calls_during=%lu calls_alone=%lu "
      "longest_alone_ms=%.1f memory_mb=%lu memory_most_mb=%lu\n",
      snapshots, snapshot_seconds / snapshots, during.calls, alone.calls, alone.longest_ms,
      MegabytesOf(server.pid(), "VmRSS"), MegabytesOf(server.pid(), "VmHWM"));
  server.End(SIGTERM);
  return {{absl::StrCat("longest wait of a call while ", tables * Maker::kBucketsOfTable,
                        " buckets are written to a snapshot"),
           20.0, during.longest_ms, "ms", true}};
}

}  // namespace pegel::testing
