// The whole way: client, wire, server, line and back. Calls with text go through net::Client, typed
// calls through Cap'n Proto's stock client, which proves that others can talk to us.
#include "net/server.h"

#include <capnp/ez-rpc.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "core/acl/text.h"
#include "net/admin.capnp.h"
#include "net/client.h"
#include "net/wire.h"
#include "procedures/catalogue.h"
#include "tests/net/server_thread.h"

namespace pegel::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kAddAlice[] =
    "CALL sys.add_acl(resource => 'cluster', permission => 'ALLOW', principal => 'User:Alice', "
    "operation => 'READ')";
constexpr char kAliceLine[] =
    R"(resource="cluster";permission="ALLOW";principal="User:Alice";operation="READ";host="*")";
constexpr char kListAll[] = "CALL sys.list_acl(resource => 'ANY')";

std::unique_ptr<Client> ClientOf(ServerThread& server) {
  auto client = Client::Connect(server.address());
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

CallReply MustCall(Client& client, const Statement& statement) {
  auto reply = client.Call(statement);
  EXPECT_TRUE(reply.ok()) << reply.status();
  return reply.ok() ? *std::move(reply) : CallReply{};
}

CallReply MustCall(Client& client, const std::string& text) {
  return MustCall(client, Statement{.text = text});
}

std::vector<std::string> Lines(const procedures::Table& table) {
  std::vector<std::string> lines;
  for (const procedures::Row& row : table.rows) lines.push_back(row.at(0).value_or("NULL"));
  return lines;
}

TEST(Server, AnswersAChangeWithItsRowAndReceipt) {
  ServerThread server;
  auto client = ClientOf(server);
  CallReply reply = MustCall(*client, kAddAlice);
  EXPECT_FALSE(reply.error);
  EXPECT_THAT(reply.table.columns, ElementsAre("result"));
  EXPECT_THAT(Lines(reply.table), ElementsAre("success"));
  ASSERT_TRUE(reply.receipt);
  EXPECT_EQ(reply.receipt->lsn, Lsn{2});  // Record 1 is the Boot.
  EXPECT_EQ(reply.receipt->chain, TestChain(Lsn{2}));
}

TEST(Server, ListsWhatWasAdded) {
  ServerThread server;
  auto client = ClientOf(server);
  MustCall(*client, kAddAlice);
  CallReply listed = MustCall(*client, kListAll);
  EXPECT_THAT(Lines(listed.table), ElementsAre(kAliceLine));
  EXPECT_EQ(listed.receipt->lsn, Lsn{3});
}

TEST(Server, OneClientSeesWhatAnotherDid) {
  ServerThread server;
  MustCall(*ClientOf(server), kAddAlice);
  EXPECT_THAT(Lines(MustCall(*ClientOf(server), kListAll).table), ElementsAre(kAliceLine));
}

TEST(Server, PointsIntoTheScriptThatAStatementComesFrom) {
  ServerThread server;
  auto client = ClientOf(server);
  CallReply reply =
      MustCall(*client, Statement{.text = "CALL sys.add_acl(!)", .line = 7, .column = 3});
  ASSERT_TRUE(reply.error);
  EXPECT_EQ(reply.error->code, ErrorCode::kSyntax);
  EXPECT_THAT(reply.error->message, StartsWith("line 7, column 20: "));
  EXPECT_FALSE(reply.receipt);
  EXPECT_TRUE(reply.table.columns.empty());
}

TEST(Server, RefusesBeforeTheLogWhatCannotBeRead) {
  ServerThread server;
  auto client = ClientOf(server);
  struct Case {
    std::string text;
    ErrorCode code;
  };
  for (const Case& c : {
           Case{"", ErrorCode::kSyntax},
           Case{"SELECT 1", ErrorCode::kSyntax},
           Case{"CALL sys.add_acl('\xff\xfe')", ErrorCode::kSyntax},
           Case{std::string("CALL sys.list_acl('a\0b')", 24), ErrorCode::kSyntax},
           Case{"CALL sys.list_acl('" + std::string(70'000, 'x') + "')", ErrorCode::kSyntax},
           Case{"CALL sys.no_such_thing()", ErrorCode::kProcedureNotExist},
           Case{"CALL sys.add_acl('cluster', 'MAYBE', 'User:A', 'READ')",
                ErrorCode::kInvalidArgument},
       }) {
    CallReply reply = MustCall(*client, c.text);
    ASSERT_TRUE(reply.error) << c.text.substr(0, 60);
    EXPECT_EQ(reply.error->code, c.code) << reply.error->message;
    EXPECT_THAT(reply.error->message, StartsWith("line 1, column "));
    EXPECT_FALSE(reply.receipt);
  }
  EXPECT_EQ(client->AskStatus()->lsn_applied, Lsn{1});
}

TEST(Server, ShowsProceduresWithoutARecord) {
  ServerThread server;
  auto client = ClientOf(server);
  CallReply shown = MustCall(*client, "show procedures;");
  EXPECT_EQ(shown.table, procedures::ProcedureTable());
  EXPECT_FALSE(shown.receipt);
  EXPECT_EQ(client->AskStatus()->lsn_applied, Lsn{1});
}

TEST(Server, TakesUseWithoutARecord) {
  ServerThread server;
  auto client = ClientOf(server);
  for (const char* text : {"USE CATALOG fluss_catalog", "USE anything"}) {
    CallReply used = MustCall(*client, text);
    EXPECT_FALSE(used.error);
    EXPECT_FALSE(used.receipt);
  }
  EXPECT_EQ(client->AskStatus()->lsn_applied, Lsn{1});
}

TEST(Server, TellsItsStatus) {
  ServerThread server;
  auto client = ClientOf(server);
  MustCall(*client, Statement{.text = kAddAlice, .request_id = {1, 2}});
  auto status = client->AskStatus();
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(status->cluster_id, "test-cluster");
  EXPECT_EQ(status->behaviour, 1u);
  EXPECT_FALSE(status->authorizer_enabled);
  EXPECT_EQ(status->lsn_durable, Lsn{2});
  EXPECT_EQ(status->lsn_applied, Lsn{2});
  EXPECT_EQ(status->chain, TestChain(Lsn{2}));
  EXPECT_NE(status->digest, Hash256{});
  EXPECT_EQ(status->acl_entries, 1u);
  EXPECT_EQ(status->answered_requests, 1u);
}

TEST(Server, ARetryGetsTheFirstAnswerAlsoOnAnotherConnection) {
  ServerThread server;
  Statement add{.text = kAddAlice, .request_id = {0xfeed, 0xbeef}};
  CallReply first = MustCall(*ClientOf(server), add);
  auto client = ClientOf(server);
  CallReply again = MustCall(*client, add);
  EXPECT_EQ(again.receipt, first.receipt);
  EXPECT_EQ(again.table, first.table);
  EXPECT_EQ(client->AskStatus()->lsn_applied, Lsn{2});
}

TEST(Server, ARequestIdIsForOneCall) {
  ServerThread server;
  auto client = ClientOf(server);
  MustCall(*client, Statement{.text = kAddAlice, .request_id = {1, 1}});
  CallReply other = MustCall(
      *client,
      Statement{.text = "CALL sys.drop_acl('ANY', 'ANY', 'ANY', 'ANY')", .request_id = {1, 1}});
  ASSERT_TRUE(other.error);
  EXPECT_EQ(other.error->code, ErrorCode::kRequestIdReused);
  EXPECT_FALSE(other.receipt);
}

TEST(Server, AnswersManyCallsInTheOrderInWhichTheyWereSent) {
  ServerThread server;
  auto client = ClientOf(server);
  std::vector<Statement> statements(5000, Statement{.text = kAddAlice});
  auto replies = client->CallAll(statements);
  ASSERT_TRUE(replies.ok()) << replies.status();
  ASSERT_EQ(replies->size(), statements.size());
  for (size_t i = 0; i < replies->size(); ++i) {
    ASSERT_EQ((*replies)[i].receipt->lsn, Lsn{i + 2});
  }
}

TEST(Server, AnswersNoCallsAtAll) {
  ServerThread server;
  EXPECT_TRUE(ClientOf(server)->CallAll({})->empty());
}

TEST(Server, SaysWhoCallsAndFromWhere) {
  ServerThread server({}, ServerThread::WithFake());
  std::thread caller([&] { (void)ClientOf(server)->Call({.text = kAddAlice}); });
  server.WaitUntil([&] { return server.fake().calls.size() == 1; });
  Author author;
  server.OnLoop([&] {
    author = server.fake().calls[0].author;
    server.fake().AnswerAll();
  });
  caller.join();
  EXPECT_EQ(author, (Author{Principal{"User", "ANONYMOUS"}, "127.0.0.1"}));
}

TEST(Server, GivesRepliesLargerThanTheMessagesItTakes) {
  ServerThread server({}, ServerThread::WithFake());
  AclEntries many;
  for (int i = 0; i < 60'000; ++i) {
    many.entries.push_back({.principal = {"User", "user-" + std::to_string(i)}});
  }
  auto client = Client::Connect(server.address());
  std::thread line([&] {
    server.WaitUntil([&] { return !server.fake().calls.empty(); });
    server.OnLoop([&] { server.fake().AnswerAll(Result{many}); });
  });
  CallReply reply = MustCall(**client, kListAll);
  line.join();
  ASSERT_EQ(reply.table.rows.size(), many.entries.size());
  EXPECT_THAT(reply.table.rows.back().at(0).value(), HasSubstr("User:user-9999"));
}

TEST(Server, AFullLineIsResourceExhausted) {
  ServerThread server({}, ServerThread::WithFake());
  auto client = ClientOf(server);
  std::thread line([&] {
    server.WaitUntil([&] { return !server.fake().calls.empty(); });
    server.OnLoop([&] {
      auto call = std::move(server.fake().calls.back());
      server.fake().calls.clear();
      call.done(Reply{0, Error{ErrorCode::kOverloaded, "8192 calls wait; retry."}, std::nullopt});
    });
  });
  auto reply = client->Call({.text = kAddAlice});
  line.join();
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(reply.status().message()), HasSubstr("OVERLOADED (1003): 8192 calls"));
}

// ---- endings ----

TEST(Server, ADroppedCallIsUnavailableAndMayBeSentAgain) {
  ServerThread server({}, ServerThread::WithFake());
  auto client = ClientOf(server);
  std::thread line([&] {
    server.WaitUntil([&] { return !server.fake().calls.empty(); });
    server.CloseLine();
  });
  auto reply = client->Call({.text = kAddAlice});
  line.join();
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(reply.status().message()), HasSubstr("same request id"));
}

TEST(Server, AServerThatEndsMidCallIsUnavailable) {
  ServerThread server({}, ServerThread::WithFake());
  auto client = ClientOf(server);
  std::thread line([&] {
    server.WaitUntil([&] { return !server.fake().calls.empty(); });
    server.CloseServer();
    server.OnLoop([&] { server.fake().AnswerAll(); });  // To nobody.
  });
  EXPECT_EQ(client->Call({.text = kAddAlice}).status().code(), absl::StatusCode::kUnavailable);
  line.join();
  EXPECT_EQ(client->Call({.text = kAddAlice}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(client->AskStatus().status().code(), absl::StatusCode::kUnavailable);
}

TEST(Server, AServerThatEndsBeforeItReadTheCallsIsUnavailable) {
  for (int i = 0; i < 20; ++i) {
    ServerThread server;
    auto client = ClientOf(server);
    std::thread ending([&] { server.CloseServer(); });
    auto replies = client->CallAll(std::vector<Statement>(500, Statement{.text = kAddAlice}));
    ending.join();
    EXPECT_TRUE(replies.ok() || replies.status().code() == absl::StatusCode::kUnavailable)
        << replies.status();
  }
}

// Sends one call and keeps the client's loop going until it is on the line.
template <typename Request>
auto SendAndSeeOnTheLine(Request request, ServerThread& server, kj::WaitScope& scope) {
  request.setStatement(kAddAlice);
  auto call = request.send();
  bool has_come = false;
  while (!has_come) {
    scope.poll();
    server.OnLoop([&] { has_come = !server.fake().calls.empty(); });
  }
  return call;
}

TEST(Server, AClientThatDiesMidCallHarmsNobody) {
  ServerThread server({}, ServerThread::WithFake());
  {
    capnp::EzRpcClient dying(server.address());
    auto admin = dying.getMain<wire::Pegel>().adminRequest().send().getAdmin();
    auto call = SendAndSeeOnTheLine(admin.callRequest(), server, dying.getWaitScope());
  }
  server.WaitUntil([&] { return server.server().connections() == 0; });
  server.OnLoop([&] { server.fake().AnswerAll(); });
  ExpectServes(server);
}

TEST(Server, ACallThatTheClientGivesUpStaysOnTheLine) {
  ServerThread server({}, ServerThread::WithFake());
  capnp::EzRpcClient client(server.address());
  auto admin = client.getMain<wire::Pegel>().adminRequest().send().getAdmin();
  auto& scope = client.getWaitScope();
  { auto given_up = SendAndSeeOnTheLine(admin.callRequest(), server, scope); }
  admin.statusRequest().send().wait(scope);  // The server has read that the call was given up.
  server.OnLoop([&] {
    EXPECT_EQ(server.fake().calls.size(), 1u);
    server.fake().AnswerAll();
  });
  EXPECT_EQ(admin.statusRequest().send().wait(scope).getStatus().getClusterId(), "fake");
}

TEST(Server, TakesNoNewConnectionsOnceToldSo) {
  ServerThread server;
  auto client = ClientOf(server);
  server.OnLoop([&] { server.server().StopAccepting(); });
  EXPECT_TRUE(client->AskStatus().ok());
  client.reset();
  auto refused = Client::Connect(server.address());
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kUnavailable);
}

TEST(Server, CountsItsConnections) {
  ServerThread server;
  auto first = ClientOf(server);
  EXPECT_EQ(server.connections(), 1u);
  first.reset();
  server.WaitUntil([&] { return server.server().connections() == 0; });
  EXPECT_EQ(server.counters().connections_accepted, 1u);
}

TEST(Server, ListensOnIpv6Loopback) {
  EventLoop loop;
  FakeLine line;
  auto server = Server::Listen(loop, line, "[::1]:0", {});
  if (!server.ok()) GTEST_SKIP() << server.status();
  EXPECT_THAT((*server)->address(), StartsWith("[::1]:"));
}

TEST(Server, SaysWhyAnAddressIsTaken) {
  ServerThread server;
  EventLoop loop;
  FakeLine line;
  auto second = Server::Listen(loop, line, server.address(), {});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(server.address()));
}

// ---- the client ----

TEST(Client, SaysThatNobodyIsThere) {
  std::string address;
  {
    ServerThread server;
    address = server.address();
  }
  auto client = Client::Connect(address);
  EXPECT_EQ(client.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(client.status().message()), HasSubstr(address));
}

TEST(Client, RefusesAnAddressThatIsNone) {
  EXPECT_EQ(Client::Connect("nonsense").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Client, RefusesAStatementThatWouldCostTheConnection) {
  ServerThread server;
  auto client = ClientOf(server);
  Statement huge{.text = std::string(2 << 20, 'x')};
  EXPECT_EQ(client->Call(huge).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(client->CallAll({huge}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(client->AskStatus().ok());
}

TEST(Client, TheLongestStatementThatItSendsIsReadAndRefusedInWords) {
  ServerThread server;
  auto client = ClientOf(server);
  CallReply reply = MustCall(*client, std::string((1 << 20) - 1024, 'x'));
  ASSERT_TRUE(reply.error);
  EXPECT_EQ(reply.error->code, ErrorCode::kSyntax);
}

// ---- typed calls, by the stock client ----

class TypedCalls : public ::testing::Test {
 protected:
  ~TypedCalls() noexcept override = default;

  void Fill(wire::AclEntry::Builder entry) {
    entry.setResource("my_db.my_table");
    entry.setPrincipal("User:Alice");
    entry.setHost("10.0.0.0/8");
    entry.setOperation(wire::Operation::WRITE);
    entry.setPermission(wire::Permission::DENY);
  }

  template <typename Change>
  std::string AddError(Change change) {
    auto request = admin_.addAclRequest();
    Fill(request.initEntry());
    change(request.getEntry());
    auto response = request.send().wait(scope_);
    auto reply = response.getReply();
    if (!reply.isError()) return "no error";
    EXPECT_EQ(reply.getError().getCode(), 1001);
    EXPECT_STREQ(reply.getError().getName().cStr(), "INVALID_ARGUMENT");
    EXPECT_EQ(reply.getReceipt().getLsn(), 0u);
    return reply.getError().getMessage().cStr();
  }

  std::vector<std::string> List() {
    auto response = admin_.listAclRequest().send().wait(scope_);
    std::vector<std::string> lines;
    for (auto entry : response.getReply().getEntries()) {
      lines.push_back(acl::ToText(std::get<acl::Entry>(FromWire(entry))));
    }
    return lines;
  }

  ServerThread server_;
  capnp::EzRpcClient client_{server_.address()};
  kj::WaitScope& scope_ = client_.getWaitScope();
  wire::Admin::Client admin_ = client_.getMain<wire::Pegel>().adminRequest().send().getAdmin();
};

TEST_F(TypedCalls, AddListAndDrop) {
  auto add = admin_.addAclRequest();
  Fill(add.initEntry());
  auto added = add.send().wait(scope_);
  EXPECT_TRUE(added.getReply().isDone());
  EXPECT_EQ(added.getReply().getReceipt().getLsn(), 2u);
  EXPECT_EQ(added.getReply().getReceipt().getChain().size(), 32u);
  EXPECT_THAT(List(), ElementsAre(R"(resource="cluster.my_db.my_table";permission="DENY";)"
                                  R"(principal="User:Alice";operation="WRITE";host="10.0.0.0/8")"));
  auto drop = admin_.dropAclRequest();
  drop.initFilter().setResource("my_db.my_table");
  EXPECT_TRUE(drop.send().wait(scope_).getReply().isDone());
  EXPECT_TRUE(List().empty());
}

TEST_F(TypedCalls, AgreeWithTheCallOfTheSameMeaning) {
  auto call = admin_.callRequest();
  call.setStatement(
      "CALL sys.add_acl('my_db.my_table', 'DENY', 'User:Alice', 'WRITE', '10.0.0.0/8')");
  call.initRequestId().setLow(5);
  auto called = call.send().wait(scope_);
  ASSERT_TRUE(called.getReply().isTable());
  auto add = admin_.addAclRequest();
  Fill(add.initEntry());
  add.initRequestId().setLow(5);  // The same command: so this is its retry.
  auto added = add.send().wait(scope_);
  EXPECT_EQ(added.getReply().getReceipt().getLsn(), called.getReply().getReceipt().getLsn());
}

TEST_F(TypedCalls, AnEntryHasHostStarUnlessItSaysOtherwise) {
  auto add = admin_.addAclRequest();
  auto entry = add.initEntry();
  entry.setResource("cluster");
  entry.setPrincipal("ALL");
  entry.setOperation(wire::Operation::IDEMPOTENT_WRITE);
  entry.setPermission(wire::Permission::ALLOW);
  EXPECT_TRUE(add.send().wait(scope_).getReply().isDone());
  EXPECT_THAT(List(), ElementsAre(R"(resource="cluster";permission="ALLOW";principal="*:*";)"
                                  R"(operation="IDEMPOTENT_WRITE";host="*")"));
}

TEST_F(TypedCalls, RefuseWhatCannotBeStored) {
  EXPECT_THAT(AddError([](auto e) { e.setPermission(wire::Permission::ANY); }),
              HasSubstr("Wildcard 'ANY' can only be used for filtering"));
  EXPECT_THAT(AddError([](auto e) { e.setHost("any"); }), StartsWith("host: Wildcard 'ANY'"));
  EXPECT_THAT(AddError([](auto e) { e.setPrincipal("Alice"); }),
              StartsWith("principal must be in format PrincipalType:PrincipalName"));
  EXPECT_THAT(AddError([](auto e) { e.setPrincipal("User:\xff"); }), StartsWith("principal"));
  EXPECT_THAT(AddError([](auto e) { e.setResource(""); }), StartsWith("resource"));
  EXPECT_THAT(AddError([](auto e) { e.setHost("10.0.0.1/8"); }), StartsWith("host"));
  EXPECT_THAT(AddError([](auto e) { e.setOperation(static_cast<wire::Operation>(10)); }),
              StartsWith("operation: found number 10"));
  EXPECT_THAT(AddError([](auto e) { e.setPermission(static_cast<wire::Permission>(65535)); }),
              StartsWith("permission: found number 65535"));
  EXPECT_EQ(admin_.statusRequest().send().wait(scope_).getStatus().getLsnApplied(), 1u);
}

TEST_F(TypedCalls, TheGenericCallSaysTheSameLessThePlace) {
  auto call = admin_.callRequest();
  call.setStatement("CALL sys.add_acl('my_db.my_table', 'DENY', 'Alice', 'WRITE')");
  auto response = call.send().wait(scope_);
  std::string generic = response.getReply().getError().getMessage().cStr();
  std::string typed = AddError([](auto e) { e.setPrincipal("Alice"); });
  EXPECT_THAT(generic, ::testing::EndsWith(": " + typed));
}

TEST_F(TypedCalls, AFilterThatSaysNothingSelectsAll) {
  for (const char* host : {"*", "10.1.2.3", "10.0.0.0/8"}) {
    auto add = admin_.addAclRequest();
    Fill(add.initEntry());
    add.getEntry().setHost(host);
    add.send().wait(scope_);
  }
  EXPECT_EQ(List().size(), 3u);
  auto filtered = admin_.listAclRequest();
  filtered.initFilter().setHost("*");
  EXPECT_EQ(filtered.send().wait(scope_).getReply().getEntries().size(), 1u);
  auto none = admin_.listAclRequest();
  none.initFilter().setOperation(wire::Operation::READ);
  EXPECT_EQ(none.send().wait(scope_).getReply().getEntries().size(), 0u);
}

// ---- cluster configs ----

class ConfigCalls : public TypedCalls {
 protected:
  ~ConfigCalls() noexcept override = default;

  struct Step {
    wire::ConfigChange::Op op;
    std::string key;
    std::string value;  // Not sent with a reset.
  };

  auto Alter(const std::vector<Step>& steps, uint64_t request_id = 0) {
    auto request = admin_.alterConfigsRequest();
    auto changes = request.initChanges(steps.size());
    for (size_t i = 0; i < steps.size(); ++i) {
      changes[i].setOp(steps[i].op);
      changes[i].setKey(steps[i].key.c_str());
      if (steps[i].op == wire::ConfigChange::Op::RESET) continue;
      changes[i].getValue().setText(steps[i].value.c_str());
    }
    request.initRequestId().setLow(request_id);
    return request.send().wait(scope_);
  }

  // `key=text source`, `key~secret source`, `key source` for null.
  std::vector<std::string> Get(const std::vector<std::string>& keys) {
    auto request = admin_.getConfigsRequest();
    auto list = request.initKeys(keys.size());
    for (size_t i = 0; i < keys.size(); ++i) list.set(i, keys[i].c_str());
    auto response = request.send().wait(scope_);
    std::vector<std::string> lines;
    if (response.getReply().isError()) return {response.getReply().getError().getMessage().cStr()};
    for (auto entry : response.getReply().getEntries()) {
      const char* const kSources[] = {"unknown", "dynamic", "static", "default"};
      std::string value = entry.getValue().isText()     ? "=" + Text(entry.getValue().getText())
                          : entry.getValue().isSecret() ? "~" + Text(entry.getValue().getSecret())
                                                        : "";
      lines.push_back(Text(entry.getKey()) + value + " " +
                      kSources[static_cast<int>(entry.getSource())]);
    }
    return lines;
  }

  static std::string Text(capnp::Text::Reader text) { return {text.begin(), text.size()}; }

  CallReply Call(const std::string& statement, uint64_t request_id = 0) {
    auto request = admin_.callRequest();
    request.setStatement(statement.c_str());
    request.initRequestId().setLow(request_id);
    return FromWire(request.send().wait(scope_).getReply());
  }
};

using Op = wire::ConfigChange::Op;

TEST_F(ConfigCalls, SetGetAndReset) {
  auto set = Alter({{Op::SET, "datalake.format", "paimon"}});
  EXPECT_TRUE(set.getReply().isDone());
  EXPECT_EQ(set.getReply().getReceipt().getLsn(), 2u);
  EXPECT_THAT(Get({}), ElementsAre("datalake.format=paimon dynamic"));
  EXPECT_TRUE(Alter({{Op::RESET, "datalake.format", ""}}).getReply().isDone());
  EXPECT_TRUE(Get({}).empty());
  EXPECT_THAT(Get({"kv.snapshot.interval"}), ElementsAre("kv.snapshot.interval=10 min default"));
}

TEST_F(ConfigCalls, StepsOfSeveralKindsAreOneRecordAndSeeEachOther) {
  auto altered = Alter({{Op::SET, "remote.data.dirs", "s3://a"},
                        {Op::APPEND, "remote.data.dirs", "s3://b"},
                        {Op::SET, "datalake.format", "paimon"},
                        {Op::RESET, "datalake.format", ""}});
  ASSERT_TRUE(altered.getReply().isDone()) << altered.getReply().getError().getMessage().cStr();
  EXPECT_EQ(altered.getReply().getReceipt().getLsn(), 2u);
  EXPECT_THAT(Get({}), ElementsAre("remote.data.dirs=s3://a,s3://b dynamic"));
}

TEST_F(ConfigCalls, OneBadChangeRefusesAllAndTheRefusalIsInTheLog) {
  auto altered = Alter({{Op::SET, "datalake.format", "paimon"}, {Op::SET, "no.such.key", "1"}});
  ASSERT_TRUE(altered.getReply().isError());
  EXPECT_THAT(altered.getReply().getError().getMessage().cStr(),
              StartsWith("The config key no.such.key is not allowed to be changed dynamically."));
  EXPECT_STREQ(altered.getReply().getError().getName().cStr(), "CONFIG_EXCEPTION");
  EXPECT_EQ(altered.getReply().getReceipt().getLsn(), 2u);
  EXPECT_TRUE(Get({}).empty());
}

TEST_F(ConfigCalls, WhatCannotBeReadIsNotInTheLog) {
  auto altered = Alter({{Op::SET, "", "1"}});
  ASSERT_TRUE(altered.getReply().isError());
  EXPECT_EQ(altered.getReply().getError().getCode(), 1001);
  EXPECT_THAT(altered.getReply().getError().getMessage().cStr(),
              StartsWith("changes[0]: Config key cannot be null or empty."));
  EXPECT_EQ(altered.getReply().getReceipt().getLsn(), 0u);
  EXPECT_THAT(Get({"a", " "}), ElementsAre(StartsWith("keys[1]: Config key cannot")));
  EXPECT_EQ(admin_.statusRequest().send().wait(scope_).getStatus().getLsnApplied(), 1u);
}

TEST_F(ConfigCalls, AgreeWithTheStatementOfTheSameMeaning) {
  CallReply called = Call("CALL sys.set_cluster_configs('datalake.format', 'paimon')", 7);
  EXPECT_THAT(Lines(called.table),
              ElementsAre("Successfully set to 'paimon' configuration 'datalake.format'. "));
  auto altered =
      Alter({{Op::SET, "datalake.format", "paimon"}}, 7);  // The same command: its retry.
  EXPECT_EQ(altered.getReply().getReceipt().getLsn(), called.receipt->lsn.value);
}

TEST_F(ConfigCalls, ARetryOfAStatementGetsTheSameRows) {
  CallReply first = Call("CALL sys.append_cluster_configs('remote.data.dirs', 's3://b')", 9);
  CallReply again = Call("CALL sys.append_cluster_configs('remote.data.dirs', 's3://b')", 9);
  EXPECT_EQ(again.table, first.table);
  EXPECT_EQ(again.receipt, first.receipt);
  EXPECT_THAT(Get({"remote.data.dirs"}), ElementsAre("remote.data.dirs=s3://b dynamic"));
}

TEST_F(ConfigCalls, StatementsGiveRowsWithSources) {
  Call("CALL sys.set_cluster_configs('datalake.format', 'paimon', 'kv.snapshot.interval', NULL)");
  CallReply got = Call("CALL sys.get_cluster_configs()");
  EXPECT_EQ(got.table,
            (procedures::Table{{"config_key", "config_value", "config_source"},
                               {{"datalake.format", "paimon", "DYNAMIC_CONFIG"},
                                {"kv.snapshot.interval", std::nullopt, "DYNAMIC_CONFIG"}}}));
  EXPECT_THAT(Get({}),
              ElementsAre("datalake.format=paimon dynamic", "kv.snapshot.interval dynamic"));
}

// The line has no keyring in front of it here, so the reducer says no; no answer repeats the value.
TEST_F(ConfigCalls, ASecretThatNobodySealedIsRefusedAndNotRepeated) {
  const std::string key = "security.sasl.plain.credentials";
  auto altered = Alter({{Op::SET, key, "root:hunter2"}});
  ASSERT_TRUE(altered.getReply().isError());
  EXPECT_THAT(altered.getReply().getError().getMessage().cStr(),
              ::testing::Not(HasSubstr("hunter2")));
  CallReply called = Call("CALL sys.set_cluster_configs('" + key + "', 'root:hunter2')");
  ASSERT_TRUE(called.error);
  EXPECT_THAT(called.error->message, ::testing::Not(HasSubstr("hunter2")));
}

TEST_F(ConfigCalls, MoreThanAStatementHoldsIsRefused) {
  std::vector<Step> steps(513, Step{Op::SET, "datalake.format", "paimon"});
  EXPECT_STREQ(Alter(steps).getReply().getError().getMessage().cStr(),
               "changes: expected at most 512, found 513");
  steps.pop_back();
  EXPECT_TRUE(Alter(steps).getReply().isDone());
  EXPECT_STREQ(Alter({{Op::SET, "datalake.format", std::string(70'000, 'x')}})
                   .getReply()
                   .getError()
                   .getMessage()
                   .cStr(),
               "changes: expected at most 65536 bytes of keys and values, found more");
}

TEST_F(ConfigCalls, ACallThatIsNewerThanTheServerIsRefusedInWords) {
  EXPECT_THAT(Alter({{static_cast<Op>(9), "datalake.format", "x"}})
                  .getReply()
                  .getError()
                  .getMessage()
                  .cStr(),
              StartsWith("changes[0]: op: found number 9"));
}

TEST_F(TypedCalls, AskingForAdminAgainGivesAnotherWayToTheSame) {
  auto pegel = client_.getMain<wire::Pegel>();
  for (int i = 0; i < 100; ++i) {
    auto admin = pegel.adminRequest().send().wait(scope_).getAdmin();
    EXPECT_EQ(admin.statusRequest().send().wait(scope_).getStatus().getLsnApplied(), 1u);
  }
}

}  // namespace
}  // namespace pegel::net
