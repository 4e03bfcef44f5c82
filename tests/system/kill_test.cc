// kill -9 on a real pegeld under eight clients: every acknowledged call is in the log with its lsn,
// none is there twice, and the auditor finds nothing wrong after each kill (reliability.md D7).
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <iostream>
#include <map>
#include <mutex>
#include <thread>

#include "absl/strings/str_cat.h"
#include "net/client.h"
#include "replay/recover.h"
#include "tests/support/random.h"
#include "tests/system/process.h"

namespace pegel::testing {
namespace {

constexpr int kClients = 8;
// A new data directory now and then: each audit reads its whole log.
constexpr int kKillsPerDirectory = 20;

// What the clients know, shared with the thread that kills.
class Ledger {
 public:
  void Acknowledge(const RequestId& id, const Receipt& receipt) {
    std::lock_guard lock(mutex_);
    acknowledged_[id] = receipt;
  }
  std::map<RequestId, Receipt> Acknowledged() {
    std::lock_guard lock(mutex_);
    return acknowledged_;
  }
  std::string address() {
    std::lock_guard lock(mutex_);
    return address_;
  }
  void set_address(const std::string& address) {
    std::lock_guard lock(mutex_);
    address_ = address;
  }

 private:
  std::mutex mutex_;
  std::map<RequestId, Receipt> acknowledged_;
  std::string address_;
};

// Sends one change after the other; resends each with its id until it is acknowledged or `is_over`.
void RunClient(Ledger& ledger, uint64_t number, const std::atomic<bool>& is_over) {
  std::unique_ptr<net::Client> client;
  for (uint64_t n = 1; !is_over; ++n) {
    net::Statement statement;
    statement.request_id = RequestId{number, n};
    const char* procedure = n % 3 == 0 ? "drop_acl" : "add_acl";
    statement.text = absl::StrCat("CALL sys.", procedure, "('db", number, "', 'ALLOW', 'User:u",
                                  n / 3, "', 'READ', '*')");
    while (!is_over) {
      if (client == nullptr) {
        auto connected = net::Client::Connect(ledger.address());
        if (!connected.ok()) {
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
          continue;
        }
        client = *std::move(connected);
      }
      absl::StatusOr<net::CallReply> reply = client->Call(statement);
      if (!reply.ok()) {
        client.reset();
        continue;
      }
      ASSERT_FALSE(reply->error.has_value()) << reply->error->message;
      ledger.Acknowledge(statement.request_id, *reply->receipt);
      break;
    }
  }
}

struct Totals {
  uint64_t kills = 0, acknowledged = 0, records = 0, lost = 0, twice = 0, verified = 0;
};

// Reads the whole log: hashes and density by the fold itself, then the ledger against it.
void Audit(const std::string& data_dir, Ledger& ledger, uint64_t* records, Totals* totals) {
  std::map<RequestId, Receipt> logged;
  auto observe = [&](const Record& record, const Applied&, const Hash256& chain) {
    if (!record.request_id.is_set()) return;
    bool is_new = logged.emplace(record.request_id, Receipt{record.moment.lsn, chain}).second;
    totals->twice += !is_new;
  };
  std::map<RequestId, Receipt> acknowledged = ledger.Acknowledged();
  absl::StatusOr<replay::Folded> folded = replay::Audit({.data_dir = data_dir}, observe);
  ASSERT_TRUE(folded.ok()) << folded.status();
  for (const auto& [id, receipt] : acknowledged) {
    auto it = logged.find(id);
    if (it != logged.end() && it->second == receipt) continue;
    ++totals->lost;
    ADD_FAILURE() << "LOST: acknowledged at lsn " << receipt.lsn.value << ", the log has "
                  << (it == logged.end() ? "nothing" : "another record");
  }
  *records = folded->head.lsn.value;
}

void Verify(const std::string& data_dir) {
  Finished verified =
      RunProgram({PEGEL_REPLAY, "verify", "--data-dir", data_dir, "--format", "json"});
  ASSERT_EQ(verified.exit_code, 0) << verified.out << verified.err;
  ASSERT_NE(verified.out.find("{\"ok\":true"), std::string::npos) << verified.out;
}

// One data directory, killed `kills` times, then ended by SIGTERM.
void KillManyTimes(int kills, Random& random, Totals* totals) {
  TemporaryDirectory directory;
  const std::string data_dir = directory.path() + "/data";
  Ledger ledger;
  std::atomic<bool> is_over = false;
  std::vector<std::thread> clients;
  uint64_t records = 0;
  for (int i = 0; i <= kills && !::testing::Test::HasFatalFailure(); ++i) {
    ServerProcess server(PEGELD, data_dir);
    if (server.address().empty()) {
      ADD_FAILURE() << "no start: " << server.output();
      break;
    }
    ledger.set_address(server.address());
    for (int c = 0; i == 0 && c < kClients; ++c) {
      clients.emplace_back(RunClient, std::ref(ledger), c + 1, std::cref(is_over));
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random.Below(60'000)));
    is_over = i == kills;
    if (i < kills) {
      EXPECT_EQ(server.End(SIGKILL), 128 + SIGKILL);
      ++totals->kills;
    } else {
      for (std::thread& client : clients) client.join();
      EXPECT_EQ(server.End(SIGTERM), 0) << server.output();
    }
    Audit(data_dir, ledger, &records, totals);
    Verify(data_dir);
    ++totals->verified;
  }
  is_over = true;
  for (std::thread& client : clients) {
    if (client.joinable()) client.join();
  }
  totals->acknowledged += ledger.Acknowledged().size();
  totals->records += records;
}

TEST(Kill, NoAcknowledgedCallIsLostAndNoneIsThereTwice) {
  const uint64_t kills = IsFullVolume() ? 1000 : 40;
  Random random(SeedFromEnvironment());
  Totals totals;
  while (totals.kills < kills && !HasFailure()) KillManyTimes(kKillsPerDirectory, random, &totals);
  EXPECT_EQ(totals.lost, 0u);
  EXPECT_EQ(totals.twice, 0u);
  EXPECT_GE(totals.kills, kills);
  EXPECT_GT(totals.acknowledged, totals.kills) << "too little happened between the kills";
  std::cout << "kill -9: kills=" << totals.kills << " clients=" << kClients
            << " acknowledged=" << totals.acknowledged << " records=" << totals.records
            << " verified=" << totals.verified << " lost=" << totals.lost
            << " twice=" << totals.twice << "\n";
}

}  // namespace
}  // namespace pegel::testing
