// A real pegeld and a fleet whose buckets move: a drain through kills of the server, a cancel in
// the middle, and a server that does not answer.
//
// Every test ends with an audit: all records are folded again, the invariants of moves are asked
// for behind each, and no step of a move may have left a bucket with fewer live replicas in sync.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <thread>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/cluster/names.h"
#include "core/cluster/text.h"
#include "core/moves/invariants.h"
#include "tests/support/random.h"
#include "tests/system/fleet_support.h"

namespace pegel::testing {
namespace {

using std::chrono::milliseconds;

void SleepFor(int ms) { std::this_thread::sleep_for(milliseconds(ms)); }

class RebalanceFleet : public ::testing::Test {
 protected:
  void Start() {
    std::vector<std::string> arguments = kShortLease;
    if (!address_.empty()) arguments.insert(arguments.end(), {"--listen", address_});
    server_ = std::make_unique<ServerProcess>(PEGELD, data_dir(), arguments);
    ASSERT_NE(server_->address(), "") << server_->output();
    address_ = server_->address();
  }

  void KillAndStartAgain() {
    EXPECT_EQ(server_->End(SIGKILL), 128 + SIGKILL);
    Start();
  }

  // Runs until `ready` is printed.
  void StartFleet(const std::string& scenario, const std::string& ready = "fleet ready",
                  std::chrono::seconds patience = std::chrono::seconds(60)) {
    const std::string file = directory_.path() + "/scenario.yaml";
    std::ofstream(file) << scenario;
    fleet_ = std::make_unique<ChildProcess>(
        std::vector<std::string>{PEGEL_FLEET, "--server", address_, "--scenario", file});
    WaitForLine(*fleet_, ready, patience);
  }

  std::vector<std::map<std::string, std::string>> Sql(const std::string& statement) {
    return Rows(address_, {"sql", "-e", statement});
  }
  void Set(const std::string& key, const std::string& value) {
    Sql(absl::StrCat("CALL sys.set_cluster_configs('pegel.rebalance.", key, "', '", value, "')"));
  }
  // The newest rebalance, as sys.list_rebalances has it.
  std::map<std::string, std::string> Newest() {
    auto rows = Sql("CALL sys.list_rebalances()");
    EXPECT_FALSE(rows.empty());
    return rows.empty() ? std::map<std::string, std::string>() : rows.front();
  }
  // Until the newest rebalance is in none of its first two statuses.
  std::map<std::string, std::string> AwaitEnd(int seconds) {
    std::map<std::string, std::string> row;
    for (int i = 0; i < seconds * 5; ++i) {
      row = Newest();
      if (row["status"] != "NOT_STARTED" && row["status"] != "REBALANCING") return row;
      SleepFor(200);
    }
    ADD_FAILURE() << "it does not end: " << ShownDetail();
    return row;
  }
  void AwaitAtLeast(const std::string& column, int count, int seconds) {
    for (int i = 0; i < seconds * 20; ++i) {
      if (std::stoi(Newest()[column]) >= count) return;
      SleepFor(50);
    }
    ADD_FAILURE() << column << " does not come to " << count << ": " << ShownDetail();
  }
  std::string ShownDetail() {
    return Pegel(address_, {"sql", "-e", "CALL sys.list_rebalances()"}).out;
  }

  // Until every replica that was to be deleted is confirmed and all are in sync.
  cluster::ClusterState AwaitSettled(int seconds) {
    cluster::ClusterState state;
    for (int i = 0; i < seconds * 5; ++i) {
      state = StateOf(data_dir());
      bool is_settled = state.stop_count == 0;
      ForEachBucket(state, [&](const auto&, const cluster::Bucket& bucket) {
        for (const cluster::Replica& replica : bucket.replicas) is_settled &= replica.is_in_sync;
      });
      if (is_settled) return state;
      SleepFor(200);
    }
    ADD_FAILURE() << "replicas are left over or out of sync";
    return state;
  }

  std::string data_dir() const { return directory_.path() + "/data"; }

  // Every bucket has as many replicas as it needs, and none is on one of these servers.
  static void ExpectPlaced(const cluster::ClusterState& state, size_t replication,
                           const std::set<int>& empty_servers) {
    ForEachBucket(state, [&](const cluster::BucketKey& key, const cluster::Bucket& bucket) {
      EXPECT_EQ(bucket.replicas.size(), replication) << cluster::ToText(key);
      EXPECT_EQ(empty_servers.count(bucket.leader.value), 0u) << cluster::ToText(key);
      for (const cluster::Replica& replica : bucket.replicas) {
        EXPECT_EQ(empty_servers.count(replica.server.value), 0u)
            << cluster::ToText(key) << " is on server " << replica.server.value;
      }
    });
  }

  // Steps of a fleet: these servers die one after another, and the first comes back.
  static std::string Deaths(const std::vector<int>& servers) {
    if (servers.empty()) return "";
    std::string steps = "steps:\n";
    for (int server : servers) {
      absl::StrAppend(&steps, "  - after: 8 s\n    kill: ", server, "\n");
    }
    return absl::StrCat(steps, "  - after: 8 s\n    start: ", servers[0], "\n");
  }

  // Ends the server, and folds its log twice at once. The invariants of a World of 10,000 buckets
  // take a millisecond, so there they are asked for behind every so many records.
  void Audit(size_t every = 1) {
    if (fleet_ != nullptr) {
      EXPECT_EQ(fleet_->End(SIGTERM), 0) << fleet_->err();
    }
    EXPECT_EQ(server_->End(SIGTERM), 0) << server_->output();
    World world;
    absl::StatusOr<replay::Folded> folded = replay::Audit(
        {.data_dir = data_dir()},
        [&](const Record& record, const Applied& applied, const Hash256&) {
          ++records_;
          const bool is_step = std::holds_alternative<AdvanceMoves>(record.command) ||
                               std::holds_alternative<CancelRebalance>(record.command);
          if (is_step) {
            EXPECT_EQ(moves::LostReplica(world, applied.decision.events), "")
                << "lsn " << record.moment.lsn.value;
          }
          Apply(world, record.moment, record.request_id, record.command);
          if (records_ % every == 0) {
            EXPECT_EQ(moves::BrokenInvariant(world), "") << "lsn " << record.moment.lsn.value;
          }
        });
    ASSERT_TRUE(folded.ok()) << folded.status();
    EXPECT_GT(records_, 0u);
    EXPECT_TRUE(folded->world.moves == world.moves);
    Finished verify = RunProgram({PEGEL_REPLAY, "verify", "--data-dir", data_dir()});
    EXPECT_EQ(verify.exit_code, 0) << verify.out << verify.err;
  }

  TemporaryDirectory directory_;
  std::string address_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<ChildProcess> fleet_;
  size_t records_ = 0;  // In the log, after Audit.
};

TEST_F(RebalanceFleet, TheExamplesOfTheManualRunAsTheyAreWritten) {
  Start();
  StartFleet("{servers: 4, racks: 2, tables: 2, buckets: 8, replication: 2}");
  auto begin = Sql("CALL sys.rebalance('RACK_AWARE,REPLICA_DISTRIBUTION');");
  ASSERT_EQ(begin.size(), 1u);
  const std::string id = begin[0]["result"];
  EXPECT_TRUE(absl::StartsWith(id, "rebalance-")) << id;
  EXPECT_EQ(AwaitEnd(20)["status"], "COMPLETED");
  for (const char* goals :
       {"REPLICA_DISTRIBUTION", "RACK_AWARE,REPLICA_DISTRIBUTION,LEADER_DISTRIBUTION"}) {
    EXPECT_EQ(Sql(absl::StrCat("CALL sys.rebalance('", goals, "');")).size(), 1u);
    EXPECT_EQ(AwaitEnd(20)["status"], "COMPLETED");
  }
  auto newest = Sql("CALL sys.list_rebalance();");
  ASSERT_EQ(newest.size(), 1u);
  EXPECT_EQ(newest[0]["rebalance_id"], Newest()["rebalance_id"]);
  EXPECT_EQ(newest[0]["rebalance_progress"], "100%");
  auto first = Sql(absl::StrCat("CALL sys.list_rebalance('", id, "');"));
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0]["rebalance_id"], id);
  EXPECT_EQ(Sql("CALL sys.list_rebalance('rebalance-12345');").size(), 0u);
  EXPECT_EQ(Sql("CALL sys.plan_rebalance('REPLICA_DISTRIBUTION');").size(), 1u);
  Finished cancel = Pegel(address_, {"sql", "-e", "CALL sys.cancel_rebalance();"});
  EXPECT_EQ(cancel.exit_code, 1) << "the newest one has ended";
  EXPECT_NE(cancel.err.find("REBALANCE_FINISHED"), std::string::npos) << cancel.err;
  Finished unknown = Pegel(address_, {"sql", "-e", "CALL sys.rebalance('EVENNESS');"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_NE(unknown.err.find("EVENNESS"), std::string::npos) << unknown.err;
  Audit();
}

// In a full run three servers die on the way, one of which comes back. (A new plan may have to wait
// for half a minute, too long for every run.)
TEST_F(RebalanceFleet, TwoServersAreDrainedThroughKillsAndDeaths) {
  const uint64_t seed = SeedFromEnvironment();
  std::mt19937_64 random(seed);
  const int kills = IsFullVolume() ? 20 : 3, tables = IsFullVolume() ? 50 : 4;
  const int buckets = IsFullVolume() ? 200 : 25;
  const std::set<int> tagged = {4, 9};
  std::vector<int> dying;
  while (dying.size() < (IsFullVolume() ? 3 : 0)) {
    int server = static_cast<int>(random() % 20);
    if (tagged.count(server) == 0 && !absl::c_linear_search(dying, server)) dying.push_back(server);
  }
  Start();
  StartFleet(absl::StrCat("servers: 20\nracks: 4\ntables: ", tables, "\nbuckets: ", buckets,
                          "\nreplication: 3\nbytes-per-bucket: 1 mb\nbandwidth: ",
                          IsFullVolume() ? "3 mb" : "1 mb", "\nseed: ", seed % 1'000'000, "\n",
                          Deaths(dying)),
             "fleet ready", std::chrono::seconds(240));
  Set("max-moves", "200");
  Set("max-moves-per-server", "20");
  Set("dead-server-grace", "5 s");
  Sql("CALL sys.add_server_tag('4,9', 'PERMANENT_OFFLINE')");
  EXPECT_EQ(Sql("CALL sys.rebalance('RACK_AWARE,REPLICA_DISTRIBUTION,LEADER_DISTRIBUTION')").size(),
            1u);
  int killed = 0;
  for (; killed < kills; ++killed) {
    SleepFor(static_cast<int>(IsFullVolume() ? 300 + random() % 1500 : 100 + random() % 400));
    EXPECT_TRUE(Newest()["status"] == "NOT_STARTED" || Newest()["status"] == "REBALANCING")
        << "it ended before kill " << killed + 1;
    KillAndStartAgain();
  }
  auto end = AwaitEnd(600);
  EXPECT_EQ(end["status"], "COMPLETED") << ShownDetail() << Reproduce(seed, "rebalance_fleet_test");
  ExpectPlaced(StateOf(data_dir()), 3, tagged);
  std::cout << "rebalance drain: servers=20 buckets=" << tables * buckets << " killed=" << killed
            << " died=" << dying.size() << " plans=" << end["plans"]
            << " moved=" << end["completed"] << " attempts=" << end["attempts"];
  Audit(IsFullVolume() ? 20 : 1);
  std::cout << " records=" << records_ << "\n";
}

TEST_F(RebalanceFleet, ACancelInTheMiddleLeavesEveryBucketWhole) {
  Start();
  StartFleet(
      "{servers: 6, racks: 3, tables: 4, buckets: 25, replication: 3, bytes-per-bucket: 1 mb, "
      "bandwidth: 8 mb}");
  Set("max-moves", "8");
  Sql("CALL sys.add_server_tag('5', 'PERMANENT_OFFLINE')");
  Sql("CALL sys.rebalance('REPLICA_DISTRIBUTION')");
  AwaitAtLeast("completed", 5, 30);
  EXPECT_EQ(Sql("CALL sys.cancel_rebalance()").size(), 1u);
  auto end = Newest();
  EXPECT_EQ(end["status"], "CANCELED");
  EXPECT_GE(std::stoi(end["completed"]), 5);
  EXPECT_GT(std::stoi(end["canceled"]), 0);
  const cluster::ClusterState state = AwaitSettled(30);
  ExpectPlaced(state, 3, {});
  // What was completed stays so.
  EXPECT_GE(std::stoi(Newest()["completed"]), std::stoi(end["completed"]));
  std::cout << "rebalance cancel: completed=" << Newest()["completed"]
            << " canceled=" << Newest()["canceled"] << "\n";
  Audit();
}

// At a kilobyte a second none of them could end before the test does.
TEST_F(RebalanceFleet, TheLimitInBytesHoldsAndIsLiftedWhileItRuns) {
  Start();
  StartFleet(
      "{servers: 4, tables: 1, buckets: 12, replication: 2, bytes-per-bucket: 2 mb, "
      "bandwidth: 100 mb}");
  Set("bytes-per-sec-per-server", "1 kb");
  SleepFor(2000);  // More than a lease, so every server has said and heard something.
  Sql("CALL sys.add_server_tag('0', 'PERMANENT_OFFLINE')");
  Sql("CALL sys.rebalance('REPLICA_DISTRIBUTION')");
  AwaitAtLeast("adding", 5, 20);
  SleepFor(2000);  // Without a limit a tenth of it is enough for all.
  auto under_way = Sql("CALL sys.list_active_moves()");
  ASSERT_GE(under_way.size(), 5u);
  EXPECT_EQ(under_way[0]["phase"], "ADDING");
  EXPECT_EQ(under_way[0]["status"], "REBALANCING");
  EXPECT_TRUE(absl::StrContains(under_way[0]["origin_replicas"], "0"));
  auto slow = Newest();
  EXPECT_GE(std::stoi(slow["adding"]), 5) << ShownDetail();
  KillAndStartAgain();
  Set("bytes-per-sec-per-server", "0 bytes");
  auto end = AwaitEnd(30);
  EXPECT_EQ(end["status"], "COMPLETED") << ShownDetail();
  ExpectPlaced(AwaitSettled(30), 2, {0});
  Audit();
}

TEST_F(RebalanceFleet, AServerThatDoesNotAnswerIsTriedAgainUntilItDoes) {
  Start();
  StartFleet(
      "servers: 4\ntables: 2\nbuckets: 12\nreplication: 2\nbytes-per-bucket: 64 kb\nsteps:\n  - "
      "mute: 3\n"
      "  - after: 6 s\n    unmute: 3\n",
      "fleet step: muted 3");
  Set("move-timeout", "1 s");
  Set("max-attempts", "50");
  Sql("CALL sys.add_server_tag('0', 'PERMANENT_OFFLINE')");
  Sql("CALL sys.rebalance('REPLICA_DISTRIBUTION')");
  AwaitAtLeast("timeout", 1, 20);
  auto end = AwaitEnd(60);
  EXPECT_EQ(end["status"], "COMPLETED") << ShownDetail();
  EXPECT_GT(std::stoi(end["attempts"]), std::stoi(end["buckets"])) << "nothing was retried";
  ExpectPlaced(AwaitSettled(30), 2, {0});
  std::cout << "rebalance silence: buckets=" << end["buckets"] << " attempts=" << end["attempts"]
            << "\n";
  Audit();
}

}  // namespace
}  // namespace pegel::testing
