// Tablet servers over the whole way: client, wire, session, line and back. Time for leases goes by
// only when the test says so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/client.h"
#include "net/tablet_client.h"
#include "tests/net/server_thread.h"

namespace pegel::net {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<Client> ClientOf(ServerThread& server) {
  return Client::Connect(server.address()).value();
}

Registered MustRegister(TabletClient& tablets, int32_t id, uint64_t request = 0) {
  TabletServer server{.id = id, .rack = "r1", .address = "host:9123"};
  return tablets.Register({{server, RequestId{request, request}}}).value().front();
}

LeaseAnswer MustBeat(TabletClient& tablets, int32_t id) {
  return tablets.Heartbeat({id}).value().front();
}

LeaseAnswer MustResume(TabletClient& tablets, int32_t id, uint64_t epoch) {
  return tablets.Resume({{id, epoch}}).value().front();
}

ErrorCode CodeOf(const LeaseAnswer& answer) {
  const auto* error = std::get_if<Error>(&answer);
  return error == nullptr ? ErrorCode{} : error->code;
}

bool IsLive(ServerThread& server, int32_t id) {
  bool is_live = false;
  server.OnLoop([&] {
    const auto& servers = server.engine().world().cluster.servers;
    auto it = servers.find(cluster::ServerId{id});
    is_live = it != servers.end() && it->second.is_live;
  });
  return is_live;
}

void Pass(ServerThread& server, int64_t milliseconds) {
  server.OnLoop([&] { server.engine().Pass(milliseconds); });
  server.WaitUntil([&] { return server.engine().is_durable(); });
}

const LeaseAnswer kRenewed = LeaseRenewed{kTestLeaseMs};

TEST(Tablets, RegisterAndRenew) {
  ServerThread server;
  auto client = ClientOf(server);
  auto tablets = client->Tablets();
  Registered registered = MustRegister(*tablets, 3);
  ASSERT_FALSE(registered.error) << registered.error->message;
  EXPECT_EQ(registered.lease_ms, kTestLeaseMs);
  ASSERT_TRUE(registered.receipt);
  EXPECT_EQ(registered.receipt->lsn, Lsn{2});
  EXPECT_EQ(MustBeat(*tablets, 3), kRenewed);
  EXPECT_TRUE(IsLive(server, 3));
}

// One such record would shut the log for ever.
TEST(Tablets, NamesThatAreNoTextAreRefusedAndNotLogged) {
  ServerThread server;
  auto client = ClientOf(server);
  auto tablets = client->Tablets();
  for (const auto& [rack, address] : {std::pair{"\xff", "host:1"}, std::pair{"r", "h\xff:1"},
                                      std::pair{"r", "no port"}, std::pair{"a,b", "host:1"}}) {
    TabletServer server{.id = 3, .rack = rack, .address = address};
    Registered registered = tablets->Register({{server, RequestId{}}}).value().front();
    ASSERT_TRUE(registered.error) << rack << " " << address;
    EXPECT_EQ(registered.error->code, ErrorCode::kInvalidArgument);
    EXPECT_FALSE(registered.receipt);
  }
  EXPECT_EQ(client->AskStatus()->lsn_applied, Lsn{1});
}

TEST(Tablets, HeartbeatsAreNotLogged) {
  ServerThread server;
  auto client = ClientOf(server);
  auto tablets = client->Tablets();
  Registered registered = MustRegister(*tablets, 3);
  for (int i = 0; i < 20; ++i) ASSERT_EQ(MustBeat(*tablets, 3), kRenewed);
  ASSERT_EQ(MustResume(*tablets, 3, registered.epoch), kRenewed);
  EXPECT_EQ(client->AskStatus()->lsn_applied, registered.receipt->lsn);
}

TEST(Tablets, WhoIsSilentForALeaseIsLostAndTheOthersAreNot) {
  ServerThread server;
  auto client = ClientOf(server);
  auto tablets = client->Tablets();
  MustRegister(*tablets, 3);
  MustRegister(*tablets, 4);
  Pass(server, kTestLeaseMs - 1000);
  EXPECT_EQ(MustBeat(*tablets, 4), kRenewed);
  EXPECT_TRUE(IsLive(server, 3));
  Pass(server, 1500);
  EXPECT_FALSE(IsLive(server, 3));
  EXPECT_TRUE(IsLive(server, 4));
  LeaseAnswer late = MustBeat(*tablets, 3);
  ASSERT_EQ(CodeOf(late), ErrorCode::kServerLost);
  EXPECT_THAT(std::get<Error>(late).message, HasSubstr("Register it again"));
}

TEST(Tablets, WhoWasLostRegistersAgain) {
  ServerThread server;
  auto client = ClientOf(server);
  auto tablets = client->Tablets();
  Registered first = MustRegister(*tablets, 3);
  Pass(server, kTestLeaseMs + 500);
  ASSERT_FALSE(IsLive(server, 3));
  Registered second = MustRegister(*tablets, 3);
  ASSERT_FALSE(second.error) << second.error->message;
  EXPECT_GT(second.epoch, first.epoch);
  EXPECT_TRUE(IsLive(server, 3));
  EXPECT_EQ(MustBeat(*tablets, 3), kRenewed);
}

TEST(Tablets, ANewerRegistrationFencesTheOlder) {
  ServerThread server;
  auto client = ClientOf(server);
  auto old_one = client->Tablets(), new_one = client->Tablets();
  Registered first = MustRegister(*old_one, 3);
  Registered second = MustRegister(*new_one, 3);
  ASSERT_FALSE(second.error) << second.error->message;
  LeaseAnswer fenced = MustBeat(*old_one, 3);
  ASSERT_EQ(CodeOf(fenced), ErrorCode::kServerFenced);
  EXPECT_THAT(std::get<Error>(fenced).message, HasSubstr("Another registration took over"));
  EXPECT_EQ(MustBeat(*new_one, 3), kRenewed);
  EXPECT_EQ(CodeOf(MustResume(*new_one, 3, first.epoch)), ErrorCode::kServerFenced);
  ASSERT_TRUE(old_one->Leave({{3, RequestId{1, 1}}}).ok());
  EXPECT_TRUE(IsLive(server, 3)) << "the fenced one's goodbye ended the new one";
  EXPECT_EQ(MustBeat(*new_one, 3), kRenewed);
}

TEST(Tablets, ASessionOutlivesItsConnectionByResuming) {
  ServerThread server;
  uint64_t epoch = 0;
  {
    auto client = ClientOf(server);
    epoch = MustRegister(*client->Tablets(), 3).epoch;
  }
  auto client = ClientOf(server);
  auto tablets = client->Tablets();
  EXPECT_EQ(MustResume(*tablets, 3, epoch), kRenewed);
  EXPECT_EQ(MustBeat(*tablets, 3), kRenewed);
  EXPECT_EQ(CodeOf(MustResume(*tablets, 9, epoch)), ErrorCode::kServerNotExist);
  EXPECT_EQ(CodeOf(MustResume(*tablets, 3, epoch + 1)), ErrorCode::kServerFenced);
}

TEST(Tablets, WhoLeavesIsDeadAtOnce) {
  ServerThread server;
  auto client = ClientOf(server);
  auto tablets = client->Tablets();
  uint64_t epoch = MustRegister(*tablets, 3).epoch;
  auto left = tablets->Leave({{3, RequestId{1, 1}}});
  ASSERT_TRUE(left.ok()) << left.status();
  EXPECT_EQ(*left, std::nullopt);
  EXPECT_FALSE(IsLive(server, 3));
  EXPECT_EQ(CodeOf(MustResume(*tablets, 3, epoch)), ErrorCode::kServerLost);
}

TEST(Tablets, ARetryGetsTheSameRegistration) {
  ServerThread server;
  auto client = ClientOf(server);
  auto tablets = client->Tablets();
  Registered first = MustRegister(*tablets, 3, 77);
  Registered again = MustRegister(*tablets, 3, 77);
  EXPECT_EQ(again.epoch, first.epoch);
  EXPECT_EQ(again.receipt, first.receipt);
  EXPECT_EQ(MustBeat(*tablets, 3), kRenewed);
  Pass(server, kTestLeaseMs + 500);
  Registered late = MustRegister(*tablets, 3, 77);
  ASSERT_TRUE(late.error);
  EXPECT_EQ(late.error->code, ErrorCode::kServerLost);
}

TEST(Tablets, ADeadServerCanBeUnregisteredALiveOneNot) {
  ServerThread server;
  auto client = ClientOf(server);
  auto tablets = client->Tablets();
  uint64_t epoch = MustRegister(*tablets, 3).epoch;
  EXPECT_TRUE(client->UnregisterServer(3, RequestId{1, 1})->error.has_value());
  Pass(server, kTestLeaseMs + 500);
  CallReply forgotten = client->UnregisterServer(3, RequestId{1, 2}).value();
  EXPECT_FALSE(forgotten.error) << forgotten.error->message;
  EXPECT_EQ(CodeOf(MustResume(*tablets, 3, epoch)), ErrorCode::kServerNotExist);
}

// The World of the test's engine has no ACL and no super user once authorization is on.
TEST(Tablets, NeedClusterAction) {
  ServerThread server({}, ServerThread::WithAuthorization());
  auto client = ClientOf(server);
  auto tablets = client->Tablets();
  Registered refused = MustRegister(*tablets, 3);
  ASSERT_TRUE(refused.error);
  EXPECT_EQ(refused.error->code, ErrorCode::kAuthorization);
  EXPECT_TRUE(refused.receipt) << "decided at its own record";
  EXPECT_EQ(CodeOf(MustResume(*tablets, 3, 1)), ErrorCode::kAuthorization);
  EXPECT_FALSE(IsLive(server, 3));
}

TEST(Tablets, AConnectionSpeaksForABoundedNumber) {
  ServerThread server({.tablet_sessions_per_connection_max = 2});
  auto client = ClientOf(server);
  auto tablets = client->Tablets();
  ASSERT_FALSE(MustRegister(*tablets, 1).error);
  ASSERT_FALSE(MustRegister(*tablets, 2).error);
  TabletServer third{.id = 3, .rack = "r1", .address = "host:9123"};
  auto refused = tablets->Register({{third, RequestId{3, 3}}});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted) << refused.status();
  EXPECT_EQ(MustBeat(*tablets, 2), kRenewed);
  EXPECT_EQ(client->AskStatus()->lsn_applied, Lsn{3});
}

}  // namespace
}  // namespace pegel::net
