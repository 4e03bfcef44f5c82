// The laws of watching, over the real engine and the real wire: filtered, ordered, no duplicate, no
// gap, a record whole, resumable from every lsn, equal to the fold, never before durable
// (reliability.md, "Watch laws").
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <iostream>
#include <thread>

#include "core/canonical.h"
#include "net/client.h"
#include "tests/net/server_thread.h"
#include "tests/support/acl.h"

namespace pegel::net {
namespace {

using pegel::testing::AuthorOf;
using pegel::testing::BootOf;
using pegel::testing::EntryOf;
using ::testing::HasSubstr;

constexpr int64_t kLongMs = 20'000;
const char kAnonymous[] = "User:ANONYMOUS";

Limits QuickLimits() {
  Limits limits;
  limits.watch_progress_ms = 10;
  return limits;
}

// ---- making changes ----

void Submit(ServerThread& server, Command command, const char* author = "User:root") {
  server.OnLoop([&] { server.engine().Submit(AuthorOf(author), {}, command, [](Reply) {}); });
  server.WaitUntil([&] { return server.engine().is_disk_stuck || server.engine().is_durable(); });
}

AddAcl Grant(int n) { return AddAcl{EntryOf("ALLOW", "User:u" + std::to_string(n), "READ", "d")}; }

// One record in six is a read, one repeats, one drops everything, one is refused.
Command CommandNumber(int n) {
  if (n % 6 == 1) return ListAcl{};
  if (n % 6 == 4) return Grant(n - 1);
  if (n % 12 == 5) return DropAcl{};
  if (n % 12 == 11) return Boot{"another-cluster", 1, {}};
  return Grant(n);
}

// What the fold itself says about the same calls: the record at [i] has lsn i + 1.
struct Expected {
  Lsn lsn;
  std::string events;  // Canonical.
};

std::string Canonical(const std::vector<Event>& events) {
  return Encode(Decision{Result{Done{}}, events});
}

std::vector<Expected> FoldedChanges(int records) {
  World world;
  std::vector<Expected> changes;
  for (int n = 0; n < records; ++n) {
    Command command = n == 0 ? Command(Boot{"test-cluster", 1, {}}) : CommandNumber(n);
    Moment moment{Next(world.lsn), UnixNanos{1}, AuthorOf("User:root")};
    Applied applied = Apply(world, moment, {}, command);
    if (applied.decision.events.empty()) continue;
    changes.push_back({moment.lsn, Canonical(applied.decision.events)});
  }
  return changes;
}

// ---- watching ----

std::unique_ptr<Client> ClientOf(ServerThread& server) {
  auto client = Client::Connect(server.address());
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

std::unique_ptr<Watcher> MustWatch(Client& client, uint64_t from, const std::string& name = "w",
                                   WatchFilter filter = {}) {
  auto watcher = client.Watch({Lsn{from}, name, std::move(filter)});
  EXPECT_TRUE(watcher.ok()) << watcher.status();
  return watcher.ok() ? *std::move(watcher) : nullptr;
}

// Takes batches until one reaches `through`, checking that progress never goes back.
std::vector<ChangeSet> Collect(Watcher& watcher, Lsn through) {
  std::vector<ChangeSet> changes;
  Lsn reached;
  while (reached < through) {
    auto batch = watcher.Next(kLongMs);
    if (!batch.ok() || !batch->has_value()) {
      ADD_FAILURE() << "waited for lsn " << through.value << ", got " << batch.status();
      break;
    }
    EXPECT_GE((*batch)->through, reached);
    reached = (*batch)->through;
    for (ChangeSet& change : (*batch)->changes) {
      EXPECT_LE(change.moment.lsn, reached);
      changes.push_back(std::move(change));
    }
  }
  return changes;
}

absl::Status EndOf(Watcher& watcher) {
  for (;;) {
    auto batch = watcher.Next(kLongMs);
    if (!batch.ok()) return batch.status();
    if (!batch->has_value()) return absl::DeadlineExceededError("no end");
  }
}

std::vector<uint64_t> LsnsOf(const std::vector<ChangeSet>& changes) {
  std::vector<uint64_t> lsns;
  for (const ChangeSet& change : changes) lsns.push_back(change.moment.lsn.value);
  return lsns;
}

std::vector<uint64_t> Range(uint64_t from, uint64_t to) {
  std::vector<uint64_t> lsns;
  for (uint64_t lsn = from; lsn <= to; ++lsn) lsns.push_back(lsn);
  return lsns;
}

// ---- the laws ----

TEST(Watch, SeesWhatTheFoldSeesFromEveryLsnOfAHistory) {
  constexpr int kRecords = 60;
  const std::vector<Expected> folded = FoldedChanges(kRecords);
  uint64_t resumed = 0, seen = 0;
  for (size_t ring : {1, 7, 4096}) {
    ServerThread server(QuickLimits(), ServerThread::WithEngine({.changes_max = ring}));
    for (int n = 1; n < kRecords; ++n) Submit(server, CommandNumber(n));
    auto client = ClientOf(server);
    for (uint64_t from = 0; from <= kRecords; ++from) {
      std::vector<Expected> expected;
      for (const Expected& change : folded) {
        if (change.lsn.value >= from) expected.push_back(change);
      }
      auto watcher = MustWatch(*client, from);
      std::vector<ChangeSet> changes = Collect(*watcher, Lsn{kRecords});
      ASSERT_EQ(changes.size(), expected.size()) << "ring " << ring << ", from " << from;
      for (size_t i = 0; i < changes.size(); ++i) {
        ASSERT_EQ(changes[i].moment.lsn, expected[i].lsn);
        ASSERT_EQ(Canonical(changes[i].events), expected[i].events);
      }
      ++resumed;
      seen += changes.size();
    }
    int histories = 0;
    server.OnLoop([&] { histories = server.engine().histories_begun; });
    EXPECT_EQ(histories > 0, ring < folded.size()) << "ring " << ring;
  }
  std::cout << "watch resume: subscriptions=" << resumed << " changes=" << seen << "\n";
}

TEST(Watch, GoesOnWithWhatHappensAfterwards) {
  ServerThread server(QuickLimits());
  auto client = ClientOf(server);
  auto watcher = MustWatch(*client, 1);
  EXPECT_EQ(watcher->durable(), Lsn{1});
  EXPECT_THAT(LsnsOf(Collect(*watcher, Lsn{1})), ::testing::ElementsAre(1));
  for (int n = 2; n < 50; ++n) {
    Submit(server, Grant(n));
    ChangeSet change = Collect(*watcher, Lsn{static_cast<uint64_t>(n)}).at(0);
    EXPECT_EQ(change.moment.lsn.value, static_cast<uint64_t>(n));
    EXPECT_EQ(change.moment.author, AuthorOf("User:root"));
    EXPECT_EQ(std::get<AclAdded>(change.events.at(0)).entry, Grant(n).entry);
  }
}

TEST(Watch, ARecordComesWholeHoweverLarge) {
  constexpr int kEntries = 5000;
  ServerThread server(QuickLimits());
  server.OnLoop([&] {
    for (int n = 0; n < kEntries; ++n) {
      server.engine().Submit(AuthorOf("User:root"), {}, Grant(n), [](Reply) {});
    }
  });
  Submit(server, DropAcl{});
  auto client = ClientOf(server);
  auto watcher = MustWatch(*client, 2);
  std::vector<ChangeSet> changes = Collect(*watcher, Lsn{kEntries + 2});
  ASSERT_EQ(LsnsOf(changes), Range(2, kEntries + 2));
  EXPECT_EQ(changes.back().events.size(), static_cast<size_t>(kEntries));
}

TEST(Watch, AFilterSelectsAndProgressGoesOn) {
  ServerThread server(QuickLimits());
  for (int n = 2; n <= 20; ++n) Submit(server, Grant(n));
  auto client = ClientOf(server);
  auto boots = MustWatch(*client, 1, "boots", {.boots = true});
  EXPECT_THAT(LsnsOf(Collect(*boots, Lsn{20})), ::testing::ElementsAre(1));
  auto acls = MustWatch(*client, 1, "acls", {.acls = true});
  EXPECT_EQ(LsnsOf(Collect(*acls, Lsn{20})), Range(2, 20));
  auto none = MustWatch(*client, 2, "none", {.boots = true});
  EXPECT_TRUE(Collect(*none, Lsn{20}).empty()) << "but through 20 was told";
}

TEST(Watch, NothingIsToldBeforeItIsDurable) {
  ServerThread server(QuickLimits());
  auto client = ClientOf(server);
  auto watcher = MustWatch(*client, 2);
  server.OnLoop([&] { server.engine().is_disk_stuck = true; });
  Submit(server, Grant(2));
  auto batch = watcher->Next(200);
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_FALSE(batch->has_value()) << "told through lsn " << (*batch)->through.value;
  auto late = client->Watch({Lsn{3}, "late", {}});
  EXPECT_EQ(late.status().code(), absl::StatusCode::kInvalidArgument) << "lsn 2 is not durable";
  server.OnLoop([&] { server.engine().DiskGoesOn(); });
  EXPECT_EQ(LsnsOf(Collect(*watcher, Lsn{2})), Range(2, 2));
}

// ---- pace ----

TEST(Watch, OneThatFallsBehindTheRingMissesNothing) {
  ServerThread server(QuickLimits(), ServerThread::WithEngine({.changes_max = 4}));
  auto client = ClientOf(server);
  auto slow = MustWatch(*client, 1);
  for (int n = 2; n <= 300; ++n) Submit(server, Grant(n));  // Nothing is taken meanwhile.
  EXPECT_EQ(LsnsOf(Collect(*slow, Lsn{300})), Range(1, 300));
  server.OnLoop([&] { EXPECT_GE(server.engine().histories_begun, 1); });
  Submit(server, Grant(301));
  EXPECT_EQ(LsnsOf(Collect(*slow, Lsn{301})), Range(301, 301)) << "live again";
}

TEST(Watch, ManyThatNeedHistoryTakeTurns) {
  ServerThread server(QuickLimits(), ServerThread::WithEngine({.changes_max = 4}));
  for (int n = 2; n <= 100; ++n) Submit(server, Grant(n));
  auto client = ClientOf(server);
  std::vector<std::unique_ptr<Watcher>> watchers;
  for (int i = 0; i < 8; ++i) watchers.push_back(MustWatch(*client, 1, "w" + std::to_string(i)));
  watchers.erase(watchers.begin() + 2);  // One leaves while it waits or reads.
  for (auto& watcher : watchers) EXPECT_EQ(LsnsOf(Collect(*watcher, Lsn{100})), Range(1, 100));
}

TEST(Watch, OneThatReadsHistoryTooSlowlyGivesWayToThoseWhoWait) {
  Limits limits = QuickLimits();
  limits.history_stall_ms_max = 50;
  ServerThread server(limits, ServerThread::WithEngine({.changes_max = 4}));
  for (int n = 2; n <= 100; ++n) Submit(server, Grant(n));
  auto client = ClientOf(server);
  auto slow = MustWatch(*client, 1, "slow");  // Its thread rests, so it takes nothing.
  std::thread other([&] {
    auto other_client = ClientOf(server);
    auto quick = MustWatch(*other_client, 1, "quick");
    EXPECT_EQ(LsnsOf(Collect(*quick, Lsn{100})), Range(1, 100));
  });
  other.join();
  EXPECT_EQ(EndOf(*slow).code(), absl::StatusCode::kResourceExhausted);
}

TEST(Watch, ABatchThatIsNotAnsweredEndsItAndItMayResume) {
  Limits limits = QuickLimits();
  limits.batch_answer_ms_max = 100;
  ServerThread server(limits);
  auto client = ClientOf(server);
  auto watcher = MustWatch(*client, 1);
  for (int n = 2; n <= 40; ++n) Submit(server, Grant(n));
  server.WaitUntil([&] { return server.server().counters().watches_cut == 1; });
  std::vector<ChangeSet> changes;
  absl::Status end;
  Lsn through;
  while (end.ok()) {
    auto batch = watcher->Next(kLongMs);
    end = batch.status();
    if (!batch.ok()) break;
    ASSERT_TRUE(batch->has_value());
    through = (*batch)->through;
    for (ChangeSet& change : (*batch)->changes) changes.push_back(std::move(change));
  }
  EXPECT_EQ(end.code(), absl::StatusCode::kResourceExhausted) << end;
  EXPECT_THAT(std::string(end.message()), HasSubstr("WATCH_TOO_SLOW (1010)"));
  Submit(server, Grant(41));
  auto resumed = MustWatch(*client, through.value + 1);
  for (ChangeSet& change : Collect(*resumed, Lsn{41})) changes.push_back(std::move(change));
  EXPECT_EQ(LsnsOf(changes), Range(1, 41));
}

TEST(Watch, OneThatTakesNothingHoldsNobodyUp) {
  ServerThread server(QuickLimits());
  std::atomic<bool> is_over = false;
  std::thread sleeper([&] {
    auto client = ClientOf(server);
    auto watcher = MustWatch(*client, 1, "sleeper");
    while (!is_over) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  });
  server.WaitUntil([&] { return server.server().counters().watches == 1; });
  auto client = ClientOf(server);
  std::vector<Statement> statements;
  for (int i = 0; i < 3000; ++i) {
    statements.push_back(
        {.text = "CALL sys.add_acl('d.t" + std::to_string(i) + "', 'ALLOW', 'User:a', 'READ')"});
  }
  auto replies = client->CallAll(statements);
  EXPECT_TRUE(replies.ok()) << replies.status();
  auto watcher = MustWatch(*client, 2, "awake");
  EXPECT_EQ(Collect(*watcher, Lsn{3001}).size(), 3000u);
  is_over = true;
  sleeper.join();
}

// ---- ends ----

TEST(Watch, ASecondUnderTheSameNameEndsTheFirst) {
  ServerThread server(QuickLimits());
  auto client = ClientOf(server);
  auto first = MustWatch(*client, 1, "server-7");
  auto other = MustWatch(*client, 1, "server-8");
  auto second = MustWatch(*client, 1, "server-7");
  absl::Status end = EndOf(*first);
  EXPECT_EQ(end.code(), absl::StatusCode::kAborted) << end;
  EXPECT_THAT(std::string(end.message()), HasSubstr("'server-7'"));
  Submit(server, Grant(2));
  EXPECT_EQ(LsnsOf(Collect(*second, Lsn{2})), Range(1, 2));
  EXPECT_EQ(LsnsOf(Collect(*other, Lsn{2})), Range(1, 2));
}

TEST(Watch, LosingTheRightEndsItAtThatLsn) {
  ServerThread server(QuickLimits());
  acl::Entry right = EntryOf("ALLOW", kAnonymous, "DESCRIBE", "cluster");
  Submit(server, BootOf(true));  // Lsn 2.
  auto client = ClientOf(server);
  auto refused = client->Watch({Lsn{1}, "w", {}});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(
      std::string(refused.status().message()),
      HasSubstr("AUTHORIZATION_EXCEPTION (48): Principal "
                "FlussPrincipal{name='ANONYMOUS', type='User'} have no authorization to "
                "operate DESCRIBE on resource Resource{type=CLUSTER, name='fluss-cluster'}"));
  EXPECT_EQ(client->AskRollout("k").status().code(), absl::StatusCode::kPermissionDenied);
  Submit(server, AddAcl{right});  // Lsn 3.
  auto watcher = MustWatch(*client, 1);
  EXPECT_EQ(LsnsOf(Collect(*watcher, Lsn{3})), Range(1, 3));
  Submit(server, Grant(4));
  EXPECT_EQ(LsnsOf(Collect(*watcher, Lsn{4})), Range(4, 4)) << "other entries take nothing away";
  server.OnLoop([&] {  // One turn, so one group: lsn 5, 6, 7.
    EngineLine& line = server.engine();
    for (Command command : {Command(Grant(5)), Command(DropAcl{pegel::testing::FilterOf(right)}),
                            Command(Grant(7))}) {
      line.Submit(AuthorOf("User:root"), {}, std::move(command), [](Reply) {});
    }
  });
  for (;;) {
    auto batch = watcher->Next(kLongMs);
    if (!batch.ok()) {
      EXPECT_EQ(batch.status().code(), absl::StatusCode::kPermissionDenied) << batch.status();
      EXPECT_THAT(std::string(batch.status().message()), HasSubstr("since lsn 6"));
      break;
    }
    ASSERT_TRUE(batch->has_value());
    EXPECT_LT((*batch)->through, Lsn{6});
  }
}

TEST(Watch, SwitchingAuthorizationOnEndsThoseWithoutRights) {
  ServerThread server(QuickLimits());
  auto client = ClientOf(server);
  auto watcher = MustWatch(*client, 1);
  Submit(server, BootOf(true));
  EXPECT_EQ(EndOf(*watcher).code(), absl::StatusCode::kPermissionDenied);
}

TEST(Watch, TheEndOfTheServerIsUnavailable) {
  ServerThread server(QuickLimits());
  auto client = ClientOf(server);
  auto watcher = MustWatch(*client, 2);
  server.CloseServer();
  EXPECT_EQ(EndOf(*watcher).code(), absl::StatusCode::kUnavailable);
}

TEST(Watch, ALostConnectionIsResumedWithoutAGap) {
  ServerThread server(QuickLimits(), ServerThread::WithEngine({.changes_max = 10}));
  std::vector<uint64_t> seen;
  uint64_t next = 1;
  for (uint64_t round = 1; round <= 20; ++round) {
    auto client = ClientOf(server);
    auto watcher = MustWatch(*client, next);
    for (int i = 0; i < 7; ++i) Submit(server, Grant(static_cast<int>(round) * 7 + i));
    auto batch = watcher->Next(kLongMs);
    ASSERT_TRUE(batch.ok() && batch->has_value()) << batch.status();
    for (const ChangeSet& change : (*batch)->changes) seen.push_back(change.moment.lsn.value);
    next = (*batch)->through.value + 1;
  }
  auto client = ClientOf(server);
  auto watcher = MustWatch(*client, next);
  for (const ChangeSet& change : Collect(*watcher, Lsn{141})) {
    seen.push_back(change.moment.lsn.value);
  }
  EXPECT_EQ(seen, Range(1, 141));
}

// ---- configs ----

constexpr char kKey[] = "log.replica.min-in-sync-replicas-number";  // Dynamic, no secret.

AlterConfigs SetConfig(const std::string& key, std::optional<config::Value> value) {
  return AlterConfigs{{{config::Op::kSet, key, std::move(value)}}};
}

// Publishes events as if a record had made them: every kind of value, whatever the rules say today.
std::vector<ChangeSet> Travelled(const std::vector<Event>& events, WatchFilter filter = {}) {
  ServerThread server(QuickLimits());
  server.OnLoop([&] {
    Moment moment{Lsn{2}, UnixNanos{1}, AuthorOf("User:root")};
    auto change = std::make_shared<const ChangeSet>(ChangeSet{moment, events});
    server.engine().changes()->Publish(Lsn{2}, {change});
  });
  auto client = ClientOf(server);
  auto watcher = MustWatch(*client, 2, "w", std::move(filter));
  return Collect(*watcher, Lsn{2});
}

TEST(Watch, EveryKindOfEventAndValueTravelsAsItIs) {
  const config::Sealed seal{"0123456789abcdef", std::string("\0\xff box", 6)};
  const config::Value secret = config::SealedMap{{{"root", seal}, {"guest", seal}}};
  const std::vector<Event> events = {
      Booted{{"c", 1, {{"bind.listeners", "FLUSS://localhost:9123"}, {"s3.secret-key", seal}}}},
      AclAdded{Grant(1).entry},
      AclDropped{Grant(2).entry},
      ConfigSet{kKey, "2"},
      ConfigSet{"security.sasl.plain.credentials", secret},
      ConfigSet{"datalake.paimon.password", seal},
      ConfigSet{"datalake.format", std::nullopt},
      ConfigReset{kKey},
      ConfigResealed{"datalake.paimon.password", false, seal},
      ConfigResealed{"s3.secret-key", true, seal},
  };
  std::vector<ChangeSet> changes = Travelled(events);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(Canonical(changes[0].events), Canonical(events));
}

TEST(Watch, ASecretInClearNeverLeaves) {
  ServerThread server(QuickLimits());
  auto client = ClientOf(server);
  auto watcher = MustWatch(*client, 2);
  server.OnLoop([&] {
    Moment moment{Lsn{2}, UnixNanos{1}, AuthorOf("User:root")};
    auto change = std::make_shared<const ChangeSet>(
        ChangeSet{moment, {ConfigSet{"datalake.paimon.password", "hunter2"}}});
    server.engine().changes()->Publish(Lsn{2}, {change});
  });
  auto batch = watcher->Next(300);
  EXPECT_FALSE(batch.ok() && batch->has_value());
}

TEST(Watch, KeysAreSelectedByPrefix) {
  const std::vector<Event> events = {ConfigSet{"log.a", "1"}, ConfigSet{"kv.b", "2"},
                                     ConfigReset{"log.a"}, AclAdded{Grant(1).entry}};
  auto count = [&](WatchFilter filter) { return Travelled(events, filter).at(0).events.size(); };
  EXPECT_EQ(count({.configs = true, .key_prefixes = {"log."}}), 2u);
  EXPECT_EQ(count({.configs = true, .key_prefixes = {"log.b", "kv."}}), 1u);
  EXPECT_EQ(count({.configs = true}), 3u);
  EXPECT_EQ(count({.key_prefixes = {"kv."}}), 2u) << "other kinds have no keys";
}

TEST(Rollout, TellsWhoHasTheLastChange) {
  ServerThread server(QuickLimits());
  auto client = ClientOf(server);
  EXPECT_EQ(client->AskRollout(kKey)->changed_at, Lsn{});
  auto quick = MustWatch(*client, 1, "quick", {.configs = true});
  auto slow = MustWatch(*client, 1, "slow");
  auto others = MustWatch(*client, 1, "no configs", {.acls = true});
  auto elsewhere = MustWatch(*client, 1, "other keys", {.configs = true, .key_prefixes = {"kv."}});
  MustWatch(*client, 2, "gone").reset();
  Submit(server, SetConfig(kKey, "2"));  // Lsn 2.
  EXPECT_EQ(LsnsOf(Collect(*quick, Lsn{2})), Range(2, 2));
  Collect(*slow, Lsn{2});
  quick->Applied(Lsn{2});
  server.WaitUntil([] { return true; });
  auto rollout = client->AskRollout(kKey);
  ASSERT_TRUE(rollout.ok()) << rollout.status();
  EXPECT_EQ(rollout->changed_at, Lsn{2});
  ASSERT_EQ(rollout->subscribers.size(), 3u) << "gone, quick, slow";
  const auto& lines = rollout->subscribers;
  EXPECT_EQ(lines[0].name, "gone");
  EXPECT_FALSE(lines[0].is_connected);
  EXPECT_FALSE(lines[0].has_it);
  EXPECT_EQ(lines[0].applied, Lsn{1}) << "it said that it has what comes before lsn 2";
  EXPECT_EQ(lines[0].end_reason, "The subscriber ended it.");
  EXPECT_EQ(lines[1].name, "quick");
  EXPECT_EQ(lines[1].principal, kAnonymous);
  EXPECT_EQ(lines[1].host, "127.0.0.1");
  EXPECT_TRUE(lines[1].is_connected && lines[1].has_it);
  EXPECT_EQ(lines[2].name, "slow");
  EXPECT_EQ(lines[2].delivered, Lsn{2});
  EXPECT_FALSE(lines[2].has_it) << "received is not applied";
  slow->Applied(Lsn{2});
  EXPECT_TRUE(client->AskRollout(kKey)->subscribers[2].has_it);
  Submit(server, AlterConfigs{{{config::Op::kDelete, kKey, std::nullopt}}});  // Lsn 3.
  EXPECT_EQ(client->AskRollout(kKey)->changed_at, Lsn{3}) << "a reset is a change";
  EXPECT_FALSE(client->AskRollout(kKey)->subscribers[1].has_it);
}

TEST(Rollout, SaysNothingOfWhatIsNotDurable) {
  ServerThread server(QuickLimits());
  auto client = ClientOf(server);
  server.OnLoop([&] { server.engine().is_disk_stuck = true; });
  Submit(server, SetConfig(kKey, "2"));
  EXPECT_EQ(client->AskRollout(kKey)->changed_at, Lsn{});
  server.OnLoop([&] { server.engine().DiskGoesOn(); });
  EXPECT_EQ(client->AskRollout(kKey)->changed_at, Lsn{2});
}

// ---- refusals ----

TEST(Watch, AnLsnBeyondTheEndIsRefusedWithBothNumbers) {
  ServerThread server(QuickLimits());
  auto client = ClientOf(server);
  MustWatch(*client, 2);
  auto refused = client->Watch({Lsn{3}, "w", {}});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr("expected at most 2, since the log ends at lsn 1; found 3"));
}

TEST(Watch, ANameIsPrintableAndNotTooLong) {
  ServerThread server(QuickLimits());
  auto client = ClientOf(server);
  for (const std::string& name : {std::string(), std::string(256, 'x'), std::string("a\nb"),
                                  std::string("a\0b", 3), std::string("\xc3\xa4")}) {
    EXPECT_EQ(client->Watch({Lsn{1}, name, {}}).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  MustWatch(*client, 1, std::string(255, 'x'));
  EXPECT_EQ(
      client->Watch({Lsn{1}, "w", {.key_prefixes = std::vector<std::string>(65)}}).status().code(),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(client->Watch({Lsn{1}, "w", {.key_prefixes = {std::string(256, 'x')}}}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Watch, AConnectionMayBeginOnlySoMany) {
  Limits limits = QuickLimits();
  limits.watches_begun_max = 3;
  ServerThread server(limits);
  auto client = ClientOf(server);
  for (int i = 0; i < 3; ++i) MustWatch(*client, 1, "w");
  EXPECT_THAT(client->Watch({Lsn{1}, "w", {}}).status().ToString(), HasSubstr("Connect again"));
  client.reset();
  MustWatch(*ClientOf(server), 1, "w");
}

TEST(Watch, ThereIsALimitForAConnectionAndOneForAll) {
  Limits limits = QuickLimits();
  limits.watches_per_connection_max = 2;
  limits.watches_max = 3;
  ServerThread server(limits);
  auto client = ClientOf(server);
  auto one = MustWatch(*client, 1, "1");
  auto two = MustWatch(*client, 1, "2");
  EXPECT_EQ(client->Watch({Lsn{1}, "3", {}}).status().code(), absl::StatusCode::kResourceExhausted);
  std::thread other([&] {
    auto other_client = ClientOf(server);
    auto three = MustWatch(*other_client, 1, "3");
    auto four = other_client->Watch({Lsn{1}, "4", {}});
    EXPECT_EQ(four.status().code(), absl::StatusCode::kResourceExhausted);
    EXPECT_THAT(std::string(four.status().message()), HasSubstr("OVERLOADED (1003)"));
  });
  other.join();
  two.reset();
  MustWatch(*client, 1, "3");
}

TEST(Watch, MoreThanWasSentCannotBeAcknowledged) {
  ServerThread server(QuickLimits());
  auto client = ClientOf(server);
  auto watcher = MustWatch(*client, 1);
  Collect(*watcher, Lsn{1});
  watcher->Applied(Lsn{1});
  watcher->Applied(Lsn{0});
  EXPECT_TRUE(watcher->Next(50).ok());
  watcher->Applied(Lsn{2});
  EXPECT_EQ(EndOf(*watcher).code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace pegel::net
