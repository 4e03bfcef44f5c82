// Tables and tasks over the whole way: an administrator makes and drops tables, tablet servers are
// told and report. Time for leases goes by only when the test says so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "net/client.h"
#include "net/tablet_client.h"
#include "tests/net/server_thread.h"

namespace pegel::net {
namespace {

using cluster::BucketKey;
using cluster::ServerId;
using cluster::Task;
using ::testing::HasSubstr;

constexpr int64_t kPatienceMs = 10'000;

// A connection that tablet servers and an administrator share.
class Host {
 public:
  explicit Host(ServerThread& server)
      : client_(Client::Connect(server.address()).value()), tablets_(client_->Tablets()) {}

  uint64_t Register(int32_t id) {
    TabletServer tablet{.id = id, .rack = absl::StrCat("r", id), .address = "host:9123"};
    Registered registered = tablets_->Register({{tablet, RequestId{}}}).value().front();
    EXPECT_FALSE(registered.error) << registered.error->message;
    return registered.epoch;
  }

  // Tasks as they come, until there are `count`.
  std::vector<Task> Take(size_t count) {
    std::vector<Task> tasks;
    for (int64_t waited = 0; tasks.size() < count && waited < kPatienceMs; waited += 50) {
      std::vector<Task> some = tablets_->TakeTasks(50).value();
      tasks.insert(tasks.end(), some.begin(), some.end());
    }
    EXPECT_EQ(tasks.size(), count);
    return tasks;
  }
  bool IsQuiet() { return tablets_->TakeTasks(200).value().empty(); }

  Reported Report(const ReplicaReport& report) {
    return tablets_->Report({report}).value().front();
  }

  CallReply Create(const std::string& table, int32_t buckets, int32_t replication) {
    return Change(CreateTable{{"db", table}, buckets, replication, false});
  }
  CallReply Change(const TableChange& change) {
    return client_->ChangeTables(change, RequestId{9, ++request_}).value();
  }
  Client& client() { return *client_; }
  TabletClient& tablets() { return *tablets_; }

 private:
  std::unique_ptr<Client> client_;
  std::unique_ptr<TabletClient> tablets_;  // Goes before its client.
  uint64_t request_ = 0;
};

std::vector<BucketRow> Buckets(Host& host, ListBuckets list = {.limit = 1000}) {
  Listed listed = host.client().List(list).value();
  EXPECT_FALSE(listed.error) << listed.error->message;
  return std::get<BucketRows>(listed.rows).buckets;
}

std::map<int32_t, std::vector<Task>> ByServer(const std::vector<Task>& tasks) {
  std::map<int32_t, std::vector<Task>> split;
  for (const Task& task : tasks) split[task.to.value].push_back(task);
  return split;
}

TEST(Tasks, ANewTableIsToldToAllWhoHoldIt) {
  ServerThread server;
  Host host(server);
  for (int32_t id : {0, 1, 2}) host.Register(id);
  CallReply created = host.Create("t", 6, 2);
  ASSERT_FALSE(created.error) << created.error->message;

  auto tasks = ByServer(host.Take(12));
  std::vector<BucketRow> buckets = Buckets(host);
  ASSERT_EQ(buckets.size(), 6u);
  size_t leading = 0;
  for (const auto& [id, of_one] : tasks) {
    EXPECT_EQ(of_one.size(), 4u);
    for (const Task& task : of_one) {
      const cluster::Bucket& bucket = buckets[static_cast<size_t>(task.key.bucket)].bucket;
      EXPECT_EQ(static_cast<uint64_t>(task.key.table.value), created.receipt->lsn.value);
      bool leads = std::holds_alternative<cluster::BecomeLeader>(task.what);
      EXPECT_EQ(leads, bucket.leader.value == id);
      leading += leads ? 1 : 0;
      if (leads) continue;
      const auto& fetch = std::get<cluster::FetchFrom>(task.what);
      EXPECT_EQ(fetch.leader, bucket.leader);
      EXPECT_EQ(fetch.leader_address, "host:9123");
      EXPECT_EQ(fetch.replicas, bucket.replicas);
    }
  }
  EXPECT_EQ(leading, 6u);
  EXPECT_TRUE(host.IsQuiet());
}

TEST(Tasks, WhoResumesGetsAllAgain) {
  ServerThread server;
  Host host(server);
  uint64_t epoch = host.Register(0);
  host.Create("t", 5, 1);
  std::vector<Task> first = host.Take(5);
  ASSERT_TRUE(
      std::holds_alternative<LeaseRenewed>(host.tablets().Resume({{0, epoch}}).value().front()));
  EXPECT_EQ(host.Take(5), first);
  EXPECT_TRUE(host.IsQuiet());
}

TEST(Tasks, NobodyIsToldBeforeTheRecordIsDurable) {
  ServerThread server;
  Host host(server);
  uint64_t epoch = host.Register(0);
  server.OnLoop([&] {
    server.engine().is_disk_stuck = true;
    server.engine().Submit({}, {}, CreateTable{{"db", "t"}, 3, 1, false}, [](const Reply&) {});
  });
  EXPECT_TRUE(host.IsQuiet());
  ASSERT_TRUE(host.tablets().Resume({{0, epoch}}).ok()) << "leases do not wait for the disk";
  EXPECT_TRUE(host.IsQuiet());
  server.OnLoop([&] { server.engine().DiskGoesOn(); });
  host.Take(3);
  EXPECT_TRUE(host.IsQuiet());
}

TEST(Tasks, AReportChangesWhatItMayAndSaysWhatNot) {
  ServerThread server;
  Host host(server);
  uint64_t epoch = host.Register(0);
  host.Register(1);
  host.Create("t", 2, 2);
  host.Take(4);
  std::vector<BucketRow> buckets = Buckets(host);
  BucketKey mine, other;
  for (const BucketRow& row : buckets) (row.bucket.leader.value == 0 ? mine : other) = row.key;

  ReplicaReport report{.id = {0}, .epoch = Lsn{epoch}};
  report.in_sync = {{mine, 0, 0, {ServerId{0}}}, {other, 0, 0, {ServerId{0}}}, {mine, 5, 0, {{0}}}};
  report.sizes = {{mine, 4711}, {{{999}, {}, 0}, 1}};
  EXPECT_TRUE(
      host.Report({.id = {0}, .done = {{mine, 0, cluster::DoneKind::kLeading}}}).refused.empty());
  Reported reported = host.Report(report);
  ASSERT_FALSE(reported.error) << reported.error->message;
  ASSERT_EQ(reported.refused.size(), 3u);
  EXPECT_EQ(reported.refused[0].part, cluster::ReportPart::kInSync);
  EXPECT_EQ(reported.refused[0].index, 1u);
  EXPECT_EQ(reported.refused[1].index, 2u);
  EXPECT_EQ(reported.refused[2].part, cluster::ReportPart::kSize);

  std::vector<Task> tasks = host.Take(2);
  for (const Task& task : tasks) EXPECT_EQ(task.bucket_epoch, 1);
  for (const BucketRow& row : Buckets(host)) {
    if (row.key != mine) continue;
    EXPECT_EQ(row.bucket.bytes, 4711);
    EXPECT_EQ(row.bucket.bucket_epoch, 1);
    for (const cluster::Replica& replica : row.bucket.replicas) {
      EXPECT_EQ(replica.is_in_sync, replica.server.value == 0);
    }
  }
}

TEST(Tasks, AReportThatIsTooLongOrNoTextIsRefusedAndNotLogged) {
  ServerThread server;
  Host host(server);
  host.Register(0);
  Lsn before = host.client().AskStatus()->lsn_applied;
  ReplicaReport huge{.id = {0}};
  huge.sizes.resize(5000);
  Reported reported = host.Report(huge);
  ASSERT_TRUE(reported.error);
  EXPECT_EQ(reported.error->code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(reported.error->message, HasSubstr("4096"));
  ReplicaReport binary{.id = {0}};
  binary.failed = {{{{1}, {}, 0}, 0, "\xff"}};
  EXPECT_EQ(host.Report(binary).error->code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(host.client().AskStatus()->lsn_applied, before);
}

TEST(Tasks, TheReportOfALostRegistrationIsFenced) {
  ServerThread server;
  Host host(server);
  host.Register(0);
  host.Register(1);
  host.Create("t", 1, 2);
  host.Take(2);
  server.OnLoop([&] { server.engine().Pass(kTestLeaseMs + 500); });
  server.WaitUntil([&] { return server.engine().is_durable(); });
  Reported reported = host.Report({.id = {0}});
  ASSERT_TRUE(reported.error);
  EXPECT_EQ(reported.error->code, ErrorCode::kServerLost);
  EXPECT_TRUE(host.IsQuiet()) << "nothing is told to who is lost";
}

TEST(Tasks, ADroppedTableIsStoppedAndWhatIsStoppedIsNotToldAgain) {
  ServerThread server;
  Host host(server);
  uint64_t epoch = host.Register(0);
  host.Create("t", 2, 1);
  host.Take(2);
  ASSERT_FALSE(host.Change(DropTable{{"db", "t"}}).error);
  std::vector<Task> stops = host.Take(2);
  ReplicaReport report{.id = {0}};
  for (const Task& task : stops) {
    ASSERT_TRUE(std::holds_alternative<cluster::StopReplica>(task.what));
    report.done.push_back({task.key, task.bucket_epoch, cluster::DoneKind::kStopped});
  }
  report.done.pop_back();
  ASSERT_TRUE(host.Report(report).refused.empty());
  ASSERT_TRUE(host.tablets().Resume({{0, epoch}}).ok());
  EXPECT_EQ(host.Take(1), std::vector<Task>{stops.back()}) << "the other is still to be deleted";
}

// More than the window: the server waits until they are taken.
TEST(Tasks, ManyTasksComeInBatches) {
  ServerThread server;
  Host host(server);
  host.Register(0);
  ASSERT_FALSE(host.Create("t", 4000, 1).error);
  host.Take(4000);
  EXPECT_GE(server.counters().task_batches, 8u);
}

TEST(Tasks, WhoTakesNoneIsLetGoAndBeginsAgainByItself) {
  ServerThread server({.batch_answer_ms_max = 100});
  Host host(server);
  host.Register(0);
  host.Create("t", 2, 1);
  server.WaitUntil([&] { return server.server().counters().task_sinks_cut == 1; });
  host.Create("u", 1, 1);
  host.tablets().Heartbeat({0}).value();
  std::map<BucketKey, Task> told;
  for (int i = 0; i < 100 && told.size() < 3; ++i) {
    std::vector<Task> some = host.tablets().TakeTasks(50).value();
    for (const Task& task : some) told[task.key] = task;
  }
  EXPECT_EQ(told.size(), 3u);
}

// ---- tables ----

TEST(TableCalls, MakeListAndDrop) {
  ServerThread server;
  Host host(server);
  for (int32_t id : {0, 1, 2}) host.Register(id);
  ASSERT_FALSE(host.Create("t", 3, 2).error);
  CallReply again = host.Create("t", 3, 2);
  ASSERT_TRUE(again.error);
  EXPECT_EQ(again.error->code, ErrorCode::kTableAlreadyExist);
  EXPECT_TRUE(again.receipt) << "a refusal is history too";
  ASSERT_FALSE(host.Change(CreateTable{{"db", "p"}, 2, 3, true}).error);
  ASSERT_FALSE(host.Change(AddPartition{{"db", "p"}, "2026"}).error);

  Listed tables = host.client().List(ListTables{}).value();
  const auto& rows = std::get<TableRows>(tables.rows).tables;
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].path, (cluster::TablePath{"db", "p"}));
  EXPECT_EQ(rows[0].partitions, 1);
  EXPECT_TRUE(rows[0].is_partitioned);
  EXPECT_EQ(rows[1].bucket_count, 3);
  EXPECT_EQ(rows[1].replication_factor, 2);

  std::vector<BucketRow> of_p = Buckets(host, {.path = {{"db", "p"}}, .limit = 10});
  ASSERT_EQ(of_p.size(), 2u);
  EXPECT_EQ(of_p[0].partition, "2026");
  EXPECT_EQ(of_p[0].bucket.replicas.size(), 3u);
  ASSERT_FALSE(host.Change(DropPartition{{"db", "p"}, "2026"}).error);
  ASSERT_FALSE(host.Change(DropTable{{"db", "t"}}).error);
  EXPECT_TRUE(Buckets(host).empty());
}

TEST(TableCalls, PagesAreOneBehindTheOther) {
  ServerThread server;
  Host host(server);
  host.Register(0);
  ASSERT_FALSE(host.Create("t", 7, 1).error);
  ListBuckets list{.limit = 3};
  std::vector<int32_t> seen;
  for (int page = 0; page < 3; ++page) {
    Listed listed = host.client().List(list).value();
    const auto& rows = std::get<BucketRows>(listed.rows);
    EXPECT_EQ(rows.is_last, page == 2);
    for (const BucketRow& row : rows.buckets) seen.push_back(row.key.bucket);
    list.after = rows.buckets.back().key;
  }
  EXPECT_EQ(seen, (std::vector<int32_t>{0, 1, 2, 3, 4, 5, 6}));
}

// One such record would shut the log for ever.
TEST(TableCalls, NamesThatAreNoTextAreRefusedAndNotLogged) {
  ServerThread server;
  Host host(server);
  Lsn before = host.client().AskStatus()->lsn_applied;
  const std::string nul("a\0b", 3);
  for (const TableChange& change :
       {TableChange{CreateTable{{"\xff", "t"}, 1, 1, false}}, TableChange{DropTable{{"db", nul}}},
        TableChange{AddPartition{{"db", "t"}, "\xff"}},
        TableChange{DropPartition{{"db", "t"}, nul}}}) {
    CallReply reply = host.Change(change);
    ASSERT_TRUE(reply.error);
    EXPECT_EQ(reply.error->code, ErrorCode::kInvalidArgument);
    EXPECT_FALSE(reply.receipt);
  }
  Listed listed = host.client().List(ListBuckets{.path = {{"\xff", "t"}}, .limit = 1}).value();
  ASSERT_TRUE(listed.error);
  EXPECT_EQ(host.client().AskStatus()->lsn_applied, before);
}

TEST(TableCalls, NeedTheirRights) {
  ServerThread server({}, ServerThread::WithAuthorization());
  Host host(server);
  for (const TableChange& change :
       {TableChange{CreateTable{{"db", "t"}, 1, 1, false}}, TableChange{DropTable{{"db", "t"}}},
        TableChange{AddPartition{{"db", "t"}, "p"}},
        TableChange{DropPartition{{"db", "t"}, "p"}}}) {
    CallReply reply = host.Change(change);
    ASSERT_TRUE(reply.error);
    EXPECT_EQ(reply.error->code, ErrorCode::kAuthorization);
  }
  EXPECT_EQ(host.client().List(ListTables{})->error->code, ErrorCode::kAuthorization);
  EXPECT_EQ(host.client().List(ListBuckets{.limit = 1})->error->code, ErrorCode::kAuthorization);
}

}  // namespace
}  // namespace pegel::net
