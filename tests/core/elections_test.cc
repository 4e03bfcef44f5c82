// Elections and reports of one bucket, exhaustively: every state that two or three servers can
// bring it to, and from each every step that a server can take, against the rules said once more.
//
// A state is who is live, who is in sync and who leads; epochs only grow, so they are compared as
// differences and left out. The walk ends by itself when no step leads to a state not yet seen.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <map>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/cluster/invariants.h"
#include "core/cluster/tasks.h"
#include "core/fold.h"
#include "tests/support/acl.h"

namespace pegel {
namespace {

using cluster::Bucket;
using cluster::BucketKey;
using cluster::ServerId;

constexpr int kNobody = -1;

// The rules once more, as plainly as they can be said. Servers are named by their place in the
// bucket's order.
struct Naive {
  std::array<bool, 3> is_live{}, is_in_sync{};
  int leader = 0;
  int replicas = 0;
  auto operator<=>(const Naive&) const = default;

  int InSync() const { return is_in_sync[0] + is_in_sync[1] + is_in_sync[2]; }
  void Elect(int not_this) {
    leader = kNobody;
    for (int s = replicas - 1; s >= 0; --s) {
      if (is_live[s] && is_in_sync[s] && s != not_this) leader = s;
    }
  }
  void Leave(int s) {
    if (InSync() > 1) is_in_sync[s] = false;
    if (leader == s) Elect(s);
  }
  void Lose(int s) {
    is_live[s] = false;
    Leave(s);
  }
  void Return(int s) {
    if (is_live[s]) Lose(s);
    is_live[s] = true;
    if (leader == kNobody && is_in_sync[s]) leader = s;
  }
  void Fail(int s) {
    bool is_last = is_in_sync[s] && InSync() == 1;
    if (!is_last) Leave(s);
  }
  // False: refused.
  bool Report(int s, int members) {
    if (leader != s || (members >> s & 1) == 0) return false;
    for (int m = 0; m < 3; ++m) {
      if ((members >> m & 1) != 0 && (m >= replicas || !is_live[m])) return false;
    }
    for (int m = 0; m < 3; ++m) is_in_sync[m] = (members >> m & 1) != 0;
    return true;
  }
};

// What a server can do: a kind, and for a report its members as bits.
struct Step {
  enum Kind { kLose, kReturn, kFail, kReport } kind;
  int server, members;
};

std::vector<Step> StepsOf(int replicas) {
  std::vector<Step> steps;
  for (int s = 0; s < replicas; ++s) {
    for (Step::Kind kind : {Step::kLose, Step::kReturn, Step::kFail}) steps.push_back({kind, s, 0});
    for (int members = 0; members < 8; ++members) steps.push_back({Step::kReport, s, members});
  }
  return steps;
}

class OneBucket {
 public:
  explicit OneBucket(int replicas) : replicas_(replicas) {
    Do(testing::BootOf(false));
    for (int s = 0; s < replicas; ++s) Do(RegisterServer{{s}, absl::StrCat("r", s), "h:1"});
    Do(CreateTable{{"db", "t"}, 1, replicas, false});
    key_.table = {static_cast<int64_t>(world_.lsn.value)};
    for (const cluster::Replica& replica : bucket().replicas) order_.push_back(replica.server);
  }

  const Bucket& bucket() const { return *world_.cluster.Find(key_); }
  bool IsLive(int place) const { return world_.cluster.IsLive(order_[place]); }

  Naive Seen() const {
    Naive seen{.leader = kNobody, .replicas = replicas_};
    for (int place = 0; place < replicas_; ++place) {
      seen.is_live[place] = IsLive(place);
      seen.is_in_sync[place] = bucket().replicas[place].is_in_sync;
      if (bucket().leader == order_[place]) seen.leader = place;
    }
    return seen;
  }

  // False: the command, or its only item, was refused.
  bool Take(const Step& step, int32_t leader_epoch_off = 0, int32_t bucket_epoch_off = 0) {
    const ServerId id = order_[step.server];
    const Lsn epoch = world_.cluster.Find(id)->epoch;
    if (step.kind == Step::kLose) return Do(ServerLost{id, epoch});
    if (step.kind == Step::kReturn) {
      return Do(RegisterServer{id, absl::StrCat("r", id.value), "h:1"});
    }
    ReplicaReport report{.id = id, .epoch = epoch};
    const int32_t bucket_epoch = bucket().bucket_epoch + bucket_epoch_off;
    if (step.kind == Step::kFail) report.failed.push_back({key_, bucket_epoch, "disk"});
    if (step.kind == Step::kReport) {
      std::vector<ServerId> members;
      for (int m = 0; m < 3; ++m) {
        if ((step.members >> m & 1) != 0) {
          members.push_back(m < replicas_ ? order_[m] : ServerId{77});
        }
      }
      report.in_sync.push_back(
          {key_, bucket().leader_epoch + leader_epoch_off, bucket_epoch, members});
    }
    return Do(report);
  }

 private:
  bool Do(const Command& command) {
    const Moment now{Next(world_.lsn), UnixNanos{static_cast<int64_t>(world_.lsn.value)},
                     testing::AuthorOf("User:a")};
    const Decision decision = Apply(world_, now, {}, command).decision;
    EXPECT_EQ(cluster::BrokenInvariant(world_.cluster), "");
    const auto* result = std::get_if<Result>(&decision.outcome);
    if (result == nullptr) return false;
    const auto* judged = std::get_if<ReportJudged>(result);
    return judged == nullptr || judged->refused.empty();
  }

  World world_;
  int replicas_;
  BucketKey key_{{}, cluster::kNoPartition, 0};
  std::vector<ServerId> order_;
};

bool IsAcceptedAsTheRulesSay(const Step& step, Naive& naive) {
  const int s = step.server;
  switch (step.kind) {
    case Step::kLose:
      if (naive.is_live[s]) naive.Lose(s);
      return true;
    case Step::kReturn:
      naive.Return(s);
      return true;
    case Step::kFail:
      if (!naive.is_live[s]) return false;
      naive.Fail(s);
      return true;
    case Step::kReport:
      return naive.is_live[s] && naive.Report(s, step.members);
  }
  return false;
}

// Leader epochs count leaders, bucket epochs changes; neither ever falls.
void ExpectEpochs(const Bucket& before, const Bucket& after) {
  const bool is_other = before.leader != after.leader || before.replicas != after.replicas;
  const int32_t changes = after.bucket_epoch - before.bucket_epoch;
  const int32_t leaders = after.leader_epoch - before.leader_epoch;
  EXPECT_EQ(changes > 0, is_other || leaders > 0);
  EXPECT_LE(changes, 2);  // A registration over a live one is a loss and a return.
  EXPECT_LE(leaders, changes);
  if (before.leader != after.leader && after.leader != cluster::kNoServer) {
    EXPECT_GE(leaders, 1);
  }
}

struct Counts {
  uint64_t states = 0, steps = 0;
};

Counts WalkAll(int replicas) {
  Counts counts;
  const OneBucket begin(replicas);
  std::map<Naive, OneBucket> seen = {{begin.Seen(), begin}};
  std::vector<Naive> open = {begin.Seen()};
  while (!open.empty() && !::testing::Test::HasFailure()) {
    const Naive from = open.back();
    open.pop_back();
    for (const Step& step : StepsOf(replicas)) {
      SCOPED_TRACE(
          absl::StrCat("kind ", step.kind, " server ", step.server, " members ", step.members));
      OneBucket bucket = seen.at(from);
      Naive naive = from;
      const Bucket before = bucket.bucket();
      const bool is_accepted = bucket.Take(step);
      EXPECT_EQ(is_accepted, IsAcceptedAsTheRulesSay(step, naive));
      EXPECT_TRUE(bucket.Seen() == naive);
      ExpectEpochs(before, bucket.bucket());
      ++counts.steps;
      if (seen.emplace(naive, bucket).second) open.push_back(naive);
    }
  }
  counts.states = seen.size();
  return counts;
}

TEST(OneBucket, EveryStateThatServersBringItToIsAsTheRulesSay) {
  for (int replicas : {1, 2, 3}) {
    const Counts counts = WalkAll(replicas);
    std::printf("elections, exhaustive: replicas=%d states=%lu steps=%lu\n", replicas,
                counts.states, counts.steps);
    EXPECT_GT(counts.states, 1u);
  }
}

// From every state a report with another epoch is refused and changes nothing.
TEST(OneBucket, AStaleReportChangesNothingInAnyState) {
  const OneBucket begin(3);
  std::set<Naive> seen = {begin.Seen()};
  std::vector<OneBucket> open = {begin};
  uint64_t reports = 0;
  while (!open.empty()) {
    const OneBucket from = open.back();
    open.pop_back();
    for (const Step& step : StepsOf(3)) {
      for (int off : {-1, 1}) {
        if (step.kind == Step::kLose || step.kind == Step::kReturn) continue;
        OneBucket stale = from;
        EXPECT_FALSE(stale.Take(step, 0, off));
        if (step.kind == Step::kReport) {
          EXPECT_FALSE(stale.Take(step, off, 0));
        }
        EXPECT_TRUE(stale.bucket() == from.bucket());
        ++reports;
      }
      OneBucket next = from;
      next.Take(step);
      if (seen.insert(next.Seen()).second) open.push_back(next);
    }
  }
  std::printf("elections, exhaustive: stale reports=%lu\n", reports);
}

}  // namespace
}  // namespace pegel
