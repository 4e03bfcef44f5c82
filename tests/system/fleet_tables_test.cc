// A real pegeld and a fleet with tables: servers die and others lead at once, pegeld dies and
// nobody notices, and what is listed is what can be counted.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <thread>
#include <tuple>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/support/random.h"
#include "tests/system/fleet_support.h"
#include "tests/system/process.h"

namespace pegel::testing {
namespace {

using std::chrono::milliseconds;
using Json = nlohmann::json;

constexpr milliseconds kLease(1500);

struct Volume {
  int servers, tables, buckets, victims;
};
Volume VolumeNow() { return IsFullVolume() ? Volume{100, 50, 200, 10} : Volume{20, 5, 20, 3}; }

// Buckets that a live replica in sync could lead, and that are led by nobody who lives.
size_t Orphans(const cluster::ClusterState& state, const std::set<int>& dead) {
  size_t orphans = 0;
  ForEachBucket(state, [&](const auto&, const cluster::Bucket& bucket) {
    bool has_heir = false;
    for (const cluster::Replica& replica : bucket.replicas) {
      has_heir |= replica.is_in_sync && dead.count(replica.server.value) == 0;
    }
    bool is_led = bucket.leader != cluster::kNoServer && dead.count(bucket.leader.value) == 0;
    orphans += has_heir && !is_led ? 1 : 0;
  });
  return orphans;
}

std::vector<std::string> FleetCommand(const std::string& address, const Volume& volume,
                                      uint64_t seed, int victims) {
  return {PEGEL_FLEET,
          absl::StrCat("--server=", address),
          absl::StrCat("--servers=", volume.servers),
          "--racks=4",
          absl::StrCat("--tables=", volume.tables),
          absl::StrCat("--buckets=", volume.buckets),
          absl::StrCat("--die=", victims),
          "--die-after=0.5",
          absl::StrCat("--seed=", seed)};
}

struct Counts {
  int64_t replicas = 0, leaders = 0, in_sync = 0;
  bool operator==(const Counts&) const = default;
};

// What sys.list_servers says of each server.
std::map<std::string, Counts> Listed(const std::string& address) {
  std::map<std::string, Counts> listed;
  for (auto& row : Rows(address, {"cluster", "servers"})) {
    Counts& counts = listed[row["id"]];
    EXPECT_TRUE(absl::SimpleAtoi(row["replicas"], &counts.replicas));
    EXPECT_TRUE(absl::SimpleAtoi(row["leaders"], &counts.leaders));
    EXPECT_TRUE(absl::SimpleAtoi(row["in_sync"], &counts.in_sync));
  }
  return listed;
}

// The same from the events of the log, by a fold that shares nothing with Pegel's.
std::map<std::string, Counts> Counted(const std::string& data_dir) {
  using Key = std::tuple<int64_t, int64_t, int64_t>;  // Table, partition (-1: none), bucket.
  struct Bucket {
    std::vector<int> replicas, in_sync;
    int leader = -1;
  };
  std::map<Key, Bucket> buckets;
  std::set<int> servers;
  auto partition_of = [](const Json& event) {
    return event["partition"].is_null() ? -1 : event["partition"].get<int64_t>();
  };
  auto fold = [&](const Json& event) {
    const std::string& kind = event["event"].get_ref<const std::string&>();
    if (kind == "server_registered") servers.insert(event["id"].get<int>());
    if (kind == "server_unregistered") servers.erase(event["id"].get<int>());
    if (kind == "buckets_placed") {
      int64_t number = 0;
      for (const Json& of_one : event["replicas"]) {
        auto ids = of_one.get<std::vector<int>>();
        buckets[{event["table"], partition_of(event), number++}] = {ids, ids, ids.front()};
      }
    } else if (kind == "bucket_changed") {
      buckets[{event["table"], partition_of(event), event["bucket"]}] = {
          event["replicas"], event["in_sync"],
          event["leader"].is_null() ? -1 : event["leader"].get<int>()};
    } else if (kind == "table_dropped") {
      std::erase_if(buckets, [&](auto& b) { return std::get<0>(b.first) == event["table"]; });
    } else if (kind == "partition_dropped") {
      std::erase_if(buckets, [&](auto& b) { return std::get<1>(b.first) == event["partition"]; });
    }
  };
  Finished dump =
      RunProgram({PEGEL_REPLAY, "dump", "--data-dir", data_dir, "--events", "--format", "json"});
  EXPECT_EQ(dump.exit_code, 0) << dump.err;
  for (absl::string_view line : absl::StrSplit(dump.out, '\n', absl::SkipEmpty())) {
    Json record = Json::parse(line.begin(), line.end());
    for (const Json& event : record["event_list"]) fold(event);
  }
  std::map<std::string, Counts> counted;
  for (int id : servers) counted[absl::StrCat(id)];
  for (const auto& [key, bucket] : buckets) {
    for (int id : bucket.replicas) ++counted[absl::StrCat(id)].replicas;
    for (int id : bucket.in_sync) ++counted[absl::StrCat(id)].in_sync;
    if (bucket.leader >= 0) ++counted[absl::StrCat(bucket.leader)].leaders;
  }
  return counted;
}

// The two are asked for one after the other, so that a change may come between; not each time.
void ExpectListingsAgree(const std::string& address, const std::string& data_dir) {
  std::map<std::string, Counts> listed, counted;
  for (int i = 0; i < 20; ++i) {
    listed = Listed(address);
    counted = Counted(data_dir);
    if (listed == counted) return;
    std::this_thread::sleep_for(milliseconds(100));
  }
  EXPECT_EQ(listed.size(), counted.size());
  for (const auto& [id, counts] : counted) {
    EXPECT_TRUE(counts == listed[id])
        << "server " << id << ": listed " << listed[id].replicas << "," << listed[id].leaders << ","
        << listed[id].in_sync << ", counted " << counts.replicas << "," << counts.leaders << ","
        << counts.in_sync;
  }
}

// When the last of them was found dead, as the log has it; none while one is live.
std::optional<int64_t> LastLossMs(const cluster::ClusterState& state, const std::set<int>& ids) {
  int64_t last = 0;
  for (int id : ids) {
    const cluster::Server* server = state.Find(cluster::ServerId{id});
    if (server == nullptr || server->is_live) return std::nullopt;
    last = std::max(last, server->since.value / 1'000'000);
  }
  return last;
}

int64_t UnixMsNow() {
  auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<milliseconds>(since).count();
}

TEST(FleetTables, WhatTheDeadLedIsLedAgainWithinALeaseAndASecond) {
  const uint64_t seed = SeedFromEnvironment();
  const Volume volume = VolumeNow();
  TemporaryDirectory directory;
  const std::string data_dir = directory.path() + "/data";
  ServerProcess server(PEGELD, data_dir, kShortLease);
  ASSERT_NE(server.address(), "") << server.output();
  ChildProcess fleet(FleetCommand(server.address(), volume, seed, volume.victims));
  std::set<int> victims = ParseIds(WaitForLine(fleet, "fleet silent:"));
  ASSERT_EQ(victims.size(), static_cast<size_t>(volume.victims));

  const int64_t killed_ms = UnixMsNow();
  const size_t before = Orphans(StateOf(data_dir), victims);
  EXPECT_GT(before, 0u) << "the victims lead nothing";
  // The loss of a server and the new leaders of what it led are one record, so its time counts; how
  // long we take to look does not.
  std::optional<int64_t> lost_ms;
  for (int i = 0; i < 200 && !lost_ms; ++i) {
    std::this_thread::sleep_for(milliseconds(50));
    cluster::ClusterState state = StateOf(data_dir);
    lost_ms = LastLossMs(state, victims);
    if (!lost_ms) continue;
    EXPECT_EQ(Orphans(state, victims), 0u) << Reproduce(seed, "fleet_tables_test");
  }
  ASSERT_TRUE(lost_ms) << "they were never found";
  const int64_t took_ms = *lost_ms - killed_ms;
  EXPECT_LE(took_ms, kLease.count() + 1000) << Reproduce(seed, "fleet_tables_test");
  ExpectListingsAgree(server.address(), data_dir);
  EXPECT_EQ(fleet.End(SIGTERM), 0) << fleet.err();
  std::cout << "fleet tables: servers=" << volume.servers
            << " buckets=" << volume.tables * volume.buckets << " killed=" << victims.size()
            << " led_anew=" << before << " after_ms=" << took_ms << "\n";
}

TEST(FleetTables, NobodyNoticesThatPegeldWasKilled) {
  const uint64_t seed = SeedFromEnvironment();
  const Volume volume = VolumeNow();
  TemporaryDirectory directory;
  const std::string data_dir = directory.path() + "/data";
  auto server = std::make_unique<ServerProcess>(PEGELD, data_dir, kShortLease);
  const std::string address = server->address();
  ASSERT_NE(address, "") << server->output();
  ChildProcess fleet(FleetCommand(address, volume, seed, 0));
  WaitForLine(fleet, "fleet ready");
  const cluster::ClusterState before = StateOf(data_dir);

  EXPECT_EQ(server->End(SIGKILL), 128 + SIGKILL);
  std::this_thread::sleep_for(kLease + milliseconds(500));
  std::vector<std::string> same_address = kShortLease;
  same_address.insert(same_address.end(), {"--listen", address});
  server = std::make_unique<ServerProcess>(PEGELD, data_dir, same_address);
  ASSERT_EQ(server->address(), address) << server->output();
  std::this_thread::sleep_for(kLease);

  // Tasks go on: the leaders of a new table say how large it is.
  Finished created = Pegel(address, {"cluster", "create-table", "demo.orders", "--buckets", "8"});
  ASSERT_EQ(created.exit_code, 0) << created.err;
  size_t led = 0;
  for (int i = 0; i < 250 && led < 8; ++i) {
    std::this_thread::sleep_for(milliseconds(20));
    led = 0;
    for (auto& row : Rows(address, {"cluster", "buckets", "demo.orders"})) {
      led += row["bytes"] == "0" ? 0 : 1;
    }
  }
  EXPECT_EQ(led, 8u);
  const cluster::ClusterState after = StateOf(data_dir);
  size_t moved = 0, seen = 0;
  ForEachBucket(before, [&](const cluster::BucketKey& key, const cluster::Bucket& bucket) {
    const cluster::Bucket* now = after.Find(key);
    ASSERT_NE(now, nullptr);
    ++seen;
    moved += now->leader == bucket.leader && now->leader_epoch == bucket.leader_epoch ? 0 : 1;
  });
  EXPECT_EQ(seen, static_cast<size_t>(volume.tables * volume.buckets));
  EXPECT_EQ(moved, 0u) << Reproduce(seed, "fleet_tables_test");
  for (const auto& [id, was] : before.servers) {
    EXPECT_EQ(after.Find(id)->epoch, was.epoch) << "server " << id.value << " had to register anew";
  }
  EXPECT_EQ(fleet.End(SIGTERM), 0) << fleet.err();
  EXPECT_EQ(server->End(SIGTERM), 0) << server->output();
}

TEST(FleetTables, TheTagOfADeadServerCanBeRemovedAndItsReplicasKeepItKnown) {
  TemporaryDirectory directory;
  ServerProcess server(PEGELD, directory.path() + "/data", kShortLease);
  ASSERT_NE(server.address(), "") << server.output();
  ChildProcess fleet({PEGEL_FLEET, "--server", server.address(), "--servers=4", "--tables=1",
                      "--buckets=4", "--kill=3"});
  WaitForLine(fleet, "fleet silent");
  std::this_thread::sleep_for(kLease + milliseconds(1000));
  auto sql = [&](const std::string& text) { return Pegel(server.address(), {"sql", "-e", text}); };
  EXPECT_EQ(sql("CALL sys.add_server_tag('3', 'PERMANENT_OFFLINE')").exit_code, 0);
  EXPECT_EQ(sql("CALL sys.remove_server_tag('3', 'PERMANENT_OFFLINE')").exit_code, 0);
  Finished unregister = Pegel(server.address(), {"cluster", "unregister", "3"});
  EXPECT_EQ(unregister.exit_code, 1);
  EXPECT_NE(unregister.err.find("SERVER_HOLDS_REPLICAS"), std::string::npos) << unregister.err;
}

TEST(FleetTables, TheExampleOfAScenarioRunsToItsEnd) {
  TemporaryDirectory directory;
  ServerProcess server(PEGELD, directory.path() + "/data", kShortLease);
  ASSERT_NE(server.address(), "") << server.output();
  Finished run = RunProgram({PEGEL_FLEET, "--server", server.address(), "--scenario",
                             PEGEL_SOURCE_DIR "/docs/examples/rolling-restart.yaml"});
  EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
  for (const char* line : {"fleet step: stopped 0\n", "fleet step: created table demo.orders\n",
                           "fleet step: settled\n", "fleet step: ends\n"}) {
    EXPECT_NE(run.out.find(line), std::string::npos) << line << " is missing in:\n" << run.out;
  }
  EXPECT_EQ(Rows(server.address(), {"cluster", "tables"}).size(), 4u);
}

TEST(FleetTables, AScenarioThatIsWrongSaysWhereAndStartsNothing) {
  TemporaryDirectory directory;
  const std::string file = directory.path() + "/wrong.yaml";
  std::ofstream(file) << "servers: 2\nsteps:\n  - kill: [0, 7]\n";
  Finished unknown = RunProgram({PEGEL_FLEET, "--server", "127.0.0.1:1", "--scenario", file});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_NE(unknown.err.find("wrong.yaml:3: server 7"), std::string::npos) << unknown.err;
}

}  // namespace
}  // namespace pegel::testing
