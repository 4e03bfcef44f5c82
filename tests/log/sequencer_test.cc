#include "log/sequencer.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "log/group.h"
#include "log/memory_log.h"
#include "log/record_codec.h"
#include "tests/log/records.h"
#include "tests/log/walk.h"

namespace pegel::log {
namespace {

using ::pegel::testing::PlainRecord;
using ::pegel::testing::PlainRecords;

// Keeps every report; lets a test wait for them.
class Reports {
 public:
  std::function<void(Committed)> Sink() {
    return [this](Committed committed) {
      std::lock_guard<std::mutex> lock(mutex_);
      all_.push_back(std::move(committed));
      changed_.notify_all();
    };
  }

  std::vector<Committed> WaitFor(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return all_.size() >= count; });
    return all_;
  }

  std::vector<Committed> All() { return WaitFor(0); }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Committed> all_;
};

// A log whose appends are answered when the test says so, as a log elsewhere would.
class HeldLog final : public Log {
 public:
  void Append(const Group& group, std::function<void(absl::Status)> done) override {
    std::lock_guard<std::mutex> lock(mutex_);
    groups_.push_back(group);
    done_.push_back(std::move(done));
    changed_.notify_all();
  }

  absl::StatusOr<std::unique_ptr<Reader>> Read(Lsn) const override {
    return absl::UnimplementedError("a held log is not read");
  }

  // Waits until the `n`-th group (from 1) has arrived.
  Group WaitForGroup(size_t n) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return groups_.size() >= n; });
    return groups_[n - 1];
  }

  void Answer(size_t n, absl::Status status) {
    WaitForGroup(n);
    std::unique_lock<std::mutex> lock(mutex_);
    auto done = done_[n - 1];
    lock.unlock();
    done(std::move(status));
  }

  size_t group_count() {
    std::lock_guard<std::mutex> lock(mutex_);
    return groups_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Group> groups_;
  std::vector<std::function<void(absl::Status)>> done_;
};

size_t CountOf(const Group& group) { return SplitGroup(group.bytes)->size(); }

TEST(Sequencer, ReportsEveryRecordOnceInOrderWithItsChain) {
  constexpr uint64_t kRecords = 10'000;
  MemoryLog log;
  Reports reports;
  {
    Sequencer sequencer(log, Head{}, reports.Sink());
    for (uint64_t lsn = 1; lsn <= kRecords;) {
      uint64_t count = std::min<uint64_t>(1 + lsn % 3, kRecords + 1 - lsn);
      sequencer.Submit(PlainRecords(Lsn{lsn}, count));
      lsn += count;
    }
  }
  std::vector<Hash256> chains, expected;
  for (const Committed& report : reports.All()) {
    ASSERT_TRUE(report.status.ok());
    chains.insert(chains.end(), report.chains.begin(), report.chains.end());
    EXPECT_EQ(report.through, Lsn{chains.size()});
  }
  Head head = PackGroup(PlainRecords(Lsn{1}, kRecords), Head{}, &expected).head;
  EXPECT_EQ(chains, expected);
  absl::StatusOr<Head> walked = Walk(log, head);
  EXPECT_TRUE(walked.ok() && *walked == head) << walked.status();
}

TEST(Sequencer, ContinuesBehindTheHeadItIsGiven) {
  HeldLog log;
  Reports reports;
  Head head{Lsn{41}, ChainHash("a record")};
  Sequencer sequencer(log, head, reports.Sink());
  sequencer.Submit({PlainRecord(Lsn{42})});
  Group group = log.WaitForGroup(1);
  EXPECT_EQ(group.first, Lsn{42});
  EXPECT_EQ(DecodeRecord(group.bytes)->previous, head.chain);
  log.Answer(1, absl::OkStatus());
}

TEST(Sequencer, WhatArrivesDuringAnAppendBecomesOneGroup) {
  HeldLog log;
  Reports reports;
  Sequencer sequencer(log, Head{}, reports.Sink());
  sequencer.Submit({PlainRecord(Lsn{1})});
  log.WaitForGroup(1);
  for (uint64_t lsn = 2; lsn <= 100; ++lsn) sequencer.Submit({PlainRecord(Lsn{lsn})});
  EXPECT_EQ(reports.All().size(), 0u) << "nothing is durable yet";
  log.Answer(1, absl::OkStatus());
  EXPECT_EQ(CountOf(log.WaitForGroup(2)), 99u);
  log.Answer(2, absl::OkStatus());
  EXPECT_EQ(reports.WaitFor(2)[1].through, Lsn{100});
}

TEST(Sequencer, AGroupIsNeverLargerThanItsBound) {
  HeldLog log;
  Reports reports;
  Sequencer sequencer(log, Head{}, reports.Sink());
  sequencer.Submit(PlainRecords(Lsn{1}, 10'000));
  EXPECT_EQ(CountOf(log.WaitForGroup(1)), 4096u);
  log.Answer(1, absl::OkStatus());
  EXPECT_EQ(CountOf(log.WaitForGroup(2)), 4096u);
  log.Answer(2, absl::OkStatus());
  EXPECT_EQ(CountOf(log.WaitForGroup(3)), 10'000u - 2 * 4096u);
  log.Answer(3, absl::OkStatus());
}

TEST(Sequencer, AGroupIsBoundedInBytesToo) {
  MemoryLog log;
  Reports reports;
  std::vector<Record> records = PlainRecords(Lsn{1}, 40);
  for (Record& record : records) {
    record.command = AlterConfigs{{{config::Op::kSet, "datalake.x", std::string(1 << 20, 'x')}}};
  }
  {
    Sequencer sequencer(log, Head{}, reports.Sink());
    sequencer.Submit(records);
  }
  size_t largest = 0, all = 0;
  for (const Committed& report : reports.All()) {
    largest = std::max(largest, report.chains.size());
    all += report.chains.size();
  }
  EXPECT_EQ(all, 40u);
  EXPECT_LE(largest, 8u);
}

// It would shut the log for ever: better to stop.
TEST(Sequencer, WhatCouldNotBeReadAgainIsNotWritten) {
  MemoryLog log;
  Reports reports;
  Record record = PlainRecord(Lsn{1});
  record.command = AlterConfigs{{{config::Op::kSet, "datalake.x", "\xff"}}};
  {
    Sequencer sequencer(log, Head{}, reports.Sink());
    sequencer.Submit({record});
  }
  ASSERT_EQ(reports.All().size(), 1u);
  EXPECT_EQ(reports.All()[0].status.message(),
            "lsn 1 would not be readable, so nothing was written: record: config value is not "
            "UTF-8");
  Lsn first;
  absl::string_view bytes;
  EXPECT_FALSE(*(*log.Read(Lsn{1}))->Next(&first, &bytes));
}

TEST(Sequencer, AnAnswerMayComeFromAnotherThread) {
  HeldLog log;
  Reports reports;
  Sequencer sequencer(log, Head{}, reports.Sink());
  std::thread elsewhere([&] {
    for (size_t n = 1; n <= 100; ++n) log.Answer(n, absl::OkStatus());
  });
  for (uint64_t lsn = 1; lsn <= 100; ++lsn) {
    sequencer.Submit({PlainRecord(Lsn{lsn})});
    EXPECT_EQ(reports.WaitFor(lsn).back().through, Lsn{lsn});
  }
  elsewhere.join();
}

TEST(Sequencer, AFailureIsReportedOnceAndNothingIsAppendedAfterIt) {
  HeldLog log;
  Reports reports;
  {
    Sequencer sequencer(log, Head{}, reports.Sink());
    sequencer.Submit({PlainRecord(Lsn{1})});
    log.WaitForGroup(1);
    sequencer.Submit(PlainRecords(Lsn{2}, 5000));
    log.Answer(1, absl::UnavailableError("disk gone"));
    reports.WaitFor(1);
    sequencer.Submit({PlainRecord(Lsn{5002})});
  }
  std::vector<Committed> all = reports.All();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].status, absl::UnavailableError("disk gone"));
  EXPECT_TRUE(all[0].chains.empty());
  EXPECT_EQ(log.group_count(), 1u);
}

TEST(Sequencer, DestroyingItWaitsForAllThatWasSubmitted) {
  for (int round = 0; round < 50; ++round) {
    MemoryLog log;
    Reports reports;
    { Sequencer(log, Head{}, reports.Sink()).Submit(PlainRecords(Lsn{1}, 20)); }
    EXPECT_EQ(reports.All().back().through, Lsn{20});
  }
}

TEST(Sequencer, DestroyingAnIdleOneEndsAtOnce) {
  MemoryLog log;
  Reports reports;
  { Sequencer sequencer(log, Head{}, reports.Sink()); }
  EXPECT_TRUE(reports.All().empty());
}

}  // namespace
}  // namespace pegel::log
