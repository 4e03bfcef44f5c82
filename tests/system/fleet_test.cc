// A real pegeld and a fleet of simulated tablet servers: some fall silent and are found, the server
// is killed and comes back, and nobody is taken for dead who is not. And operators tag them.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <iostream>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "replay/recover.h"
#include "tests/support/random.h"
#include "tests/system/fleet_support.h"
#include "tests/system/process.h"

namespace pegel::testing {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLease(1500);
constexpr int kServers = 8;
constexpr int kVictims = 3;

// How long a line of the fleet may take.
constexpr std::chrono::seconds kPatience(20);

// Ids of the live ones, as the log has them: an auditor folds it while the server runs.
std::set<int> LiveServers(const std::string& data_dir) {
  std::set<int> live;
  absl::StatusOr<replay::Folded> folded =
      replay::Audit({.data_dir = data_dir}, [](const auto&...) {});
  EXPECT_TRUE(folded.ok()) << folded.status();
  if (!folded.ok()) return live;
  EXPECT_EQ(folded->world.cluster.servers.size(), static_cast<size_t>(kServers));
  for (const auto& [id, server] : folded->world.cluster.servers) {
    if (server.is_live) live.insert(id.value);
  }
  return live;
}

std::vector<std::string> FleetCommand(const std::string& address, uint64_t seed) {
  return {PEGEL_FLEET,
          "--server",
          address,
          "--servers",
          absl::StrCat(kServers),
          "--racks",
          "3",
          "--die",
          absl::StrCat(kVictims),
          "--die-after",
          "1",
          "--seed",
          absl::StrCat(seed)};
}

TEST(Fleet, TheSilentAreFoundAndNobodyElse) {
  const uint64_t seed = SeedFromEnvironment();
  TemporaryDirectory directory;
  const std::string data_dir = directory.path() + "/data";
  auto server = std::make_unique<ServerProcess>(PEGELD, data_dir, kShortLease);
  const std::string address = server->address();
  ASSERT_NE(address, "") << server->output();
  ChildProcess fleet(FleetCommand(address, seed));
  WaitForLine(fleet, "fleet ready", kPatience);
  ASSERT_EQ(LiveServers(data_dir).size(), static_cast<size_t>(kServers));

  std::set<int> victims = ParseIds(WaitForLine(fleet, "fleet silent:", kPatience));
  ASSERT_EQ(victims.size(), static_cast<size_t>(kVictims));
  Clock::time_point deadline = Clock::now() + kLease + milliseconds(1000);
  std::set<int> all, found, wrongly;
  for (int id = 0; id < kServers; ++id) all.insert(id);
  auto look = [&] {
    std::set<int> live = LiveServers(data_dir);
    for (int id : all) {
      if (live.count(id) == 0) (victims.count(id) > 0 ? found : wrongly).insert(id);
    }
  };
  while (Clock::now() < deadline && found.size() < victims.size()) {
    std::this_thread::sleep_for(milliseconds(20));
    look();
  }
  EXPECT_EQ(found, victims) << Reproduce(seed, "fleet_test");

  // Away for longer than a lease: that is our death, not theirs.
  EXPECT_EQ(server->End(SIGKILL), 128 + SIGKILL);
  std::this_thread::sleep_for(kLease + milliseconds(500));
  std::vector<std::string> same_address = kShortLease;
  same_address.insert(same_address.end(), {"--listen", address});
  server = std::make_unique<ServerProcess>(PEGELD, data_dir, same_address);
  ASSERT_EQ(server->address(), address) << server->output();
  Clock::time_point end = Clock::now() + 2 * kLease;
  while (Clock::now() < end) {
    look();
    std::this_thread::sleep_for(milliseconds(100));
  }
  EXPECT_TRUE(wrongly.empty()) << wrongly.size() << " wrongly lost; "
                               << Reproduce(seed, "fleet_test");

  EXPECT_EQ(fleet.End(SIGTERM), 0) << fleet.err();
  EXPECT_TRUE(LiveServers(data_dir).empty()) << "they left, and were not let go at once";
  EXPECT_EQ(server->End(SIGTERM), 0) << server->output();
  std::cout << "fleet: servers=" << kServers << " lost=" << victims.size()
            << " found=" << found.size() << " wrongly=" << wrongly.size() << "\n";
}

// ---- tags, through `pegel sql` ----

// Word for word from the document that Pegel implements.
constexpr char kAddExample[] =
    R"sql(-- Use the Fluss catalog (replace 'fluss_catalog' with your catalog name if different)
USE fluss_catalog;
-- Add PERMANENT_OFFLINE tag to a single TabletServer
CALL sys.add_server_tag('0', 'PERMANENT_OFFLINE');
-- Add TEMPORARY_OFFLINE tag to multiple TabletServers
CALL sys.add_server_tag('1,2,3', 'TEMPORARY_OFFLINE');
)sql";

constexpr char kRemoveExample[] =
    R"sql(-- Use the Fluss catalog (replace 'fluss_catalog' with your catalog name if different)
USE fluss_catalog;
-- Remove PERMANENT_OFFLINE tag from a single TabletServer
CALL sys.remove_server_tag('0', 'PERMANENT_OFFLINE');
-- Remove TEMPORARY_OFFLINE tag from multiple TabletServers
CALL sys.remove_server_tag('1,2,3', 'TEMPORARY_OFFLINE');
)sql";

Finished Sql(const ServerProcess& server, const std::string& script) {
  return RunProgram({PEGEL, "sql", "--format", "csv", "--server", server.address(), "-e", script});
}

// id, rack, address, live and tag of each; epochs depend on who registered first.
std::vector<std::string> ListedServers(const ServerProcess& server) {
  Finished listed = Sql(server, "CALL sys.list_servers()");
  EXPECT_EQ(listed.exit_code, 0) << listed.err;
  std::vector<std::string> rows;
  for (absl::string_view line : absl::StrSplit(listed.out, '\n', absl::SkipEmpty())) {
    std::vector<absl::string_view> cells = absl::StrSplit(line, ',');
    cells.resize(5);
    rows.push_back(absl::StrJoin(cells, ","));
  }
  return rows;
}

std::vector<std::string> FourServers(const std::string& tag_of_0,
                                     const std::string& tag_of_others) {
  return {"id,rack,address,live,tag", absl::StrCat("0,rack-0,tablet-0.fleet:9123,true,", tag_of_0),
          absl::StrCat("1,rack-1,tablet-1.fleet:9123,true,", tag_of_others),
          absl::StrCat("2,rack-0,tablet-2.fleet:9123,true,", tag_of_others),
          absl::StrCat("3,rack-1,tablet-3.fleet:9123,true,", tag_of_others)};
}

TEST(Fleet, TheExamplesOfTagsRunWordForWord) {
  TemporaryDirectory directory;
  ServerProcess server(PEGELD, directory.path() + "/data");
  ASSERT_NE(server.address(), "") << server.output();
  ChildProcess fleet({PEGEL_FLEET, "--server", server.address(), "--servers", "4"});
  WaitForLine(fleet, "fleet ready", kPatience);
  const auto untagged = FourServers("", "");
  const auto tagged = FourServers("PERMANENT_OFFLINE", "TEMPORARY_OFFLINE");
  EXPECT_EQ(ListedServers(server), untagged);

  Finished added = Sql(server, kAddExample);
  EXPECT_EQ(added.exit_code, 0) << added.err;
  EXPECT_EQ(ListedServers(server), tagged);
  Finished same =
      RunProgram({PEGEL, "cluster", "servers", "--format", "json", "--server", server.address()});
  EXPECT_EQ(same.exit_code, 0) << same.err;
  EXPECT_NE(same.out.find("\"TEMPORARY_OFFLINE\""), std::string::npos) << same.out;

  // A refusal changes nothing, also for the servers that it is not about.
  Finished unknown = Sql(server, "CALL sys.add_server_tag('0,9', 'PERMANENT_OFFLINE')");
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_EQ(unknown.err,
            "ERROR 58 (SERVER_NOT_EXIST_EXCEPTION): Server 9 not exists when trying to add server "
            "tag.\n");
  Finished other = Sql(server, "CALL sys.add_server_tag('0', 'TEMPORARY_OFFLINE')");
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_EQ(other.err,
            "ERROR 59 (SEVER_TAG_ALREADY_EXIST_EXCEPTION): Server tag PERMANENT_OFFLINE already "
            "exists for server 0. However you want to set it to TEMPORARY_OFFLINE, please remove "
            "the server tag first.\n");
  EXPECT_EQ(ListedServers(server), tagged);

  Finished removed = Sql(server, kRemoveExample);
  EXPECT_EQ(removed.exit_code, 0) << removed.err;
  EXPECT_EQ(ListedServers(server), untagged);
  EXPECT_EQ(fleet.End(SIGTERM), 0) << fleet.err();
}

TEST(Fleet, TheProgramsSayWhatIsWrong) {
  TemporaryDirectory directory;
  ServerProcess server(PEGELD, directory.path() + "/data");
  EXPECT_EQ(RunProgram({PEGEL_FLEET, "--server", server.address(), "--tables", "many"}).exit_code,
            2);
  EXPECT_EQ(RunProgram({PEGEL_FLEET, "--servers", "2", "--kill", "2"}).exit_code, 2);
  EXPECT_EQ(RunProgram({PEGEL_FLEET, "--server", "127.0.0.1:1"}).exit_code, 1);
  EXPECT_EQ(RunProgram({PEGEL, "cluster"}).exit_code, 2);
  Finished unknown =
      RunProgram({PEGEL, "cluster", "unregister", "9", "--server", server.address()});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_NE(unknown.err.find("SERVER_NOT_EXIST"), std::string::npos) << unknown.err;
}

}  // namespace
}  // namespace pegel::testing
