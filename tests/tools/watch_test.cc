// `pegel watch` and `pegel config rollout` without a server: what is printed, and how a lost
// connection is resumed.
#include "tools/shell/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "tests/support/acl.h"
#include "tools/shell/change_text.h"
#include "tools/shell/rollout_text.h"

namespace pegel::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Step = absl::StatusOr<std::optional<net::ChangeBatch>>;

ChangeSet ChangeAt(uint64_t lsn, std::vector<Event> events = {ConfigReset{"k"}}) {
  return ChangeSet{
      {Lsn{lsn}, UnixNanos{1'500'000'000}, Author{Principal{"User", "root"}, "10.0.0.1"}},
      std::move(events)};
}

net::ChangeBatch BatchOf(std::vector<uint64_t> lsns, uint64_t through) {
  net::ChangeBatch batch;
  batch.through = Lsn{through};
  for (uint64_t lsn : lsns) batch.changes.push_back(ChangeAt(lsn));
  return batch;
}

// A server that plays given steps, over as many connections as it takes.
struct Script {
  std::deque<Step> steps;
  std::vector<uint64_t> asked_from;
  std::vector<uint64_t> applied;
  std::vector<absl::Duration> pauses;
  absl::Status refusal;  // Of watch.
  int connects_to_fail = 0;
  std::string out, err;
};

class FakeWatcher final : public net::Watcher {
 public:
  explicit FakeWatcher(Script& script) : script_(script) {}
  Step Next(int64_t) override {
    if (script_.steps.empty()) return std::optional<net::ChangeBatch>();
    Step step = std::move(script_.steps.front());
    script_.steps.pop_front();
    return step;
  }
  void Applied(Lsn through) override { script_.applied.push_back(through.value); }
  Lsn durable() const override { return Lsn{}; }

 private:
  Script& script_;
};

class FakeClient final : public net::Client {
 public:
  explicit FakeClient(Script& script) : script_(script) {}
  absl::StatusOr<net::CallReply> Call(const net::Statement&) override { return Unused(); }
  absl::StatusOr<std::vector<net::CallReply>> CallAll(const std::vector<net::Statement>&) override {
    return Unused();
  }
  absl::StatusOr<Status> AskStatus() override { return Unused(); }
  absl::StatusOr<net::Rollout> AskRollout(const std::string&) override { return Unused(); }
  absl::StatusOr<SettingsAnswer> AskSettings() override { return Unused(); }
  absl::StatusOr<SavedAnswer> TakeSnapshot() override { return Unused(); }
  absl::StatusOr<net::CallReply> ResealSecrets(const RequestId&) override { return Unused(); }
  absl::StatusOr<net::CallReply> UnregisterServer(int32_t, const RequestId&) override {
    return Unused();
  }
  absl::StatusOr<net::CallReply> ChangeTables(const net::TableChange&, const RequestId&) override {
    return absl::UnimplementedError("not used here");
  }
  absl::StatusOr<net::Listed> List(const ListTables&) override { return net::Listed{}; }
  absl::StatusOr<net::Listed> List(const ListBuckets&) override { return net::Listed{}; }
  std::unique_ptr<net::TabletClient> Tablets() override { return nullptr; }  // Not used here.
  absl::StatusOr<std::unique_ptr<net::Watcher>> Watch(const net::WatchRequest& request) override {
    script_.asked_from.push_back(request.from.value);
    if (!script_.refusal.ok()) return script_.refusal;
    return std::make_unique<FakeWatcher>(script_);
  }

 private:
  static absl::Status Unused() { return absl::UnimplementedError("not used here"); }
  Script& script_;
};

// Runs until the script is played (which counts as a signal) or the runner ends by itself.
absl::Status Play(Script& script, WatchCommand command = {}) {
  WatchRunner runner(
      {.connect = [&]() -> absl::StatusOr<std::unique_ptr<net::Client>> {
         if (script.connects_to_fail > 0) {
           --script.connects_to_fail;
           return absl::UnavailableError("nobody there");
         }
         return std::make_unique<FakeClient>(script);
       },
       .sleep = [&](absl::Duration pause) { script.pauses.push_back(pause); },
       .is_asked_to_end = [&] { return script.steps.empty() && script.refusal.ok(); },
       .print =
           [&](const Printed& printed) {
             script.out += printed.out;
             script.err += printed.err;
           }},
      command);
  return runner.Run();
}

TEST(WatchRunner, AcknowledgesWhatItPrinted) {
  Script script{.steps = {BatchOf({1, 3}, 4), BatchOf({}, 9)}};
  EXPECT_TRUE(Play(script).ok());
  EXPECT_THAT(script.applied, ElementsAre(4, 9));
  EXPECT_EQ(script.out,
            "1  1970-01-01T00:00:01.500000000Z  User:root@10.0.0.1  config reset  k\n"
            "3  1970-01-01T00:00:01.500000000Z  User:root@10.0.0.1  config reset  k\n");
}

TEST(WatchRunner, GoesOnBehindWhatItKnowsAfterALoss) {
  Script script{.steps = {BatchOf({5, 7}, 8), absl::UnavailableError("gone"), BatchOf({9}, 9),
                          absl::ResourceExhaustedError("slow"), BatchOf({}, 12)}};
  EXPECT_TRUE(Play(script, {.from = 5}).ok());
  EXPECT_THAT(script.asked_from, ElementsAre(5, 9, 10));
  EXPECT_THAT(script.err, HasSubstr("gone; going on from lsn 9 in 50ms"));
  EXPECT_THAT(script.pauses, ElementsAre(absl::Milliseconds(50), absl::Milliseconds(50)))
      << "progress makes the pause short again";
}

TEST(WatchRunner, WaitsLongerEachTimeWithinABound) {
  Script script;
  for (int i = 0; i < 12; ++i) script.steps.push_back(absl::UnavailableError("gone"));
  EXPECT_TRUE(Play(script).ok());
  absl::Duration longest;
  for (absl::Duration pause : script.pauses) longest = std::max(longest, pause);
  EXPECT_EQ(longest, absl::Milliseconds(200)) << "in steps, so that a signal is noticed";
  EXPECT_THAT(script.err, HasSubstr("in 5s"));
  EXPECT_THAT(script.err, ::testing::Not(HasSubstr("in 6")));
}

TEST(WatchRunner, EndsForGoodWhenTryingAgainDoesNotHelp) {
  Script replaced{.steps = {BatchOf({1}, 1), absl::AbortedError("replaced"), BatchOf({2}, 2)}};
  EXPECT_TRUE(absl::IsAborted(Play(replaced)));
  Script refused{.refusal = absl::PermissionDeniedError("no")};
  EXPECT_TRUE(absl::IsPermissionDenied(Play(refused)));
  Script nobody{.steps = {BatchOf({1}, 1)}, .connects_to_fail = 1};
  EXPECT_TRUE(absl::IsUnavailable(Play(nobody))) << "no server at the start";
}

TEST(WatchRunner, ShowsAsManyAsAskedFor) {
  Script script{.steps = {BatchOf({1, 2}, 2), BatchOf({4, 6, 8}, 9), BatchOf({11}, 11)}};
  EXPECT_TRUE(Play(script, {.count = 3}).ok());
  EXPECT_THAT(script.applied, ElementsAre(2, 4)) << "and acknowledges no more";
  EXPECT_EQ(std::count(script.out.begin(), script.out.end(), '\n'), 3);
}

TEST(ChangeText, OneObjectForARecord) {
  const config::Sealed seal{"0123456789abcdef", "box"};
  EXPECT_EQ(
      ChangeJson(ChangeAt(
          7, {ConfigSet{"k", "v"}, ConfigSet{"k", std::nullopt}, ConfigSet{"s3.secret-key", seal},
              ConfigReset{"k"}, AclAdded{pegel::testing::EntryOf("DENY", "User:a", "READ", "d")}})),
      R"({"lsn":7,"time":"1970-01-01T00:00:01.500000000Z","principal":"User:root","host":"10.0.0.1",)"
      R"("events":[{"event":"config_set","key":"k","value":"v"},)"
      R"({"event":"config_set","key":"k","value":null},)"
      R"({"event":"config_set","key":"s3.secret-key","value":{"sealed":{"key_id":"0123456789abcdef","box":"Ym94"}}},)"
      R"({"event":"config_reset","key":"k"},)"
      R"({"event":"acl_added","resource":"cluster.d","permission":"DENY","principal":"User:a","operation":"READ","host":"*"}]})"
      "\n");
}

TEST(ChangeText, PeopleSeeNoSealsAndNoControlCharacters) {
  std::string lines = ChangeLines(
      ChangeAt(7, {ConfigSet{"s3.secret-key", config::Sealed{"0123456789abcdef", "box"}},
                   ConfigSet{"k", "a\nb"}}));
  EXPECT_THAT(lines, HasSubstr("config set    s3.secret-key=******\n"));
  EXPECT_THAT(lines, HasSubstr("config set    k=a\\nb\n"));
}

net::Rollout RolloutOf(bool slow_has_it) {
  net::Rollout rollout{.changed_at = Lsn{42}, .subscribers = {}};
  rollout.subscribers.push_back({.name = "tablet-1",
                                 .principal = "User:t",
                                 .host = "10.0.0.1",
                                 .is_connected = true,
                                 .delivered = Lsn{42},
                                 .applied = Lsn{slow_has_it ? 42u : 41u},
                                 .has_it = slow_has_it});
  rollout.subscribers.push_back({.name = "tablet-2",
                                 .principal = "User:t",
                                 .host = "10.0.0.2",
                                 .applied = Lsn{3},
                                 .end_reason = "The connection ended."});
  return rollout;
}

TEST(RolloutText, CountsTheConnectedAndNamesTheRest) {
  EXPECT_FALSE(IsRolledOut(RolloutOf(false)));
  std::string table = RolloutTable("k", RolloutOf(false));
  EXPECT_THAT(table, HasSubstr("k changed last at lsn 42\n"));
  EXPECT_THAT(table, HasSubstr("| NO "));
  EXPECT_THAT(table, HasSubstr("left at 1970-01-01T00:00:00Z: The connection ended."));
  EXPECT_THAT(table, HasSubstr("0 of 1 connected subscribers have it; 1 left\n"));
}

TEST(RolloutText, IsDoneWhenEveryConnectedSubscriberHasIt) {
  EXPECT_TRUE(IsRolledOut(RolloutOf(true)));
  EXPECT_THAT(RolloutJson("k", RolloutOf(true)),
              HasSubstr(R"({"key":"k","changed_at":42,"rolled_out":true,"subscribers":[{)"));
}

TEST(RolloutText, AKeyThatWasNeverChangedIsNotRolledOut) {
  EXPECT_FALSE(IsRolledOut(net::Rollout{}));
  net::Rollout nobody{.changed_at = Lsn{42}, .subscribers = {}};
  EXPECT_FALSE(IsRolledOut(nobody)) << "a gate must not open because nobody is there";
  EXPECT_THAT(RolloutTable("typo", net::Rollout{}), HasSubstr("typo was never changed"));
  EXPECT_THAT(RolloutJson("typo", net::Rollout{}), HasSubstr(R"("changed_at":null)"));
}

}  // namespace
}  // namespace pegel::tools
