#include "core/engine.h"

#include <gtest/gtest.h>

#include "core/canonical.h"
#include "tests/support/acl.h"

namespace pegel {
namespace {

using testing::AuthorOf;
using testing::BootOf;
using testing::EntryOf;

const acl::Entry kEntry = EntryOf("ALLOW", "User:Bob", "READ", "d");

// The chain hash that the test's disk gives to the record at `lsn`.
Hash256 ChainAt(uint64_t lsn) {
  Hash256 chain{};
  chain[31] = static_cast<uint8_t>(lsn);
  return chain;
}

// An engine with a hand-driven disk. Lsn 1 (Boot) is durable.
class EngineTest : public ::testing::Test {
 protected:
  explicit EngineTest(EngineOptions options = {}) : engine_(World{}, Hash256{}, {}, options) {
    Call(1, BootOf(false), {}, "System:pegeld");
    Durable(1);
    replies_.clear();
    appended_.clear();
    published_.clear();
  }

  void Call(CallToken token, Command command, RequestId id = {}, const char* who = "User:root",
            int64_t now = 100) {
    Take(engine_.Step(CallArrived{token, AuthorOf(who), id, std::move(command), UnixNanos{now}}));
  }
  // The next `count` records are on disk.
  void Durable(size_t count) {
    GroupDurable group{Lsn{engine_.lsn_durable().value + count}, {}};
    for (size_t i = 1; i <= count; ++i) {
      group.chains.push_back(ChainAt(engine_.lsn_durable().value + i));
    }
    Take(engine_.Step(std::move(group)));
  }
  void Take(std::vector<Effect> effects) {
    for (Effect& effect : effects) {
      if (auto* append = std::get_if<Append>(&effect)) appended_.push_back(append->record);
      if (auto* reply = std::get_if<Reply>(&effect)) replies_.push_back(*reply);
      if (auto* status = std::get_if<StatusReply>(&effect)) statuses_.push_back(status->status);
      if (auto* published = std::get_if<Published>(&effect)) published_.push_back(*published);
      if (auto* stop = std::get_if<Stop>(&effect)) stops_.push_back(stop->reason);
    }
  }
  ErrorCode LastError() const { return std::get<Error>(replies_.back().outcome).code; }

  Engine engine_;
  std::vector<Record> appended_;
  std::vector<Reply> replies_;
  std::vector<Status> statuses_;
  std::vector<Published> published_;
  std::vector<std::string> stops_;
};

class EngineWithoutReadRecords : public EngineTest {
 protected:
  EngineWithoutReadRecords() : EngineTest(EngineOptions{.log_reads = false}) {}
};

class EngineWithFewBytes : public EngineTest {
 protected:
  EngineWithFewBytes() : EngineTest(EngineOptions{.line_bytes_max = 4096}) {}
};

class EngineWithAShortLine : public EngineTest {
 protected:
  EngineWithAShortLine() : EngineTest(EngineOptions{.line_records_max = 2}) {}
};

TEST_F(EngineTest, NobodyIsToldBeforeTheRecordIsDurable) {
  Call(7, AddAcl{kEntry});
  ASSERT_EQ(appended_.size(), 1u);
  EXPECT_EQ(appended_[0].moment.lsn, Lsn{2});
  EXPECT_TRUE(replies_.empty());
  EXPECT_FALSE(engine_.is_idle());
  Durable(1);
  ASSERT_EQ(replies_.size(), 1u);
  EXPECT_EQ(replies_[0].token, 7u);
  EXPECT_EQ(replies_[0].receipt, (Receipt{Lsn{2}, ChainAt(2)}));
  EXPECT_TRUE(engine_.is_idle());
}

TEST_F(EngineTest, RepliesComeInTheOrderOfTheLog) {
  for (CallToken token = 10; token < 15; ++token) Call(token, ListAcl{});
  Durable(2);
  EXPECT_EQ(replies_.size(), 2u);
  Durable(3);
  ASSERT_EQ(replies_.size(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(replies_[i].token, 10 + i);
    EXPECT_EQ(replies_[i].receipt->lsn, Lsn{2 + i});
  }
}

TEST_F(EngineTest, ChangesArePublishedWhenTheyAreDurableAndOnlyThen) {
  Call(1, AddAcl{kEntry}, {}, "User:Alice", 500);
  Call(2, ListAcl{});
  Call(3, AddAcl{kEntry});  // There already.
  Call(4, DropAcl{});
  EXPECT_TRUE(published_.empty());
  Durable(2);
  ASSERT_EQ(published_.size(), 1u);
  EXPECT_EQ(published_[0].through, Lsn{3});
  ASSERT_EQ(published_[0].changes.size(), 1u) << "the read changed nothing";
  const ChangeSet& change = *published_[0].changes[0];
  EXPECT_EQ(change.moment.lsn, Lsn{2});
  EXPECT_EQ(change.moment.time, UnixNanos{500});
  EXPECT_EQ(change.moment.author, AuthorOf("User:Alice"));
  EXPECT_EQ(std::get<AclAdded>(change.events.at(0)).entry, kEntry);
  Durable(2);
  ASSERT_EQ(published_.size(), 2u);
  EXPECT_EQ(published_[1].through, Lsn{5});
  ASSERT_EQ(published_[1].changes.size(), 1u);
  EXPECT_EQ(published_[1].changes[0]->moment.lsn, Lsn{5});
}

TEST_F(EngineTest, AFailedAppendPublishesNothing) {
  Call(1, AddAcl{kEntry});
  Take(engine_.Step(AppendFailed{"disk gone"}));
  EXPECT_TRUE(published_.empty());
}

TEST_F(EngineTest, RecordsCarryWhatTheFoldNeeds) {
  Call(1, AddAcl{kEntry}, RequestId{0, 9}, "User:Alice", 500);
  const Record& record = appended_.at(0);
  EXPECT_EQ(record.moment.author, AuthorOf("User:Alice"));
  EXPECT_EQ(record.moment.time, UnixNanos{500});
  EXPECT_EQ(record.request_id, (RequestId{0, 9}));
  World replayed;
  Apply(replayed, Moment{Lsn{1}, UnixNanos{100}, AuthorOf("System:pegeld")}, {}, BootOf(false));
  EXPECT_EQ(Apply(replayed, record.moment, record.request_id, record.command).effect,
            record.effect);
  EXPECT_EQ(replayed, engine_.world());
}

TEST_F(EngineTest, TheStampNeverGoesBack) {
  Call(1, ListAcl{}, {}, "User:root", 900);
  Call(2, ListAcl{}, {}, "User:root", 300);
  EXPECT_EQ(appended_.at(1).moment.time, UnixNanos{900});
}

TEST_F(EngineTest, ARejectionIsARecordToo) {
  Call(1, BootOf(true), {}, "System:pegeld");
  Call(2, AddAcl{kEntry}, {}, "User:eve");
  Durable(2);
  EXPECT_EQ(appended_.size(), 2u);
  EXPECT_EQ(LastError(), ErrorCode::kAuthorization);
  EXPECT_EQ(replies_.back().receipt->lsn, Lsn{3});
}

// The server seals before it submits; this is the lock behind that one.
TEST_F(EngineTest, ASecretThatWasNotSealedIsRefusedAndNotLogged) {
  Call(1, AlterConfigs{{{config::Op::kSet, "kv.snapshot.interval", "1 s"},
                        {config::Op::kSet, "datalake.paimon.s3.secret-key", "hunter2"}}});
  EXPECT_TRUE(appended_.empty());
  ASSERT_EQ(replies_.size(), 1u);
  EXPECT_FALSE(replies_[0].receipt.has_value());
  EXPECT_EQ(std::get<Error>(replies_[0].outcome).message,
            "The value of 'datalake.paimon.s3.secret-key' is a secret that was not sealed. Nothing "
            "was logged.");
  config::Sealed sealed{"0123456789abcdef", std::string(40, 'x')};
  Call(2, AlterConfigs{{{config::Op::kSet, "datalake.paimon.s3.secret-key", sealed}}});
  EXPECT_EQ(appended_.size(), 1u);
}

TEST_F(EngineTest, ARetryGetsTheFirstAnswerAndNoSecondRecord) {
  Call(1, AddAcl{kEntry}, RequestId{0, 9});
  Durable(1);
  Call(2, DropAcl{});
  Durable(1);
  Call(3, AddAcl{kEntry}, RequestId{0, 9});
  ASSERT_EQ(replies_.size(), 3u);
  EXPECT_EQ(replies_[2].token, 3u);
  EXPECT_EQ(replies_[2].outcome, replies_[0].outcome);
  EXPECT_EQ(replies_[2].receipt, replies_[0].receipt);
  EXPECT_EQ(appended_.size(), 2u);
  EXPECT_EQ(engine_.world().acls.size(), 0u) << "the retry must not add the entry again";
}

TEST_F(EngineTest, ARetryOfACallUnderWayWaitsForTheDiskAsTheFirstDoes) {
  Call(1, AddAcl{kEntry}, RequestId{0, 9});
  Call(2, AddAcl{kEntry}, RequestId{0, 9});
  EXPECT_EQ(appended_.size(), 1u);
  EXPECT_TRUE(replies_.empty());
  Durable(1);
  ASSERT_EQ(replies_.size(), 2u);
  EXPECT_EQ(replies_[0].receipt, replies_[1].receipt);
}

TEST_F(EngineTest, ARequestIdNamesOneCallOfOnePrincipal) {
  Call(1, AddAcl{kEntry}, RequestId{0, 9});
  Durable(1);
  Call(2, DropAcl{}, RequestId{0, 9});
  EXPECT_EQ(LastError(), ErrorCode::kRequestIdReused);
  EXPECT_FALSE(replies_.back().receipt.has_value());
  Call(3, DropAcl{}, RequestId{0, 9}, "User:other");
  Durable(1);
  EXPECT_TRUE(IsAccepted(replies_.back().outcome));
}

TEST_F(EngineTest, ReceiptsOfRetriesSurviveARestart) {
  Call(1, AddAcl{kEntry}, RequestId{0, 9});
  Durable(1);
  Engine restarted(engine_.world(), ChainAt(2), {{Lsn{2}, ChainAt(2)}}, {});
  std::vector<Effect> effects =
      restarted.Step(CallArrived{5, AuthorOf("User:root"), RequestId{0, 9}, AddAcl{kEntry}, {}});
  ASSERT_EQ(effects.size(), 1u);
  EXPECT_EQ(std::get<Reply>(effects[0]).receipt, replies_[0].receipt);
}

TEST_F(EngineTest, AFailedAppendStopsEverythingAndTellsNobody) {
  Call(1, AddAcl{kEntry});
  Take(engine_.Step(AppendFailed{"disk gone"}));
  ASSERT_EQ(stops_, std::vector<std::string>{"disk gone"});
  EXPECT_TRUE(replies_.empty());
  Call(2, ListAcl{});
  EXPECT_TRUE(replies_.empty());
  EXPECT_EQ(appended_.size(), 1u);
}

// After DIVERGED or CORRUPT nothing may be built on what is in doubt.
TEST_F(EngineTest, WhenWritesAreStoppedReadsGoOnAndLeaveNoRecord) {
  Call(1, AddAcl{kEntry});
  Take(engine_.Step(WritesStopped{"alarm DIVERGED"}));
  Durable(1);
  ASSERT_EQ(replies_.size(), 1u) << "what was in the line is still answered";
  Call(2, AddAcl{EntryOf("ALLOW", "User:Bob", "WRITE", "d")});
  ASSERT_EQ(replies_.size(), 2u);
  EXPECT_EQ(LastError(), ErrorCode::kWritesStopped);
  EXPECT_EQ(std::get<Error>(replies_[1].outcome).message, "alarm DIVERGED");
  EXPECT_FALSE(replies_[1].receipt.has_value());
  Call(3, ListAcl{});
  ASSERT_EQ(replies_.size(), 3u);
  EXPECT_TRUE(IsAccepted(replies_[2].outcome));
  EXPECT_EQ(appended_.size(), 1u);
  EXPECT_TRUE(stops_.empty());
}

// Alarm NOSPACE. It ends, unlike the others.
TEST_F(EngineTest, WhenRoomIsLowOnlyWhatCannotWaitIsWritten) {
  const RequestId id{1, 2};
  Call(1, AddAcl{kEntry}, id);
  Take(engine_.Step(RoomIsLow{"alarm NOSPACE"}));
  Durable(1);
  const AddAcl more{EntryOf("ALLOW", "User:Bob", "WRITE", "d")};
  Call(2, more);
  ASSERT_EQ(replies_.size(), 2u);
  EXPECT_EQ(LastError(), ErrorCode::kWritesStopped);
  EXPECT_EQ(std::get<Error>(replies_[1].outcome).message, "alarm NOSPACE");
  EXPECT_FALSE(replies_[1].receipt.has_value());
  Call(3, ListAcl{});
  EXPECT_TRUE(IsAccepted(replies_.back().outcome));
  Call(4, AddAcl{kEntry}, id);
  EXPECT_EQ(replies_.back().receipt, (Receipt{Lsn{2}, ChainAt(2)})) << "a retry of what is there";
  EXPECT_EQ(appended_.size(), 1u);
  Call(5, RegisterServer{cluster::ServerId{1}, "r", "h:1"}, {}, "User:root");
  Call(6, ServerLost{cluster::ServerId{1}, Lsn{3}}, {}, "System:pegeld");
  Call(7, ReplicaReport{cluster::ServerId{1}, Lsn{3}, {}, {}, {}, {}});
  Call(8, AdvanceMoves{}, {}, "System:pegeld");
  Call(9, PauseRebalance{});
  Call(10, CancelRebalance{});
  EXPECT_EQ(appended_.size(), 7u);
  Durable(6);
  Take(engine_.Step(RoomIsBack{}));
  Call(11, more);
  EXPECT_EQ(appended_.size(), 8u);
}

TEST_F(EngineTest, WhenThereIsRoomForNothingOnlyTheRecordOfAStartIsWritten) {
  Take(engine_.Step(RoomIsLow{"alarm NOSPACE", /*is_for_nothing=*/true}));
  Call(1, ServerLost{cluster::ServerId{1}, Lsn{3}}, {}, "System:pegeld");
  Call(2, CancelRebalance{});
  ASSERT_EQ(replies_.size(), 2u);
  EXPECT_EQ(LastError(), ErrorCode::kWritesStopped);
  Call(3, ListAcl{});
  EXPECT_TRUE(IsAccepted(replies_.back().outcome));
  EXPECT_TRUE(appended_.empty());
  Call(4, BootOf(true), {}, "System:pegeld");
  EXPECT_EQ(appended_.size(), 1u);
  Take(engine_.Step(RoomIsLow{"alarm NOSPACE"}));
  Call(5, CancelRebalance{});
  EXPECT_EQ(appended_.size(), 2u) << "from the floor back to the reserve";
}

// There is room, and the log is in doubt all the same.
TEST_F(EngineTest, RoomDoesNotEndAnAlarmOfDoubt) {
  Take(engine_.Step(RoomIsLow{"alarm NOSPACE"}));
  Take(engine_.Step(WritesStopped{"alarm DIVERGED"}));
  Take(engine_.Step(RoomIsBack{}));
  Call(1, CancelRebalance{});
  EXPECT_EQ(std::get<Error>(replies_.back().outcome).message, "alarm DIVERGED");
}

TEST_F(EngineTest, TheStatusWaitsUntilWhatItShowsIsDurable) {
  Call(1, AddAcl{kEntry});
  Take(engine_.Step(StatusAsked{2}));
  EXPECT_TRUE(statuses_.empty());
  Durable(1);
  ASSERT_EQ(statuses_.size(), 1u);
  EXPECT_EQ(statuses_[0].lsn_durable, Lsn{2});
  EXPECT_EQ(statuses_[0].lsn_applied, Lsn{2});
  EXPECT_EQ(statuses_[0].chain, ChainAt(2));
  EXPECT_EQ(statuses_[0].digest, Digest(engine_.world()));
  EXPECT_EQ(statuses_[0].acl_entries, 1u);
  EXPECT_EQ(statuses_[0].static_configs, 2u);
  EXPECT_EQ(statuses_[0].dynamic_configs, 0u);
}

// Found by the simulator (seed 2): the status told the digest of records that came meanwhile and
// were not on disk.
TEST_F(EngineTest, TheStatusTellsNothingOfRecordsThatCameAfterItWasAskedFor) {
  Call(1, AddAcl{kEntry});
  Take(engine_.Step(StatusAsked{2}));
  Hash256 asked_about = Digest(engine_.world());
  Call(3, DropAcl{});
  Durable(1);
  ASSERT_EQ(statuses_.size(), 1u);
  EXPECT_EQ(statuses_[0].lsn_durable, Lsn{2});
  EXPECT_EQ(statuses_[0].lsn_applied, Lsn{2});
  EXPECT_EQ(statuses_[0].digest, asked_about);
  EXPECT_EQ(statuses_[0].acl_entries, 1u);
}

TEST_F(EngineWithoutReadRecords, AReadNeedsNoRecordButSeesOnlyWhatIsDurable) {
  Call(1, ListAcl{});
  ASSERT_EQ(replies_.size(), 1u);
  EXPECT_EQ(replies_[0].receipt, (Receipt{Lsn{1}, ChainAt(1)}));
  Call(2, AddAcl{kEntry});
  Call(3, ListAcl{});
  EXPECT_EQ(replies_.size(), 1u);
  EXPECT_EQ(appended_.size(), 1u);
  Durable(1);
  ASSERT_EQ(replies_.size(), 3u);
  const auto& result = std::get<Result>(replies_[2].outcome);
  EXPECT_EQ(std::get<AclEntries>(result).entries, std::vector<acl::Entry>{kEntry});
  EXPECT_EQ(replies_[2].receipt->lsn, Lsn{2});
}

TEST_F(EngineWithFewBytes, WhatWaitsIsBoundedInBytesTooAndOneCallAlwaysFits) {
  AlterConfigs large{{{config::Op::kSet, "datalake.x", std::string(9000, 'x')}}};
  Call(1, large), Call(2, large);
  EXPECT_EQ(appended_.size(), 1u);
  ASSERT_EQ(replies_.size(), 1u);
  EXPECT_EQ(LastError(), ErrorCode::kOverloaded);
  Durable(1);
  Call(3, large);
  EXPECT_EQ(appended_.size(), 2u) << "what is durable waits no more";
}

TEST_F(EngineWithAShortLine, OneCallTooManyIsRefusedAndNotLogged) {
  Call(1, ListAcl{}), Call(2, ListAcl{}), Call(3, ListAcl{});
  EXPECT_EQ(appended_.size(), 2u);
  ASSERT_EQ(replies_.size(), 1u);
  EXPECT_EQ(replies_[0].token, 3u);
  EXPECT_EQ(LastError(), ErrorCode::kOverloaded);
  EXPECT_FALSE(replies_[0].receipt.has_value());
  Durable(1);
  Call(4, ListAcl{});
  EXPECT_EQ(appended_.size(), 3u) << "room again";
}

}  // namespace
}  // namespace pegel
