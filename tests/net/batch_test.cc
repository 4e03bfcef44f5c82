// Many statements in one message, pings, and the pipeline of which load is made.
#include <capnp/ez-rpc.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/acl/text.h"
#include "net/admin.capnp.h"
#include "net/pipeline.h"
#include "net/wire.h"
#include "tests/net/server_thread.h"

namespace pegel::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string AddOn(const std::string& table) {
  return absl::StrCat("CALL sys.add_acl('db.", table, "', 'ALLOW', 'User:Alice', 'READ')");
}

Limits OfCalls(size_t calls) {
  Limits limits;
  limits.calls_in_flight_max = calls;
  return limits;
}

// ---- by the stock client ----

class Batch : public ::testing::Test {
 protected:
  static constexpr size_t kMax = 10;
  explicit Batch(ServerThread::MakeLine make_line = ServerThread::WithEngine())
      : server_(OfCalls(kMax), std::move(make_line)) {}
  ~Batch() noexcept override = default;

  auto Send(const std::vector<std::string>& statements, uint64_t first_id = 0) {
    auto request = admin_.batchRequest();
    auto calls = request.initCalls(statements.size());
    for (size_t i = 0; i < statements.size(); ++i) {
      calls[i].setStatement(statements[i].c_str());
      if (first_id != 0) calls[i].initRequestId().setLow(first_id + i);
    }
    return request.send();
  }
  auto Run(const std::vector<std::string>& statements, uint64_t first_id = 0) {
    return Send(statements, first_id).wait(scope_);
  }
  Lsn Applied() {
    return Lsn{admin_.statusRequest().send().wait(scope_).getStatus().getLsnApplied()};
  }
  // What was sent before has arrived then, and what could be answered has been.
  void Ping() { admin_.pingRequest().send().wait(scope_); }
  void ExpectOverloaded(const std::vector<std::string>& statements) {
    try {
      Run(statements);
      ADD_FAILURE() << "was taken";
    } catch (const kj::Exception& exception) {
      EXPECT_EQ(exception.getType(), kj::Exception::Type::OVERLOADED);
      EXPECT_THAT(exception.getDescription().cStr(), HasSubstr("OVERLOADED (1003): 10 calls"));
    }
  }

  ServerThread server_;
  capnp::EzRpcClient client_{server_.address()};
  kj::WaitScope& scope_ = client_.getWaitScope();
  wire::Admin::Client admin_ = client_.getMain<wire::Pegel>().adminRequest().send().getAdmin();
};

class HeldBatch : public Batch {
 protected:
  HeldBatch() : Batch(ServerThread::WithFake()) {}
};

TEST_F(Batch, EachStatementIsARecordOfItsOwnInOrder) {
  auto response = Run({AddOn("a"), AddOn("b"), AddOn("c")});
  std::vector<uint64_t> lsns;
  for (auto reply : response.getReplies()) {
    ASSERT_TRUE(reply.isTable());
    EXPECT_STREQ(reply.getTable().getRows()[0].getValues()[0].getText().cStr(), "success");
    lsns.push_back(reply.getReceipt().getLsn());
  }
  EXPECT_THAT(lsns, ElementsAre(2, 3, 4));  // Record 1 is the Boot.
}

TEST_F(Batch, ARefusalIsOfItsStatementAlone) {
  auto response = Run({AddOn("a"), "CALL sys.add_acl(!)", AddOn("b"), "SHOW PROCEDURES"});
  auto replies = response.getReplies();
  ASSERT_EQ(replies.size(), 4u);
  EXPECT_TRUE(replies[0].isTable());
  ASSERT_TRUE(replies[1].isError());
  EXPECT_THAT(replies[1].getError().getMessage().cStr(), StartsWith("line 1, column "));
  EXPECT_EQ(replies[2].getReceipt().getLsn(), 3u);
  EXPECT_GT(replies[3].getTable().getRows().size(), 1u);
  EXPECT_EQ(Applied(), Lsn{3});
}

TEST_F(Batch, ALaterStatementSeesWhatAnEarlierDid) {
  auto response = Run({AddOn("a"), "CALL sys.list_acl('db.a')"});
  EXPECT_THAT(response.getReplies()[1].getTable().getRows()[0].getValues()[0].getText().cStr(),
              HasSubstr("User:Alice"));
}

TEST_F(Batch, SentAgainItIsAnsweredFromTheLog) {
  const std::vector<std::string> statements = {AddOn("a"), AddOn("b")};
  Run(statements, 7);
  auto again = Run(statements, 7);
  EXPECT_EQ(again.getReplies()[1].getReceipt().getLsn(), 3u);
  EXPECT_EQ(Applied(), Lsn{3});
}

TEST_F(Batch, OfNothingIsAnsweredWithNothing) { EXPECT_EQ(Run({}).getReplies().size(), 0u); }

TEST_F(Batch, AsManyAsTheConnectionMayHaveAndNotOneMore) {
  std::vector<std::string> statements;
  for (size_t i = 0; i < kMax; ++i) statements.push_back(AddOn(absl::StrCat("t", i)));
  EXPECT_EQ(Run(statements).getReplies().size(), kMax);
  const Lsn lsn = Applied();
  statements.push_back(AddOn("one_more"));
  ExpectOverloaded(statements);
  EXPECT_EQ(Applied(), lsn);  // Nothing of it was taken.
}

TEST_F(HeldBatch, CountsAsSoManyCallsUnderWay) {
  auto first = Send({AddOn("a"), AddOn("b"), AddOn("c"), AddOn("d"), AddOn("e"), AddOn("f")});
  ExpectOverloaded({AddOn("a"), AddOn("b"), AddOn("c"), AddOn("d"), AddOn("e")});
  auto second = Send({AddOn("a"), AddOn("b"), AddOn("c"), AddOn("d")});
  Ping();
  server_.OnLoop([&] {
    EXPECT_EQ(server_.fake().calls.size(), kMax);
    server_.fake().AnswerAll();
  });
  EXPECT_EQ(first.wait(scope_).getReplies().size(), 6u);
  EXPECT_EQ(second.wait(scope_).getReplies().size(), 4u);
}

TEST_F(HeldBatch, IsAnsweredWhenItsLastStatementIs) {
  auto batch = Send({AddOn("a"), AddOn("b")}).eagerlyEvaluate(nullptr);
  Ping();
  server_.OnLoop([&] {
    auto& calls = server_.fake().calls;
    ASSERT_EQ(calls.size(), 2u);
    calls[0].done(Reply{0, Result{Done{}}, std::nullopt});
    calls.erase(calls.begin());
  });
  Ping();
  EXPECT_FALSE(batch.poll(scope_));
  server_.OnLoop([&] { server_.fake().AnswerAll(); });
  EXPECT_EQ(batch.wait(scope_).getReplies().size(), 2u);
}

TEST_F(HeldBatch, APingWaitsForNoLog) {
  auto held = Send({AddOn("a")}).eagerlyEvaluate(nullptr);
  Ping();
  EXPECT_FALSE(held.poll(scope_));
  server_.OnLoop([&] { server_.fake().AnswerAll(); });
}

TEST_F(Batch, APingIsNotLogged) {
  Ping();
  EXPECT_EQ(Applied(), Lsn{1});
}

// ---- the pipeline ----

class Answers {
 public:
  explicit Answers(Pipeline& pipeline, size_t expected)
      : pipeline_(pipeline), expected_(expected) {}
  Pipeline::Done Next() {
    return [this](absl::Status status) {
      statuses.push_back(std::move(status));
      if (statuses.size() == expected_) pipeline_.Stop();
    };
  }
  std::vector<absl::Status> statuses;

 private:
  Pipeline& pipeline_;
  size_t expected_;
};

constexpr int64_t kPatienceNanos = 30'000'000'000;

TEST(Pipeline, AnswersEveryKindOfQuestion) {
  ServerThread server;
  auto pipeline = *Pipeline::Connect(server.address(), 2);
  const acl::Entry entry{.resource = {"db", "t"},
                         .principal = {"User", "Bob"},
                         .operation = acl::Operation::kRead,
                         .permission = acl::Permission::kAllow};
  const std::vector<Ask> asks = {AskPing{},
                                 AskServerStatus{},
                                 AddOneAcl{entry, RequestId{1, 1}},
                                 ListAcls{{.resource = entry.resource}},
                                 DropAcls{{.resource = entry.resource}, RequestId{1, 2}},
                                 CallOne{{.text = AddOn("a"), .request_id = RequestId{1, 3}}},
                                 CallBatch{{{.text = AddOn("b")}, {.text = AddOn("c")}}}};
  Answers answers(*pipeline, asks.size());
  for (size_t i = 0; i < asks.size(); ++i) pipeline->Send(i % 2, asks[i], answers.Next());
  pipeline->RunFor(kPatienceNanos);
  ASSERT_EQ(answers.statuses.size(), asks.size());
  for (const absl::Status& status : answers.statuses) EXPECT_TRUE(status.ok()) << status;
  server.OnLoop([&] { EXPECT_EQ(server.engine().world().lsn, Lsn{7}); });
}

TEST(Pipeline, SaysWhatWasRefused) {
  ServerThread server;
  auto pipeline = *Pipeline::Connect(server.address(), 1);
  Answers answers(*pipeline, 2);
  pipeline->Send(0, CallOne{{.text = "CALL sys.add_acl(!)"}}, answers.Next());
  pipeline->Send(0, CallBatch{{{.text = AddOn("b")}, {.text = "CALL sys.no_such_thing()"}}},
                 answers.Next());
  pipeline->RunFor(kPatienceNanos);
  ASSERT_EQ(answers.statuses.size(), 2u);
  EXPECT_THAT(answers.statuses[0].ToString(), HasSubstr("line 1, column "));
  EXPECT_THAT(answers.statuses[1].ToString(), HasSubstr("no_such_thing"));
}

TEST(Pipeline, ALostServerIsUnavailable) {
  ServerThread server({}, ServerThread::WithFake());
  auto pipeline = *Pipeline::Connect(server.address(), 1);
  Answers answers(*pipeline, 1);
  pipeline->Send(0, CallOne{{.text = AddOn("a")}}, answers.Next());
  pipeline->RunFor(0);
  server.CloseServer();
  pipeline->RunFor(kPatienceNanos);
  ASSERT_EQ(answers.statuses.size(), 1u);
  EXPECT_EQ(answers.statuses[0].code(), absl::StatusCode::kUnavailable) << answers.statuses[0];
}

TEST(Pipeline, SaysThatNobodyIsThere) {
  EXPECT_EQ(Pipeline::Connect("nonsense", 1).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Pipeline::Connect("127.0.0.1:1", 1).status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace pegel::net
