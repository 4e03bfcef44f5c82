// What log/log.h promises, for every implementation of it.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "log/group.h"
#include "log/memory_log.h"
#include "tests/log/records.h"
#include "tests/log/sim_log.h"
#include "tests/log/walk.h"

namespace pegel::log {
namespace {

using ::pegel::testing::PlainRecords;
using ::pegel::testing::SimDisk;

// How each implementation is made and made to fail.
struct InMemory {
  Log& log() { return log_; }
  void FailNextAppend() { log_.FailNextAppend(absl::UnavailableError("injected")); }
  MemoryLog log_;
};

struct OnDisk {
  Log& log() { return *booted_->log; }
  // At the anchor, which RocksDB knows nothing of.
  void FailNextAppend() { disk_.FailNth(SimDisk::Fault::kSync, 2); }
  SimDisk disk_;
  absl::StatusOr<Booted> booted_ = BootUp(SimOptions(disk_));
};

template <typename Implementation>
class LogContract : public ::testing::Test {
 protected:
  // Appends `count` records as one group.
  absl::Status Append(uint64_t count) {
    Group group = PackGroup(PlainRecords(Next(head_.lsn), count), head_, &chains_);
    absl::Status status = AppendAndWait(made_.log(), group);
    if (status.ok()) head_ = group.head;
    return status;
  }

  // The first lsn of every group that a reader gives.
  static std::vector<uint64_t> FirstsOf(Reader& reader) {
    std::vector<uint64_t> firsts;
    Lsn first;
    absl::string_view bytes;
    for (;;) {
      absl::StatusOr<bool> has_group = reader.Next(&first, &bytes);
      EXPECT_TRUE(has_group.ok()) << has_group.status();
      if (!has_group.ok() || !*has_group) return firsts;
      firsts.push_back(first.value);
    }
  }

  std::vector<uint64_t> FirstsFrom(uint64_t from) {
    auto reader = made_.log().Read(Lsn{from});
    EXPECT_TRUE(reader.ok()) << reader.status();
    return FirstsOf(**reader);
  }

  Implementation made_;
  Head head_;
  std::vector<Hash256> chains_;
};

using Implementations = ::testing::Types<InMemory, OnDisk>;

class NameOf {
 public:
  template <typename Implementation>
  static std::string GetName(int) {
    return std::is_same_v<Implementation, InMemory> ? "MemoryLog" : "RocksLog";
  }
};

TYPED_TEST_SUITE(LogContract, Implementations, NameOf);

using Lsns = std::vector<uint64_t>;

TYPED_TEST(LogContract, AnEmptyLogHasNoGroups) {
  EXPECT_EQ(this->FirstsFrom(0), Lsns{});
  EXPECT_EQ(this->FirstsFrom(1), Lsns{});
}

TYPED_TEST(LogContract, GroupsAreReadInOrderAsTheyWereWritten) {
  for (uint64_t count : {1, 3, 2}) ASSERT_TRUE(this->Append(count).ok());
  EXPECT_EQ(this->FirstsFrom(1), (Lsns{1, 2, 5}));
  absl::StatusOr<Head> walked = Walk(this->made_.log(), this->head_);
  ASSERT_TRUE(walked.ok()) << walked.status();
  EXPECT_EQ(*walked, this->head_);
}

TYPED_TEST(LogContract, ReadingStartsWithTheGroupThatHoldsTheLsn) {
  for (uint64_t count : {1, 3, 2}) ASSERT_TRUE(this->Append(count).ok());
  const Lsns expected[] = {{1, 2, 5}, {1, 2, 5}, {2, 5}, {2, 5}, {2, 5}, {5}, {5}, {}, {}};
  for (uint64_t from = 0; from < std::size(expected); ++from) {
    EXPECT_EQ(this->FirstsFrom(from), expected[from]) << "from lsn " << from;
  }
}

TYPED_TEST(LogContract, LsnsAreOrderedAsNumbersNotAsText) {
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(this->Append(1).ok());
  Lsns firsts = this->FirstsFrom(1);
  ASSERT_EQ(firsts.size(), 300u);
  for (uint64_t i = 0; i < 300; ++i) EXPECT_EQ(firsts[i], i + 1);
}

TYPED_TEST(LogContract, AReaderEndsAtTheHeadOfItsOwnTime) {
  ASSERT_TRUE(this->Append(2).ok());
  auto reader = this->made_.log().Read(Lsn{1});
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE(this->Append(1).ok());
  EXPECT_EQ(this->FirstsOf(**reader), Lsns{1});
  EXPECT_EQ(this->FirstsFrom(1), (Lsns{1, 3}));
}

TYPED_TEST(LogContract, AfterAFailureNothingIsAcceptedAndTheFirstErrorIsKept) {
  ASSERT_TRUE(this->Append(2).ok());
  this->made_.FailNextAppend();
  absl::Status first = this->Append(1);
  EXPECT_FALSE(first.ok());
  EXPECT_EQ(this->Append(1), first);
  EXPECT_EQ(this->Append(1), first);
  EXPECT_EQ(this->FirstsFrom(1), Lsns{1}) << "what is not acknowledged is not read";
}

TYPED_TEST(LogContract, ReadingGoesOnDuringAppends) {
  std::atomic<bool> is_done{false};
  std::thread reading([&] {
    while (!is_done) {
      Lsns firsts = this->FirstsFrom(1);
      for (size_t i = 0; i < firsts.size(); ++i) ASSERT_EQ(firsts[i], i + 1);
    }
  });
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(this->Append(1).ok());
  is_done = true;
  reading.join();
  EXPECT_EQ(this->FirstsFrom(1).size(), 100u);
}

TYPED_TEST(LogContract, AGroupThatIsNotTheNextStopsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  ASSERT_TRUE(this->Append(2).ok());
  Group again = PackGroup(PlainRecords(Lsn{2}, 1), Head{Lsn{1}, {}}, &this->chains_);
  EXPECT_DEATH(AppendAndWait(this->made_.log(), again).IgnoreError(), "group of lsn 2 to 2 behind");
}

}  // namespace
}  // namespace pegel::log
