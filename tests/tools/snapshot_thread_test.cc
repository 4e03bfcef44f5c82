// The second fold: when it writes, and what it notices. The first fold is played by the test, which
// can break it.
#include "tools/snapshot_thread.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>

#include "log/memory_log.h"
#include "replay/recover.h"
#include "tests/support/folded_history.h"
#include "tests/system/process.h"

namespace pegel::tools {
namespace {

using pegel::testing::FoldedHistory;
using pegel::testing::SeedFromEnvironment;
using pegel::testing::TemporaryDirectory;

class SecondFold : public ::testing::Test {
 protected:
  // Runs what the thread posts, until `is_done`; false after ten seconds.
  bool RunUntil(const std::function<bool()>& is_done) {
    auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!is_done()) {
      std::unique_lock<std::mutex> lock(mutex_);
      if (!has_task_.wait_until(lock, deadline, [&] { return !tasks_.empty(); })) return false;
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
    }
    return true;
  }
  void Start(SnapshotOptions options) {
    SnapshotEvents events;
    events.on_written = [this](const snapshot::Written& w) { written_.push_back(w); };
    events.on_doubt = [this](const Alarm& alarm) { doubts_.push_back(alarm); };
    events.on_attempt = [this](const absl::Status& status) { attempts_.push_back(status); };
    events.on_retained = [](const absl::Status&) {};
    thread_ = std::make_unique<SnapshotThread>(
        log_, nullptr, replay::Folded{}, Lsn{}, Store(), options,
        [this](std::function<void()> task) {
          std::lock_guard<std::mutex> lock(mutex_);
          tasks_.push_back(std::move(task));
          has_task_.notify_one();
        },
        std::move(events));
  }
  snapshot::Store Store() { return {snapshot::RealFiles(), directory_.path() + "/snapshots"}; }
  void Append(const log::Group& group) {
    log_.Append(group, [](const absl::Status& status) { ASSERT_TRUE(status.ok()); });
    thread_->OnDurable(group.head.lsn);
  }

  FoldedHistory history_{SeedFromEnvironment()};
  log::MemoryLog log_;
  TemporaryDirectory directory_;
  std::mutex mutex_;
  std::condition_variable has_task_;
  std::deque<std::function<void()>> tasks_;
  std::vector<snapshot::Written> written_;
  std::vector<Alarm> doubts_;
  std::vector<absl::Status> attempts_;
  std::unique_ptr<SnapshotThread> thread_;
};

TEST_F(SecondFold, ASnapshotIsDueAfterSoManyRecords) {
  Start({.interval_records = 50, .interval_ms = 3'600'000, .keep = 2, .retention = {}});
  for (int i = 0; i < 50; ++i) Append(history_.NextGroup(1));
  ASSERT_TRUE(RunUntil([&] { return !written_.empty(); }));
  EXPECT_EQ(written_[0].lsn, Lsn{50});
  EXPECT_EQ(written_[0].digest, history_.DigestAt(Lsn{50}));
  EXPECT_TRUE(Store().Read(Lsn{50}).ok());
}

TEST_F(SecondFold, ASnapshotIsDueAfterSomeTimeIfThereIsNews) {
  Start({.interval_records = 1'000'000, .interval_ms = 50, .keep = 2, .retention = {}});
  Append(history_.NextGroup(3));
  ASSERT_TRUE(RunUntil([&] { return !written_.empty(); }));
  EXPECT_EQ(written_[0].lsn, Lsn{3});
}

TEST_F(SecondFold, OneThatIsAskedForHoldsAllThatIsDurable) {
  Start({});
  for (int i = 0; i < 20; ++i) Append(history_.NextGroup(2));
  absl::StatusOr<snapshot::Written> answer = absl::UnknownError("none");
  thread_->Take([&](absl::StatusOr<snapshot::Written> written) { answer = std::move(written); });
  ASSERT_TRUE(RunUntil([&] { return answer.ok(); }));
  EXPECT_EQ(answer->lsn, Lsn{40});
  EXPECT_EQ(answer->digest, history_.DigestAt(Lsn{40}));
}

TEST_F(SecondFold, OnlyTheNewestAreKept) {
  Start({.interval_records = 1'000'000, .interval_ms = 3'600'000, .keep = 3, .retention = {}});
  for (int i = 0; i < 6; ++i) {
    Append(history_.NextGroup(2));
    size_t before = written_.size();
    thread_->Take([](const absl::StatusOr<snapshot::Written>&) {});
    ASSERT_TRUE(RunUntil([&] { return written_.size() > before; }));
  }
  thread_.reset();
  EXPECT_EQ(*Store().List(), (std::vector<Lsn>{Lsn{8}, Lsn{10}, Lsn{12}}));
}

TEST_F(SecondFold, EqualDigestsAreNoAlarm) {
  Start({});
  for (int i = 0; i < 20; ++i) {
    log::Group group = history_.NextGroup(2);
    thread_->Compare(group.head.lsn, history_.DigestAt(group.head.lsn));
    Append(group);
  }
  bool is_answered = false;
  thread_->Take([&](const absl::StatusOr<snapshot::Written>&) { is_answered = true; });
  ASSERT_TRUE(RunUntil([&] { return is_answered; }));
  EXPECT_TRUE(doubts_.empty());
}

// The first fold's World is not what the log says: a bit of its memory flipped.
TEST_F(SecondFold, AnotherDigestIsDiverged) {
  Start({});
  log::Group group = history_.NextGroup(5);
  Hash256 broken = history_.DigestAt(Lsn{5});
  broken[3] ^= 0x10;
  thread_->Compare(Lsn{5}, broken);
  Append(group);
  ASSERT_TRUE(RunUntil([&] { return !doubts_.empty(); }));
  EXPECT_EQ(doubts_[0].name, "DIVERGED");
  EXPECT_EQ(doubts_[0].text.find("lsn 5: the digest"), 0u) << doubts_[0].text;
  bool is_refused = false;
  thread_->Take([&](const absl::StatusOr<snapshot::Written>& w) { is_refused = !w.ok(); });
  EXPECT_TRUE(RunUntil([&] { return is_refused; })) << "no snapshot of what is in doubt";
}

// The first fold decided something else than the rules say: its effect hash tells.
TEST_F(SecondFold, AnotherEffectIsDivergedAndNamesTheRecord) {
  Start({});
  World world;
  std::vector<Record> records;
  for (uint64_t n = 1; n <= 3; ++n) {
    Moment moment{Lsn{n}, UnixNanos{1}, pegel::testing::AuthorOf("User:root")};
    Command command = pegel::testing::BootOf(false);
    Applied applied = Apply(world, moment, RequestId{}, command);
    if (n == 2) applied.effect[0] ^= 1;
    records.push_back({moment, RequestId{}, command, applied.effect});
  }
  std::vector<Hash256> chains;
  Append(log::PackGroup(records, log::Head{}, &chains));
  ASSERT_TRUE(RunUntil([&] { return !doubts_.empty(); }));
  EXPECT_EQ(doubts_[0].name, "DIVERGED");
  EXPECT_EQ(doubts_[0].text.find("lsn 2: "), 0u) << doubts_[0].text;
}

TEST_F(SecondFold, ABrokenChainIsCorrupt) {
  Start({});
  log::Group group = history_.NextGroup(3);
  group.bytes[group.bytes.size() / 2] ^= 1;
  Append(group);
  ASSERT_TRUE(RunUntil([&] { return !doubts_.empty(); }));
  EXPECT_TRUE(doubts_[0].name == "CORRUPT" || doubts_[0].name == "DIVERGED") << doubts_[0].name;
}

}  // namespace
}  // namespace pegel::tools
