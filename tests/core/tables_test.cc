// Tables, their buckets, elections and reports: each rule, and its refusal word for word.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/cluster/tasks.h"
#include "core/cluster/text.h"
#include "core/limits.h"
#include "tests/core/cluster_fixture.h"

namespace pegel {
namespace {

using cluster::Bucket;
using cluster::BucketKey;
using cluster::DoneKind;
using cluster::kNoPartition;
using cluster::kNoServer;
using cluster::Replica;
using cluster::ServerId;
using cluster::TableId;
using cluster::TablePath;
using testing::AuthorOf;
using testing::Cluster;

const TablePath kPath{"db", "t"};

// Servers 0 … n-1, each in a rack of its own, live.
struct Tables : Cluster {
  explicit Tables(int servers, bool authorizer_enabled = false) : Cluster(authorizer_enabled) {
    for (int s = 0; s < servers && !authorizer_enabled; ++s) {
      epochs.push_back(Register(s, absl::StrCat("r", s)));
    }
  }
  // The table's id.
  TableId Create(int32_t buckets, int32_t factor, const TablePath& path = kPath) {
    EXPECT_EQ(Try(CreateTable{path, buckets, factor, false}), "");
    return {static_cast<int64_t>(world().lsn.value)};
  }
  const Bucket& Of(const BucketKey& key) const { return *world().cluster.Find(key); }
  void Lose(int server) { EXPECT_EQ(Try(ServerLost{{server}, epochs[server]}), ""); }
  void Return(int server) { epochs[server] = Register(server, absl::StrCat("r", server)); }

  // The first refusal of the report's items as `part/index code text`; empty: all were taken.
  std::string Report(ReplicaReport report, int server) {
    report.id = {server};
    report.epoch = epochs[server];
    Decision decision = Do(report);
    if (const auto* error = std::get_if<Error>(&decision.outcome)) return error->message;
    const auto& judged = std::get<ReportJudged>(std::get<Result>(decision.outcome));
    if (judged.refused.empty()) return "";
    const ReportRefusal& first = judged.refused.front();
    return absl::StrCat(static_cast<int>(first.part), "/", first.index, " ",
                        static_cast<int>(first.error.code), " ", first.error.message);
  }

  std::vector<Lsn> epochs;
};

std::string TextOf(const Bucket& bucket) {
  std::string text = absl::StrCat("leader ", bucket.leader.value, " on");
  for (const Replica& replica : bucket.replicas) {
    absl::StrAppend(&text, " ", replica.server.value, replica.is_in_sync ? "" : "?");
  }
  return absl::StrCat(text, ", epochs ", bucket.leader_epoch, " and ", bucket.bucket_epoch);
}

BucketKey KeyOf(TableId table, int32_t bucket = 0) { return {table, kNoPartition, bucket}; }

TEST(Tables, ANewTableHasItsBucketsOnLiveUntaggedServers) {
  Tables tables(4);
  EXPECT_EQ(tables.Try(AddServerTag{{ServerId{2}}, cluster::ServerTag::kTemporaryOffline}), "");
  tables.Lose(0);
  TableId id = tables.Create(6, 2);
  int64_t leaders[4] = {};
  for (int32_t b = 0; b < 6; ++b) {
    const Bucket& bucket = tables.Of(KeyOf(id, b));
    EXPECT_EQ(bucket.replicas.front().server, bucket.leader);
    for (const Replica& replica : bucket.replicas) {
      EXPECT_TRUE(replica.server.value == 1 || replica.server.value == 3);
      EXPECT_TRUE(replica.is_in_sync);
    }
    ++leaders[bucket.leader.value];
  }
  EXPECT_EQ(leaders[1], 3);
  EXPECT_EQ(leaders[3], 3);
}

TEST(Tables, RefusalsHaveFlusssCodesAndNumbers) {
  Tables tables(3);
  tables.Create(3, 3);
  auto create = [&](int32_t buckets, int32_t factor, const TablePath& path) {
    return tables.Try(CreateTable{path, buckets, factor, false});
  };
  EXPECT_EQ(create(3, 3, kPath), "8 Table db.t already exists.");
  EXPECT_EQ(create(3, 4, {"db", "u"}),
            "17 Replication factor: 4 larger than available tablet servers: 3. Of 3 known, those "
            "count that are live and have no tag: sys.list_servers shows which.");
  EXPECT_EQ(create(3, 0, {"db", "u"}), "17 Replication factor must be larger than 0.");
  EXPECT_EQ(create(0, 1, {"db", "u"}), "15 Table db.u: expected at least 1 bucket, found 0.");
  EXPECT_EQ(create(1, 1, {"d b", "u"}).substr(0, 33), "16 Database name d b is invalid: ");
  EXPECT_EQ(create(1, 1, {"db", "__u"}),
            "15 Table name __u is invalid: '__' is not allowed as prefix, since it is reserved for "
            "internal tables");
  EXPECT_EQ(tables.Try(DropTable{{"db", "u"}}), "7 Table db.u does not exist.");
  EXPECT_EQ(tables.Try(AddPartition{kPath, "p"}),
            "37 Only partitioned table support create partition.");
  EXPECT_EQ(tables.Try(UnregisterServer{{1}}).substr(0, 4), "1021");
  tables.Lose(1);
  EXPECT_EQ(tables.Try(UnregisterServer{{1}}),
            absl::StrCat(static_cast<int>(ErrorCode::kServerHoldsReplicas),
                         " Server 1 still holds 3 replicas: move them away first "
                         "(sys.add_server_tag with PERMANENT_OFFLINE, then sys.rebalance), or drop "
                         "their tables."));
}

TEST(Tables, PartitionsComeAndGoByName) {
  Tables tables(3);
  EXPECT_EQ(tables.Try(CreateTable{kPath, 2, 3, true}), "");
  TableId id{static_cast<int64_t>(tables.world().lsn.value)};
  EXPECT_TRUE(tables.world().cluster.Find(id)->partitions.empty());
  EXPECT_EQ(tables.Try(AddPartition{kPath, "2026-11-26"}), "");
  cluster::PartitionId partition{static_cast<int64_t>(tables.world().lsn.value)};
  EXPECT_EQ(tables.world().cluster.Find(id)->partitions.at(partition).buckets.size(), 2u);
  EXPECT_EQ(tables.Try(AddPartition{kPath, "2026-11-26"}),
            "42 Partition '2026-11-26' already exists for table db.t");
  EXPECT_EQ(tables.Try(DropPartition{kPath, "x"}),
            "36 Partition 'x' does not exist for table db.t");
  EXPECT_EQ(tables.Try(DropPartition{kPath, "2026-11-26"}), "");
  EXPECT_TRUE(tables.world().cluster.Find(id)->partitions.empty());
  EXPECT_EQ(tables.world().cluster.stop_count, 6) << "six replicas are to be deleted";
}

TEST(Tables, WhoMay) {
  Tables tables(0, true);
  EXPECT_EQ(tables.Try(CreateTable{kPath, 1, 1, false}, AuthorOf("User:a")).substr(0, 2), "48");
  EXPECT_EQ(tables.Try(DropTable{kPath}, AuthorOf("User:a")).substr(0, 2), "48");
  EXPECT_EQ(tables.Try(AddPartition{kPath, "p"}, AuthorOf("User:a")).substr(0, 2), "48");
  EXPECT_EQ(tables.Try(DropPartition{kPath, "p"}, AuthorOf("User:a")).substr(0, 2), "48");
  EXPECT_EQ(tables.Try(ListTables{}, AuthorOf("User:a")).substr(0, 2), "48");
  EXPECT_EQ(tables.Try(ListBuckets{.limit = 1}, AuthorOf("User:a")).substr(0, 2), "48");
  EXPECT_EQ(tables.Try(ReplicaReport{}, AuthorOf("User:a")).substr(0, 2), "48");
}

TEST(Elections, TheFirstLiveReplicaInSyncLeadsWhenItsLeaderIsLost) {
  Tables tables(3);
  TableId id = tables.Create(1, 3);
  const auto replicas = tables.Of(KeyOf(id)).replicas;
  const int a = replicas[0].server.value, b = replicas[1].server.value,
            c = replicas[2].server.value;
  tables.Lose(b);
  EXPECT_EQ(TextOf(tables.Of(KeyOf(id))),
            absl::StrCat("leader ", a, " on ", a, " ", b, "? ", c, ", epochs 0 and 1"));
  tables.Lose(a);
  EXPECT_EQ(TextOf(tables.Of(KeyOf(id))),
            absl::StrCat("leader ", c, " on ", a, "? ", b, "? ", c, ", epochs 1 and 2"));
  tables.Lose(c);
  EXPECT_EQ(TextOf(tables.Of(KeyOf(id))),
            absl::StrCat("leader -1 on ", a, "? ", b, "? ", c, ", epochs 1 and 3"))
      << "the last one in sync stays so: it alone has everything";
  tables.Return(a);
  EXPECT_EQ(tables.Of(KeyOf(id)).leader, kNoServer) << "it may lack what was acknowledged";
  tables.Return(c);
  EXPECT_EQ(TextOf(tables.Of(KeyOf(id))),
            absl::StrCat("leader ", c, " on ", a, "? ", b, "? ", c, ", epochs 2 and 4"));
}

TEST(Elections, ALeaderThatRegistersAgainIsLostFirst) {
  Tables tables(2);
  TableId id = tables.Create(1, 2);
  const int a = tables.Of(KeyOf(id)).leader.value, b = 1 - a;
  tables.Return(a);
  EXPECT_EQ(TextOf(tables.Of(KeyOf(id))),
            absl::StrCat("leader ", b, " on ", a, "? ", b, ", epochs 1 and 1"));
}

TEST(Elections, AServersLossIsOneRecordWithAnEventForEachOfItsBuckets) {
  Tables tables(4);
  tables.Create(40, 3);
  const size_t held = tables.world().cluster.HoldingsOf({2}).buckets.size();
  Decision decision = tables.Do(ServerLost{{2}, tables.epochs[2]});
  EXPECT_EQ(decision.events.size(), held + 1);
  EXPECT_TRUE(tables.world().cluster.leaderless.empty());
}

TEST(Reports, TheLeaderSaysWhoIsInSync) {
  Tables tables(3);
  TableId id = tables.Create(1, 3);
  const int a = tables.Of(KeyOf(id)).leader.value;
  auto report = [&](std::vector<ServerId> in_sync, int32_t leader_epoch, int32_t bucket_epoch) {
    return ReplicaReport{.in_sync = {{KeyOf(id), leader_epoch, bucket_epoch, in_sync}}};
  };
  EXPECT_EQ(tables.Report(report({{a}}, 0, 0), a), "");
  EXPECT_EQ(tables.Of(KeyOf(id)).bucket_epoch, 1);
  const std::string name = cluster::ToText(KeyOf(id));
  EXPECT_EQ(tables.Report(report({{0}, {1}, {2}}, 0, 0), a),
            absl::StrCat("1/0 22 Bucket ", name, ": expected bucket epoch 1, found 0."));
  EXPECT_EQ(tables.Report(report({{0}, {1}, {2}}, 7, 1), a),
            absl::StrCat("1/0 24 Bucket ", name, ": expected leader epoch 0, found 7."));
  const int other = (a + 1) % 3;
  EXPECT_EQ(tables.Report(report({{other}}, 0, 1), other),
            absl::StrCat("1/0 12 Bucket ", name, ": server ", other, " is not its leader; server ",
                         a, " leads it."));
  EXPECT_EQ(tables.Report(report({{other}}, 0, 1), a),
            absl::StrCat("1/0 55 Bucket ", name, ": its leader, server ", a,
                         ", is not among those in sync."));
  EXPECT_EQ(tables.Report(report({{a}, {9}}, 0, 1), a),
            absl::StrCat("1/0 55 Bucket ", name, ": server 9 has no replica of it."));
  tables.Lose(other);
  EXPECT_EQ(tables.Report(report({{a}, {other}}, 0, 1), a),
            absl::StrCat("1/0 55 Bucket ", name, ": server ", other, " is not live."));
  EXPECT_EQ(tables.Report({.in_sync = {{KeyOf(TableId{99}), 0, 0, {}}}}, a).substr(0, 6), "1/0 21");
}

TEST(Reports, OneWrongItemDoesNotHoldUpTheOthers) {
  Tables tables(1);
  TableId id = tables.Create(2, 1);
  EXPECT_EQ(tables.Report({.sizes = {{KeyOf(id, 7), 5}, {KeyOf(id, 1), 5}}}, 0).substr(0, 6),
            "2/0 21");
  EXPECT_EQ(tables.Of(KeyOf(id, 1)).bytes, 5);
}

TEST(Reports, AnOldRegistrationIsFencedAndADeadOneMustComeBack) {
  Tables tables(1);
  Lsn old_epoch = tables.epochs[0];
  tables.Return(0);
  EXPECT_EQ(tables.Try(ReplicaReport{.id = {0}, .epoch = old_epoch}).substr(0, 4), "1020");
  tables.Lose(0);
  EXPECT_NE(tables.Report({}, 0).find("is dead: it left, or was silent"), std::string::npos);
}

TEST(Reports, AFailedReplicaLeavesTheInSyncSetAndItsLeaderChanges) {
  Tables tables(2);
  TableId id = tables.Create(1, 2);
  const int a = tables.Of(KeyOf(id)).leader.value, b = 1 - a;
  EXPECT_EQ(tables.Report({.failed = {{KeyOf(id), 0, "disk"}}}, a), "");
  EXPECT_EQ(TextOf(tables.Of(KeyOf(id))),
            absl::StrCat("leader ", b, " on ", a, "? ", b, ", epochs 1 and 1"));
  EXPECT_EQ(tables.Report({.failed = {{KeyOf(id), 1, "disk"}}}, b), "");
  EXPECT_EQ(tables.Of(KeyOf(id)).leader.value, b) << "the last one in sync is kept";
}

TEST(Tasks, SayWhatEachReplicaShouldBe) {
  Tables tables(3);
  TableId id = tables.Create(1, 2);
  const Bucket& bucket = tables.Of(KeyOf(id));
  const ServerId leader = bucket.leader, follower = bucket.replicas[1].server;
  auto lead = cluster::TasksOf(tables.world().cluster, leader);
  ASSERT_EQ(lead.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<cluster::BecomeLeader>(lead[0].what));
  auto follow = cluster::TasksOf(tables.world().cluster, follower);
  ASSERT_EQ(follow.size(), 1u);
  EXPECT_EQ(std::get<cluster::FetchFrom>(follow[0].what).leader, leader);
  const ServerId idle{3 - leader.value - follower.value};
  EXPECT_TRUE(cluster::TasksOf(tables.world().cluster, idle).empty());
}

TEST(Tasks, AServerDeletesItsOrphansAlsoWhenItWasAwayMeanwhile) {
  Tables tables(2);
  TableId id = tables.Create(1, 2);
  tables.Lose(1);
  EXPECT_EQ(tables.Try(DropTable{kPath}), "");
  tables.Return(1);
  auto tasks = cluster::TasksOf(tables.world().cluster, {1});
  ASSERT_EQ(tasks.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<cluster::StopReplica>(tasks[0].what));
  const int32_t epoch = tasks[0].bucket_epoch;
  EXPECT_EQ(tables.Report({.done = {{KeyOf(id), epoch - 1, DoneKind::kStopped}}}, 1).substr(0, 6),
            "3/0 22");
  EXPECT_EQ(tables.Report({.done = {{KeyOf(id), epoch, DoneKind::kStopped}}}, 1), "");
  EXPECT_TRUE(cluster::TasksOf(tables.world().cluster, {1}).empty());
  EXPECT_EQ(tables.Report({.done = {{KeyOf(id), epoch, DoneKind::kStopped}}}, 1), "")
      << "said twice is said once";
}

TEST(Listings, BucketsComeInPages) {
  Tables tables(3);
  tables.Create(5, 2, {"db", "a"});
  tables.Create(5, 2, {"db", "b"});
  std::vector<BucketKey> seen;
  std::optional<BucketKey> after;
  for (bool is_last = false; !is_last;) {
    Decision decision = tables.Do(ListBuckets{.after = after, .limit = 3});
    const auto& rows = std::get<BucketRows>(std::get<Result>(decision.outcome));
    for (const BucketRow& row : rows.buckets) seen.push_back(row.key);
    after = seen.back();
    is_last = rows.is_last;
  }
  EXPECT_EQ(seen.size(), 10u);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  Decision of_b = tables.Do(ListBuckets{.path = TablePath{"db", "b"}, .limit = 100});
  EXPECT_EQ(std::get<BucketRows>(std::get<Result>(of_b.outcome)).buckets.size(), 5u);
  Decision on_0 = tables.Do(ListBuckets{.server = ServerId{0}, .limit = 100});
  EXPECT_EQ(std::get<BucketRows>(std::get<Result>(on_0.outcome)).buckets.size(),
            tables.world().cluster.HoldingsOf({0}).buckets.size());
  EXPECT_EQ(tables.Try(ListBuckets{.limit = 1'001}), "1001 limit: expected 1 to 1000, found 1001");
}

}  // namespace
}  // namespace pegel
