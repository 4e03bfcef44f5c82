// A simulated tablet server does what its tasks say, and says what came of it.
#include "tools/fleet/tablet.h"

#include <gtest/gtest.h>

#include <set>

namespace pegel::tools {
namespace {

using cluster::BucketKey;
using cluster::DoneKind;
using cluster::ServerId;
using cluster::Task;

constexpr BucketKey kKey{{7}, {}, 0};
constexpr size_t kAll = 1000;

// Replicas 0, 1, …; those in the list are in sync.
cluster::Replicas ReplicasOf(int count, const std::set<int>& in_sync) {
  cluster::Replicas replicas;
  for (int id = 0; id < count; ++id) replicas.push_back({ServerId{id}, in_sync.count(id) > 0});
  return replicas;
}

Task Lead(int to, int bucket_epoch, cluster::Replicas replicas, int leader_epoch = 0) {
  return {kKey, bucket_epoch, leader_epoch, {to}, cluster::BecomeLeader{std::move(replicas)}};
}
Task Fetch(int to, int leader, int bucket_epoch, cluster::Replicas replicas, int leader_epoch = 0) {
  return {kKey,
          bucket_epoch,
          leader_epoch,
          {to},
          cluster::FetchFrom{{leader}, "h:1", std::move(replicas)}};
}
Task Stop(int to, int bucket_epoch) {
  return {kKey, bucket_epoch, 0, {to}, cluster::StopReplica{}};
}

class TabletTest : public ::testing::Test {
 protected:
  // What a server reports, taken as accepted.
  ReplicaReport Report(Tablet& tablet) {
    auto report = tablet.TakeReport(now_ms_, kAll);
    if (!report) return {};
    tablet.OnAnswer({}, now_ms_);
    return *report;
  }
  // Both leader and follower are told of two replicas of which only the leader's is in sync.
  void AddReplica() {
    plane_.Advance(now_ms_);
    a_.Perform(Lead(0, 0, ReplicasOf(2, {0})), now_ms_);
    b_.Perform(Fetch(1, 0, 0, ReplicasOf(2, {0})), now_ms_);
  }
  void Pass(int64_t milliseconds) {
    now_ms_ += milliseconds;
    plane_.Advance(now_ms_);
  }

  DataPlane plane_{{.bucket_bytes = 200, .bandwidth = 1000}};
  Tablet a_{{0}, plane_, {}};
  Tablet b_{{1}, plane_, {}};
  int64_t now_ms_ = 0;
};

TEST_F(TabletTest, ALeaderSaysThatItLeadsAndHowLargeTheBucketIs) {
  a_.Perform(Lead(0, 0, ReplicasOf(1, {0})), now_ms_);
  ReplicaReport report = Report(a_);
  ASSERT_EQ(report.done.size(), 1u);
  EXPECT_EQ(report.done[0], (cluster::DoneReport{kKey, 0, DoneKind::kLeading}));
  ASSERT_EQ(report.sizes.size(), 1u);
  EXPECT_EQ(report.sizes[0].bytes, plane_.BytesOf(kKey));
  EXPECT_TRUE(report.in_sync.empty());
  a_.Perform(Lead(0, 0, ReplicasOf(1, {0})), now_ms_);
  EXPECT_EQ(ItemsOf(Report(a_)), 0u) << "a task that comes again is done already";
}

// A rebalance waits for exactly this.
TEST_F(TabletTest, AnAddedReplicaIsReportedInSyncWhenItHasAllAndNotBefore) {
  AddReplica();
  EXPECT_TRUE(Report(a_).in_sync.empty());
  Pass(50);
  EXPECT_TRUE(Report(a_).in_sync.empty());
  Pass(1000);
  ReplicaReport report = Report(a_);
  ASSERT_EQ(report.in_sync.size(), 1u);
  EXPECT_EQ(report.in_sync[0], (cluster::InSyncReport{kKey, 0, 0, {{0}, {1}}}));
  EXPECT_TRUE(Report(a_).in_sync.empty()) << "said once; the next task answers it";
}

TEST_F(TabletTest, AFollowerThatDoesNotFetchGoesOutAfterItsTime) {
  a_.Perform(Lead(0, 0, ReplicasOf(2, {0, 1})), now_ms_);
  b_.Perform(Fetch(1, 0, 0, ReplicasOf(2, {0, 1})), now_ms_);
  Report(a_);
  b_.SetMuted(true, now_ms_);
  EXPECT_TRUE(Report(a_).in_sync.empty());
  Pass(9'000);
  EXPECT_TRUE(Report(a_).in_sync.empty()) << "it has ten seconds";
  Pass(1'500);
  ReplicaReport report = Report(a_);
  ASSERT_EQ(report.in_sync.size(), 1u);
  EXPECT_EQ(report.in_sync[0].in_sync, std::vector<ServerId>{{0}});

  a_.Perform(Lead(0, 1, ReplicasOf(2, {0})), now_ms_);
  b_.SetMuted(false, now_ms_);
  report = Report(a_);
  ASSERT_EQ(report.in_sync.size(), 1u) << "it is back and has all";
  EXPECT_EQ(report.in_sync[0].in_sync.size(), 2u);
}

TEST_F(TabletTest, AMutedServerTakesTasksAndDoesThemWhenItAnswersAgain) {
  a_.SetMuted(true, now_ms_);
  a_.Perform(Lead(0, 0, ReplicasOf(1, {0})), now_ms_);
  Pass(60'000);
  EXPECT_FALSE(a_.TakeReport(now_ms_, kAll).has_value());
  a_.SetMuted(false, now_ms_);
  EXPECT_EQ(Report(a_).done.size(), 1u);
}

TEST_F(TabletTest, WhatIsStoppedIsDeletedAndSaidAgainWhenAskedAgain) {
  a_.Perform(Lead(0, 0, ReplicasOf(1, {0})), now_ms_);
  Report(a_);
  for (int i = 0; i < 2; ++i) {
    a_.Perform(Stop(0, 3), now_ms_);
    ReplicaReport report = Report(a_);
    ASSERT_EQ(report.done.size(), 1u);
    EXPECT_EQ(report.done[0], (cluster::DoneReport{kKey, 3, DoneKind::kStopped}));
  }
  EXPECT_EQ(plane_.UsedBy({0}), 0);
  EXPECT_EQ(a_.replicas(), 0u);
}

TEST_F(TabletTest, AStaleTaskIsIgnored) {
  a_.Perform(Lead(0, 4, ReplicasOf(1, {0}), 2), now_ms_);
  a_.Perform(Fetch(0, 1, 3, ReplicasOf(2, {1}), 1), now_ms_);
  EXPECT_EQ(a_.leaders(), 1u);
}

TEST_F(TabletTest, WhatWasNotAnsweredIsReportedAgain) {
  a_.Perform(Lead(0, 0, ReplicasOf(1, {0})), now_ms_);
  auto first = a_.TakeReport(now_ms_, kAll);
  ASSERT_TRUE(first);
  EXPECT_FALSE(a_.TakeReport(now_ms_, kAll).has_value()) << "one at a time";
  a_.OnNoAnswer();
  Pass(2'000);
  EXPECT_EQ(a_.TakeReport(now_ms_, kAll), first);
}

TEST_F(TabletTest, ARefusedReportOfWhoIsInSyncIsLookedAtOnceMore) {
  AddReplica();
  Pass(1'000);
  Report(b_);
  ASSERT_TRUE(a_.TakeReport(now_ms_, kAll));
  a_.OnAnswer({{cluster::ReportPart::kInSync, 0, Error{}}}, now_ms_);
  EXPECT_TRUE(Report(a_).in_sync.empty());
  Pass(1'500);
  EXPECT_EQ(Report(a_).in_sync.size(), 1u);
}

TEST(TabletFailures, WhatBreaksIsReportedAndTriedAgain) {
  DataPlane plane({.bucket_bytes = 200, .bandwidth = 1000, .failures_ppm = 1'000'000});
  Tablet a({0}, plane, {}), b({1}, plane, {});
  plane.Advance(0);
  a.Perform(Lead(0, 0, ReplicasOf(2, {0})), 0);
  b.Perform(Fetch(1, 0, 0, ReplicasOf(2, {0})), 0);
  for (int64_t now_ms : {1'000, 5'000}) {
    plane.Advance(now_ms);
    auto report = b.TakeReport(now_ms, kAll);
    ASSERT_TRUE(report) << now_ms;
    ASSERT_EQ(report->failed.size(), 1u);
    EXPECT_EQ(report->failed[0].key, kKey);
    EXPECT_NE(report->failed[0].reason.find("broke"), std::string::npos);
    b.OnAnswer({}, now_ms);
    b.TakeReport(now_ms + 2'000, kAll);  // It begins again.
  }
}

TEST_F(TabletTest, WhoDiedKnowsNothingButHasItsDisk) {
  a_.Perform(Lead(0, 0, ReplicasOf(1, {0})), now_ms_);
  Report(a_);
  a_.Die();
  EXPECT_EQ(a_.replicas(), 0u);
  EXPECT_GT(plane_.UsedBy({0}), 0);
  a_.Start();
  a_.Perform(Lead(0, 1, ReplicasOf(1, {0}), 1), now_ms_);
  EXPECT_EQ(Report(a_).done.size(), 1u);
}

}  // namespace
}  // namespace pegel::tools
