// Any point of the past, by lsn and by time, from record 1 and from snapshots, is the World that
// was.
#include "replay/past.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <map>

#include "log/memory_log.h"
#include "snapshot/files.h"
#include "tests/support/folded_history.h"
#include "tests/system/process.h"

namespace pegel::replay {
namespace {

using testing::FoldedHistory;
using testing::Reproduce;
using testing::SeedFromEnvironment;

constexpr uint64_t kRecords = 300;
constexpr uint64_t kBetweenSnapshots = 70;

class Pasts : public ::testing::Test {
 protected:
  Pasts() : seed_(SeedFromEnvironment()), history_(seed_) {
    while (history_.world().lsn.value < kRecords) {
      log_.Append(history_.NextGroup(1 + history_.random().Below(5)),
                  [](const absl::Status& status) { ASSERT_TRUE(status.ok()) << status; });
    }
    Past past(log_);
    for (Lsn lsn{1}; lsn <= history_.head().lsn; lsn = Next(lsn)) {
      EXPECT_TRUE(past.GoTo(lsn).ok());
      heads_[lsn] = past.head();
      times_[lsn] = past.world().time;
      if (lsn.value % kBetweenSnapshots == 0) {
        EXPECT_TRUE(Write(past.folded(), past.head().chain).ok());
      }
    }
  }

  absl::StatusOr<Past> Near(const AsOf& goal, const log::Head& trimmed = {}) {
    return Past::Near(goal, log_, trimmed, store_, [&](const absl::Status&) { ++bad_; });
  }
  absl::StatusOr<snapshot::Written> Write(const Folded& folded, const Hash256& chain) {
    return store_.Write(folded.world, chain, folded.answered_chains);
  }
  void ExpectAt(const Past& past, Lsn lsn) {
    EXPECT_EQ(past.head(), heads_.at(lsn));
    EXPECT_EQ(Digest(past.world()), history_.DigestAt(lsn)) << Reproduce(seed_, "past_test");
  }

  const uint64_t seed_;
  FoldedHistory history_;
  log::MemoryLog log_;
  testing::TemporaryDirectory directory_;
  snapshot::Store store_{snapshot::RealFiles(), directory_.path() + "/snapshots"};
  std::map<Lsn, log::Head> heads_;
  std::map<Lsn, UnixNanos> times_;
  int bad_ = 0;
};

TEST_F(Pasts, EveryLsnIsReachedFromTheSnapshotBeforeIt) {
  for (Lsn lsn{1}; lsn <= history_.head().lsn; lsn = Next(lsn)) {
    absl::StatusOr<Past> past = Near(lsn);
    ASSERT_TRUE(past.ok()) << past.status();
    EXPECT_EQ(past->head().lsn.value, lsn.value / kBetweenSnapshots * kBetweenSnapshots);
    ASSERT_TRUE(past->GoTo(lsn).ok());
    ExpectAt(*past, lsn);
  }
}

TEST_F(Pasts, ATimeIsBehindTheLastRecordThatIsNotLater) {
  for (const auto& [lsn, time] : times_) {
    Lsn last = lsn;
    while (last < history_.head().lsn && times_.at(Next(last)) == time) last = Next(last);
    Past slow(log_);
    ASSERT_TRUE(slow.GoTo(time).ok());
    ExpectAt(slow, last);
    absl::StatusOr<Past> past = Near(time);
    ASSERT_TRUE(past.ok()) << past.status();
    ASSERT_TRUE(past->GoTo(time).ok());
    ExpectAt(*past, last);
  }
}

TEST_F(Pasts, GoesOnForwardsAndNeverBack) {
  absl::StatusOr<Past> past = Near(Lsn{100});
  ASSERT_TRUE(past.ok()) << past.status();
  ASSERT_TRUE(past->GoTo(Lsn{100}).ok());
  ASSERT_TRUE(past->GoTo(Lsn{100}).ok());
  ASSERT_TRUE(past->GoTo(Lsn{250}).ok());
  ExpectAt(*past, Lsn{250});
  EXPECT_TRUE(absl::IsFailedPrecondition(past->GoTo(Lsn{249})));
  ExpectAt(*past, Lsn{250});
}

TEST_F(Pasts, WhatIsNotInTheLogIsNamed) {
  const Lsn end = history_.head().lsn;
  absl::StatusOr<Past> past = Near(Next(end));
  ASSERT_TRUE(past.ok()) << past.status();
  absl::Status status = past->GoTo(Next(end));
  EXPECT_TRUE(absl::IsOutOfRange(status)) << status;
  ExpectAt(*past, end);

  absl::StatusOr<Past> early = Near(UnixNanos{times_.at(Lsn{1}).value - 1});
  ASSERT_TRUE(early.ok()) << early.status();
  status = early->GoTo(UnixNanos{times_.at(Lsn{1}).value - 1});
  EXPECT_TRUE(absl::IsOutOfRange(status)) << status;
}

TEST_F(Pasts, WhatWasTrimmedIsOutOfRangeByLsnAndByTime) {
  const log::Head trimmed = heads_.at(Lsn{140});
  EXPECT_TRUE(absl::IsOutOfRange(Near(Lsn{139}, trimmed).status()));
  absl::Status early = Near(UnixNanos{times_.at(Lsn{1}).value}, trimmed).status();
  EXPECT_TRUE(absl::IsOutOfRange(early)) << early;
  absl::StatusOr<Past> past = Near(Lsn{141}, trimmed);
  ASSERT_TRUE(past.ok()) << past.status();
  ASSERT_TRUE(past->GoTo(Lsn{141}).ok());
  ExpectAt(*past, Lsn{141});
}

TEST_F(Pasts, ASnapshotOfAnotherLogIsNoStart) {
  Past past(log_);
  ASSERT_TRUE(past.GoTo(Lsn{200}).ok());
  Hash256 other = past.head().chain;
  other[0] ^= 1;
  ASSERT_TRUE(Write(past.folded(), other).ok());
  absl::StatusOr<Past> near = Near(Lsn{205});
  EXPECT_TRUE(absl::IsDataLoss(near.status())) << near.status();
  EXPECT_EQ(LsnOf(near.status()), Lsn{200});
}

TEST_F(Pasts, ADamagedSnapshotIsToldAndTheOneBeforeItTaken) {
  ASSERT_EQ(truncate(store_.PathOf(Lsn{210}).c_str(), 100), 0);
  absl::StatusOr<Past> past = Near(Lsn{215});
  ASSERT_TRUE(past.ok()) << past.status();
  EXPECT_EQ(bad_, 1);
  EXPECT_EQ(past->head().lsn, Lsn{140});
  ASSERT_TRUE(past->GoTo(Lsn{215}).ok());
  ExpectAt(*past, Lsn{215});
}

}  // namespace
}  // namespace pegel::replay
