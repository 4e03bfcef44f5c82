// What happens when the connection breaks under a call: it is sent again, once carried out.
#include "tools/shell/session.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/tools/fake_server.h"

namespace pegel::tools {
namespace {

const char kAdd[] = "CALL sys.add_acl('CLUSTER', 'ALLOW', 'User:a', 'READ')";
const char kList[] = "CALL sys.list_acl('ANY')";

absl::Status Broken() { return absl::UnavailableError("connection reset"); }
absl::Status Busy() { return absl::ResourceExhaustedError("8192 calls wait already"); }

net::Statement StatementOf(const std::string& text) { return {text, 3, 4, {}}; }

TEST(Session, SendsTextAndPlaceAsTheyAre) {
  FakeServer server;
  Session session(server.Ports(), absl::Seconds(10));

  auto reply = session.Call(StatementOf(kList));

  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->receipt->lsn, Lsn{1});
  ASSERT_EQ(server.sent().size(), 1u);
  EXPECT_EQ(server.sent()[0].text, kList);
  EXPECT_EQ(server.sent()[0].line, 3u);
  EXPECT_EQ(server.sent()[0].column, 4u);
}

TEST(Session, EveryChangeHasAnIdOfItsOwnAndReadsHaveNone) {
  FakeServer server;
  Session session(server.Ports(), absl::Seconds(10));

  for (const char* text : {kAdd, kList, kAdd, "SHOW PROCEDURES", "USE x"}) {
    ASSERT_TRUE(session.Call(StatementOf(text)).ok());
  }

  EXPECT_EQ(server.sent()[0].request_id, (RequestId{7, 1}));
  EXPECT_FALSE(server.sent()[1].request_id.is_set());
  EXPECT_EQ(server.sent()[2].request_id, (RequestId{7, 2}));
  EXPECT_FALSE(server.sent()[3].request_id.is_set());
  EXPECT_FALSE(server.sent()[4].request_id.is_set());
}

TEST(Session, WhatThisProgramCannotReadMayChangeSomething) {
  EXPECT_TRUE(MayChange(kAdd));
  EXPECT_TRUE(MayChange("CALL sys.drop_acl('ANY', 'ANY', 'ANY', 'ANY')"));
  EXPECT_TRUE(MayChange("CALL sys.of_a_newer_server(5)"));
  EXPECT_TRUE(MayChange("CALL sys.rebalance('RACK_AWARE')"));
  EXPECT_TRUE(MayChange("ALTER SOMETHING"));
  EXPECT_TRUE(MayChange("CALL sys.set_cluster_configs('a', 'b')"));
  EXPECT_TRUE(MayChange("CALL sys.reset_cluster_configs('a')"));
  EXPECT_FALSE(MayChange("CALL sys.get_cluster_configs()"));
  EXPECT_FALSE(MayChange(kList));
  EXPECT_FALSE(MayChange("SHOW PROCEDURES"));
  EXPECT_FALSE(MayChange("USE fluss_catalog;"));
}

TEST(Session, ALostCallIsSentAgainWithTheSameIdOnANewConnection) {
  FakeServer server;
  Session session(server.Ports(), absl::Seconds(10));
  server.Next(Broken());
  server.Next(Broken());
  server.Next(Success(42));

  auto reply = session.Call(StatementOf(kAdd));

  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->receipt->lsn, Lsn{42});
  EXPECT_EQ(server.connects(), 3);
  ASSERT_EQ(server.sent().size(), 3u);
  EXPECT_EQ(server.sent()[1].request_id, server.sent()[0].request_id);
  EXPECT_EQ(server.sent()[2].request_id, server.sent()[0].request_id);
  EXPECT_EQ(server.sent()[2].text, kAdd);
}

TEST(Session, WaitsForTheServerToComeBack) {
  FakeServer server;
  Session session(server.Ports(), absl::Seconds(10));
  ASSERT_TRUE(session.Connect().ok());
  server.Next(Broken());
  server.RefuseConnections(5);

  EXPECT_TRUE(session.Call(StatementOf(kAdd)).ok());

  EXPECT_EQ(server.sent().size(), 2u);
  EXPECT_EQ(server.pauses().size(), 6u);
}

TEST(Session, GivesUpWhenTheTimeIsOverAndNotBefore) {
  FakeServer server;
  Session session(server.Ports(), absl::Seconds(10));
  ASSERT_TRUE(session.Connect().ok());
  server.Next(Broken());
  server.RefuseConnections(-1);

  EXPECT_TRUE(absl::IsUnavailable(session.Call(StatementOf(kAdd)).status()));
  EXPECT_EQ(server.waited(), absl::Seconds(10));
  for (absl::Duration pause : server.pauses()) EXPECT_LE(pause, absl::Seconds(1));
}

TEST(Session, NoRetryMeansOneTry) {
  FakeServer server;
  Session session(server.Ports(), absl::ZeroDuration());
  server.Next(Broken());

  EXPECT_FALSE(session.Call(StatementOf(kAdd)).ok());
  EXPECT_EQ(server.sent().size(), 1u);
  EXPECT_TRUE(server.pauses().empty());
}

TEST(Session, AfterGivingUpTheNextCallConnectsAgain) {
  FakeServer server;
  Session session(server.Ports(), absl::ZeroDuration());
  server.Next(Broken());
  ASSERT_FALSE(session.Call(StatementOf(kAdd)).ok());

  EXPECT_TRUE(session.Call(StatementOf(kAdd)).ok());
  EXPECT_EQ(server.connects(), 2);
  EXPECT_NE(server.sent()[1].request_id, server.sent()[0].request_id);
}

TEST(Session, ABusyServerIsAskedAgainOnTheSameConnection) {
  FakeServer server;
  Session session(server.Ports(), absl::Seconds(10));
  server.Next(Busy());
  server.Next(Success(9));

  EXPECT_TRUE(session.Call(StatementOf(kAdd)).ok());
  EXPECT_EQ(server.connects(), 1);
  EXPECT_EQ(server.sent()[1].request_id, server.sent()[0].request_id);
}

TEST(Session, AServerThatStaysBusyIsAnAnswer) {
  FakeServer server;
  Session session(server.Ports(), absl::Seconds(2));
  for (int i = 0; i < 100; ++i) server.Next(Busy());

  auto reply = session.Call(StatementOf(kAdd));

  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(*reply->error, (Error{ErrorCode::kOverloaded, "8192 calls wait already"}));
  EXPECT_EQ(server.waited(), absl::Seconds(2));
}

TEST(Session, OtherFailuresAreNotRepeated) {
  FakeServer server;
  Session session(server.Ports(), absl::Seconds(10));
  server.Next(absl::InternalError("bug"));

  EXPECT_EQ(session.Call(StatementOf(kAdd)).status(), absl::InternalError("bug"));
  EXPECT_EQ(server.sent().size(), 1u);
}

TEST(Session, AStatementOverTheLimitIsRefusedWithoutSendingIt) {
  FakeServer server;
  Session session(server.Ports(), absl::Seconds(10));

  auto reply = session.Call(StatementOf(std::string(65'537, 'x')));

  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->error->message,
            "line 3, column 4: expected a statement of at most 65536 bytes, found 65537");
  EXPECT_TRUE(server.sent().empty());
}

TEST(Session, StatusConnectsByItself) {
  FakeServer server;
  Session session(server.Ports(), absl::Seconds(10));
  EXPECT_EQ(session.AskStatus()->cluster_id, "fake");

  server.RefuseConnections(1);
  Session other(server.Ports(), absl::Seconds(10));
  EXPECT_TRUE(absl::IsUnavailable(other.AskStatus().status()));
  EXPECT_TRUE(server.pauses().empty());
}

TEST(RandomRequestId, IsSetAndDoesNotRepeat) {
  std::set<RequestId> ids;
  for (int i = 0; i < 1000; ++i) {
    RequestId id = RandomRequestId();
    EXPECT_TRUE(id.is_set());
    EXPECT_TRUE(ids.insert(id).second) << ToHex(id);
  }
}

}  // namespace
}  // namespace pegel::tools
