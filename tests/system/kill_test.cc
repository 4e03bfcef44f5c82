// kill -9 on a real pegeld under eight clients: every acknowledged call is in the log with its lsn,
// none is there twice, the auditor finds nothing wrong after each kill (reliability.md D7), and
// what the clients saw of rules that all of them change is explained by one order.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "net/client.h"
#include "replay/recover.h"
#include "tests/linear/search.h"
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

// What all clients together saw of a few rules that all of them change: each knows when it called
// and when it had the answer, and nobody looks at lsns.
class Memory {
 public:
  static constexpr uint64_t kRules = 2;

  linear::Moment Now() { return ++now_; }
  void Remember(uint64_t rule, linear::Operation operation) {
    std::lock_guard lock(mutex_);
    histories_[rule].push_back(std::move(operation));
  }
  // Once the clients have ended.
  const std::vector<linear::Operation>& Of(uint64_t rule) const { return histories_[rule]; }

 private:
  std::atomic<linear::Moment> now_ = 0;
  std::mutex mutex_;
  std::vector<linear::Operation> histories_[kRules];
};

class Caller {
 public:
  Caller(Ledger& ledger, Memory& memory, uint64_t number, const std::atomic<bool>& is_over)
      : ledger_(ledger), memory_(memory), number_(number), is_over_(is_over) {}

  // One call after the other; every fourth is about a rule that others change, too.
  void Run() {
    for (uint64_t n = 1; !is_over_; ++n) n % 4 == 0 ? CallShared(n) : ChangeOwn(n);
  }

 private:
  void ChangeOwn(uint64_t n) {
    const char* procedure = n % 3 == 0 ? "drop_acl" : "add_acl";
    Change(n, absl::StrCat("CALL sys.", procedure, "('db", number_, "', 'ALLOW', 'User:u", n / 3,
                           "', 'READ', '*')"));
  }

  void CallShared(uint64_t n) {
    const uint64_t turn = n / 4 + number_, rule = turn % Memory::kRules;
    const std::string rest =
        absl::StrCat("_acl('shared", rule, "', 'ALLOW', 'User:u', 'READ', '*')");
    linear::Operation operation{.call = memory_.Now()};
    std::optional<net::CallReply> reply;
    if (turn % 3 == 0) {
      reply = Resend({.text = absl::StrCat("CALL sys.list", rest), .request_id = {}});
      if (!reply) return;
      operation.value = reply->table.rows.empty() ? "gone" : "there";
    } else {
      operation.kind = linear::Operation::Kind::kWrite;
      operation.value = turn % 3 == 1 ? "there" : "gone";
      reply = Change(n, absl::StrCat("CALL sys.", turn % 3 == 1 ? "add" : "drop", rest));
    }
    operation.done = reply ? memory_.Now() : linear::kNever;
    memory_.Remember(rule, std::move(operation));
  }

  std::optional<net::CallReply> Change(uint64_t n, const std::string& text) {
    const RequestId id{number_, n};
    std::optional<net::CallReply> reply = Resend({.text = text, .request_id = id});
    if (reply) ledger_.Acknowledge(id, *reply->receipt);
    return reply;
  }

  // Resends with the same id until there is an answer; none when the test is over.
  std::optional<net::CallReply> Resend(const net::Statement& statement) {
    while (!is_over_) {
      if (client_ == nullptr) {
        auto connected = net::Client::Connect(ledger_.address());
        if (!connected.ok()) {
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
          continue;
        }
        client_ = *std::move(connected);
      }
      absl::StatusOr<net::CallReply> reply = client_->Call(statement);
      if (reply.ok()) {
        EXPECT_FALSE(reply->error.has_value()) << reply->error->message;
        return *std::move(reply);
      }
      client_.reset();
    }
    return std::nullopt;
  }

  Ledger& ledger_;
  Memory& memory_;
  const uint64_t number_;
  const std::atomic<bool>& is_over_;
  std::unique_ptr<net::Client> client_;
};

struct Totals {
  uint64_t kills = 0, acknowledged = 0, records = 0, lost = 0, twice = 0, verified = 0;
  uint64_t judged = 0;  // Operations of histories that were searched for an order.
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

void JudgeMemory(const Memory& memory, Totals* totals) {
  for (uint64_t rule = 0; rule < Memory::kRules; ++rule) {
    linear::Verdict verdict = linear::Search(memory.Of(rule), "gone");
    EXPECT_EQ(verdict.kind, linear::Verdict::Kind::kLinearizable)
        << "rule " << rule << ": " << verdict.why;
    totals->judged += memory.Of(rule).size();
  }
}

// One data directory, killed `kills` times, then ended by SIGTERM.
void KillManyTimes(int kills, Random& random, Totals* totals) {
  TemporaryDirectory directory;
  const std::string data_dir = directory.path() + "/data";
  Ledger ledger;
  Memory memory;
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
      clients.emplace_back([&ledger, &memory, &is_over, c] {
        Caller(ledger, memory, static_cast<uint64_t>(c) + 1, is_over).Run();
      });
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
  JudgeMemory(memory, totals);
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
  EXPECT_GT(totals.judged, totals.kills) << "too few calls on shared rules";
  EXPECT_GT(totals.acknowledged, totals.kills) << "too little happened between the kills";
  std::cout << "kill -9: kills=" << totals.kills << " clients=" << kClients
            << " acknowledged=" << totals.acknowledged << " records=" << totals.records
            << " verified=" << totals.verified << " lost=" << totals.lost
            << " twice=" << totals.twice << " judged=" << totals.judged << "\n";
}

}  // namespace
}  // namespace pegel::testing
