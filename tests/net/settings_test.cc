// The server about itself: Admin.settings and Admin.resealSecrets from client to line and back.
#include <gtest/gtest.h>

#include "net/client.h"
#include "tests/net/server_thread.h"

namespace pegel::net {
namespace {

TEST(Settings, TravelWithTheirSourcesAndTheLineLearnsWhoAsks) {
  ServerThread server({}, ServerThread::WithFake());
  auto client = Client::Connect(server.address()).value();
  SettingsAnswer answer = client->AskSettings().value();
  ASSERT_TRUE(std::holds_alternative<std::vector<EffectiveSetting>>(answer));
  EXPECT_EQ(std::get<std::vector<EffectiveSetting>>(answer),
            (std::vector<EffectiveSetting>{{"asked.by", "User:ANONYMOUS", "fake"}}));
}

TEST(Settings, ARefusalTravelsToo) {
  ServerThread server;
  auto client = Client::Connect(server.address()).value();
  SettingsAnswer answer = client->AskSettings().value();
  ASSERT_TRUE(std::holds_alternative<Error>(answer));
  EXPECT_EQ(std::get<Error>(answer), (Error{ErrorCode::kAuthorization, "nobody may"}));
}

TEST(ResealSecrets, CarriesCallerAndRequestIdAndComesBackWithAReceipt) {
  ServerThread server({}, ServerThread::WithFake());
  RequestId seen;
  server.OnLoop([&] { server.fake().answers_at_once = true; });
  auto client = Client::Connect(server.address()).value();
  CallReply reply = client->ResealSecrets(RequestId{7, 8}).value();
  EXPECT_FALSE(reply.error.has_value());
  EXPECT_EQ(reply.receipt, (Receipt{Lsn{1}, TestChain(Lsn{1})}));
  server.OnLoop([&] { seen = server.fake().last_request_id; });
  EXPECT_EQ(seen, (RequestId{7, 8}));
}

TEST(ResealSecrets, ARefusalHasNoReceipt) {
  ServerThread server;
  auto client = Client::Connect(server.address()).value();
  CallReply reply = client->ResealSecrets(RequestId{7, 8}).value();
  EXPECT_EQ(reply.error, (Error{ErrorCode::kInvalidArgument, "no secrets here"}));
  EXPECT_FALSE(reply.receipt.has_value());
}

}  // namespace
}  // namespace pegel::net
