// `pegel watch`, killed with SIGKILL and started again from behind the last line that it printed,
// again and again while a real pegeld takes changes: every change is seen once and in order.
//
// The server keeps few changes in memory, so that resuming goes through the log as well.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "net/client.h"
#include "tests/support/random.h"
#include "tests/system/process.h"

namespace pegel::testing {
namespace {

using Json = nlohmann::json;

struct Volume {
  int changes = IsFullVolume() ? 10'000 : 1'000;
  int kills = IsFullVolume() ? 100 : 15;
};

constexpr int kChangesAtOnce = 10;

std::string TableOf(int n) { return absl::StrCat("cluster.d.t", n); }

// Makes change after change, not faster than the kills come, so that these fall among them.
class Changer {
 public:
  Changer(const std::string& address, Volume volume) : address_(address), volume_(volume) {}

  void Run() {
    auto client = net::Client::Connect(address_);
    ASSERT_TRUE(client.ok()) << client.status();
    for (int n = 0; n < volume_.changes; n += kChangesAtOnce) {
      while (int64_t{n} * volume_.kills > int64_t{kills_ + 1} * volume_.changes) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      Make(**client, n);
    }
  }

  void OnKill() { ++kills_; }
  const std::vector<uint64_t>& lsns() const { return lsns_; }  // After Run.

 private:
  void Make(net::Client& client, int first) {
    std::vector<net::Statement> statements;
    for (int n = first; n < first + kChangesAtOnce; ++n) {
      statements.push_back({.text = absl::StrCat("CALL sys.add_acl('", TableOf(n),
                                                 "', 'ALLOW', 'User:u', 'READ')")});
    }
    auto replies = client.CallAll(statements);
    ASSERT_TRUE(replies.ok()) << replies.status();
    for (const net::CallReply& reply : *replies) lsns_.push_back(reply.receipt->lsn.value);
  }

  std::string address_;
  Volume volume_;
  std::atomic<int> kills_ = 0;
  std::vector<uint64_t> lsns_;
};

// What all runs of the watcher printed together.
struct Seen {
  std::vector<uint64_t> lsns;
  std::vector<std::string> resources;

  // Whole lines only: what was cut off by the kill was not seen.
  void Add(const std::string& out) {
    for (size_t begin = 0, end; (end = out.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
      Json line = Json::parse(out.substr(begin, end - begin));
      lsns.push_back(line["lsn"]);
      ASSERT_EQ(line["events"].size(), 1u);
      resources.push_back(line["events"][0]["resource"]);
    }
  }
  uint64_t next(uint64_t first) const { return lsns.empty() ? first : lsns.back() + 1; }
};

std::vector<std::string> WatchCommand(const ServerProcess& server, uint64_t from) {
  return {PEGEL,    "watch", "--server", server.address(), "--from",   absl::StrCat(from),
          "--name", "w",     "--only",   "acls",           "--format", "json"};
}

TEST(Watch, KilledAndResumedSeesEveryChangeOnceAndInOrder) {
  const Volume volume;
  Random random(SeedFromEnvironment());
  TemporaryDirectory directory;
  ServerProcess server(PEGELD, directory.path() + "/data", {"--changes-in-memory", "64"});
  ASSERT_NE(server.address(), "") << server.output();
  Changer changer(server.address(), volume);
  std::thread changes([&] { changer.Run(); });

  Seen seen;
  int amid = 0;  // Kills of a watcher that had printed and had more to print.
  for (int kill = 0; kill < volume.kills; ++kill) {
    ChildProcess watcher(WatchCommand(server, seen.next(2)));
    size_t enough = random.Below(20'000);
    for (int ms = static_cast<int>(random.Below(100)); ms > 0 && watcher.out().size() < enough;
         ms -= 5) {
      watcher.ReadFor(5);
    }
    EXPECT_EQ(watcher.End(SIGKILL), 128 + SIGKILL) << watcher.err();
    seen.Add(watcher.out());
    amid += !watcher.out().empty() && seen.lsns.size() < static_cast<size_t>(volume.changes);
    changer.OnKill();
  }
  changes.join();
  uint64_t left = volume.changes - seen.lsns.size();
  if (left > 0) {
    std::vector<std::string> command = WatchCommand(server, seen.next(2));
    command.insert(command.end(), {"--count", absl::StrCat(left)});
    Finished last = RunProgram(command);
    ASSERT_EQ(last.exit_code, 0) << last.err;
    seen.Add(last.out);
  }

  uint64_t missed = 0, twice = 0, out_of_order = 0;
  std::map<uint64_t, int> times;
  for (size_t i = 0; i < seen.lsns.size(); ++i) {
    ++times[seen.lsns[i]];
    out_of_order += i > 0 && seen.lsns[i] < seen.lsns[i - 1];
  }
  for (uint64_t lsn : changer.lsns()) missed += times.count(lsn) == 0;
  for (const auto& [lsn, count] : times) twice += count > 1;
  for (size_t i = 0; i < seen.resources.size(); ++i) {
    ASSERT_EQ(seen.resources[i], TableOf(static_cast<int>(i)));
  }
  EXPECT_GE(amid, volume.kills / 3) << "the kills came too early or too late to prove much";
  EXPECT_EQ(seen.lsns.size(), changer.lsns().size());
  EXPECT_EQ(missed + twice + out_of_order, 0u) << Reproduce(SeedFromEnvironment(), "watch_test");
  std::cout << "watch: changes=" << volume.changes << " kills=" << volume.kills
            << " missed=" << missed << " twice=" << twice << " out_of_order=" << out_of_order
            << "\n";
}

TEST(Watch, SurvivesTheServersEndAndLeavesOnSigterm) {
  TemporaryDirectory directory;
  const std::string data_dir = directory.path() + "/data";
  auto server = std::make_unique<ServerProcess>(PEGELD, data_dir);
  std::string address = server->address();
  ChildProcess watcher(
      {PEGEL, "watch", "--server", address, "--format", "json", "--name", "survivor"});
  auto add = [&](const std::string& table) {
    Finished added =
        RunProgram({PEGEL, "sql", "--server", address, "-e",
                    absl::StrCat("CALL sys.add_acl('d.", table, "', 'ALLOW', 'User:u', 'READ')")});
    ASSERT_EQ(added.exit_code, 0) << added.err;
  };
  auto wait_for = [&](const std::string& text) {
    for (int i = 0; i < 2000 && watcher.out().find(text) == std::string::npos; ++i) {
      ASSERT_TRUE(watcher.ReadFor(10)) << watcher.out();
    }
    ASSERT_NE(watcher.out().find(text), std::string::npos) << watcher.out();
  };
  add("before");
  wait_for("cluster.d.before");
  EXPECT_EQ(server->End(SIGTERM), 0);
  server = std::make_unique<ServerProcess>(PEGELD, data_dir,
                                           std::vector<std::string>{"--listen", address});
  ASSERT_NE(server->address(), "") << server->output();
  add("after");
  wait_for("cluster.d.after");
  EXPECT_EQ(watcher.End(SIGTERM), 0);
  std::vector<std::string> lines = absl::StrSplit(watcher.out(), '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 3u) << watcher.out();
  for (size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(Json::parse(lines[i])["lsn"], i + 1);
  EXPECT_NE(watcher.err().find("going on from lsn 3"), std::string::npos) << watcher.err();
}

TEST(Watch, TheProgramSaysWhatIsWrong) {
  TemporaryDirectory directory;
  ServerProcess server(PEGELD, directory.path() + "/data");
  Finished beyond = RunProgram({PEGEL, "watch", "--server", server.address(), "--from", "9"});
  EXPECT_EQ(beyond.exit_code, 1);
  EXPECT_NE(beyond.err.find("expected at most 2"), std::string::npos) << beyond.err;
  EXPECT_EQ(RunProgram({PEGEL, "watch", "--server", "127.0.0.1:1"}).exit_code, 3);
  EXPECT_EQ(RunProgram({PEGEL, "watch", "--only", "rivers"}).exit_code, 2);
  EXPECT_EQ(RunProgram({PEGEL, "config", "rollout"}).exit_code, 2);
}

}  // namespace
}  // namespace pegel::testing
