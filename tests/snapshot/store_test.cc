// Snapshots on disk: which one counts, which ones go, and what is refused.
#include "snapshot/store.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/snapshot/sim_files.h"
#include "tests/support/folded_history.h"

namespace pegel::snapshot {
namespace {

using testing::FoldedHistory;
using testing::SeedFromEnvironment;
using testing::SimDisk;
using testing::SimFiles;

class Snapshots : public ::testing::Test {
 protected:
  Snapshots() { EXPECT_TRUE(files_.MakeDir("/data").ok()); }

  absl::StatusOr<Written> Write() {
    for (int i = 0; i < 10; ++i) history_.NextGroup(1, false);
    absl::btree_map<Lsn, Hash256> chains;
    history_.world().requests.ForEach([&](const RequestKey&, const Answer& answer) {
      chains[answer.lsn] = Hash256{static_cast<uint8_t>(answer.lsn.value)};
    });
    return store_.Write(history_.world(), history_.head().chain, chains);
  }
  Lsn MustWrite() {
    absl::StatusOr<Written> written = Write();
    EXPECT_TRUE(written.ok()) << written.status();
    return written->lsn;
  }
  // Of the newest good one, 0 for none.
  Lsn Newest() {
    bad_.clear();
    auto newest = store_.ReadNewest(Lsn{UINT64_MAX}, [&](const absl::Status& status) {
      bad_.push_back(std::string(status.message()));
    });
    return newest.ok() ? newest->snapshot.world.lsn : Lsn{};
  }
  void FlipByte(Lsn lsn, size_t at) {
    std::string bytes = *files_.Read(store_.PathOf(lsn));
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    ASSERT_TRUE(files_.Write(store_.PathOf(lsn), bytes).ok());
  }

  FoldedHistory history_{SeedFromEnvironment()};
  SimDisk disk_;
  SimFiles files_{disk_};
  Store store_{files_, "/data/snapshots"};
  std::vector<std::string> bad_;
};

TEST_F(Snapshots, WhatWasWrittenComesBackWhole) {
  EXPECT_EQ(Newest(), Lsn{});
  absl::StatusOr<Written> written = Write();
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(written->digest, Digest(history_.world()));
  absl::StatusOr<Decoded> decoded = store_.Read(written->lsn);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_TRUE(decoded->snapshot.world == history_.world());
  EXPECT_EQ(decoded->snapshot.chain, history_.head().chain);
  EXPECT_EQ(decoded->snapshot.answered_chains.size(), history_.world().requests.size());
}

TEST_F(Snapshots, ABadOneIsNamedAndTheNextOlderOneCounts) {
  Lsn first = MustWrite(), second = MustWrite(), third = MustWrite();
  FlipByte(third, 200);
  EXPECT_EQ(Newest(), second);
  ASSERT_EQ(bad_.size(), 1u);
  EXPECT_NE(bad_[0].find(store_.PathOf(third)), std::string::npos) << bad_[0];
  FlipByte(second, 0);
  EXPECT_EQ(Newest(), first);
  FlipByte(first, 100);
  EXPECT_EQ(Newest(), Lsn{});
  EXPECT_EQ(bad_.size(), 3u);
}

TEST_F(Snapshots, AFlipOfAnyBitIsFound) {
  Lsn lsn = MustWrite();
  const std::string whole = *files_.Read(store_.PathOf(lsn));
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
    ASSERT_FALSE(Decode(bytes).ok()) << "byte " << at;
  }
  for (size_t size = 0; size < whole.size(); ++size) {
    ASSERT_FALSE(Decode(absl::string_view(whole).substr(0, size)).ok()) << size;
  }
  std::printf("bit rot, snapshot: flips=%zu cuts=%zu\n", whole.size(), whole.size());
}

TEST_F(Snapshots, AnothersContentUnderAName) {
  Lsn first = MustWrite(), second = MustWrite();
  ASSERT_TRUE(files_.Write(store_.PathOf(second), *files_.Read(store_.PathOf(first))).ok());
  EXPECT_EQ(Newest(), first);
  EXPECT_NE(bad_.at(0).find("as its name says"), std::string::npos) << bad_[0];
}

TEST_F(Snapshots, OldOnesGoButPinnedOnesStay) {
  Lsn first = MustWrite(), second = MustWrite(), third = MustWrite(), fourth = MustWrite();
  ASSERT_TRUE(files_.Write(store_.PathOf(fourth) + ".tmp", "half").ok());
  ASSERT_TRUE(store_.Prune(2, {first}).ok());
  EXPECT_EQ(*store_.List(), (std::vector<Lsn>{first, third, fourth}));
  EXPECT_EQ(files_.List("/data/snapshots")->size(), 3u) << "the unfinished one is gone too";
  ASSERT_TRUE(store_.Prune(0, {}).ok());
  EXPECT_EQ(*store_.List(), std::vector<Lsn>{fourth}) << "the newest always stays";
  EXPECT_NE(second, Lsn{});
}

// Each write and each sync fails once: what counts afterwards is whole, and is the older snapshot
// or, where only its name was not synced, the new one. A later write works.
TEST_F(Snapshots, AFailedWriteLeavesTheOlderOnes) {
  int failures = 0;
  for (auto fault : {SimDisk::Fault::kWrite, SimDisk::Fault::kSync}) {
    for (uint64_t n = 1;; ++n) {
      Lsn good = MustWrite();
      disk_.FailNth(fault, n);
      absl::StatusOr<Written> written = Write();
      if (!disk_.has_failed()) break;
      EXPECT_FALSE(written.ok());
      Lsn newest = Newest();
      EXPECT_TRUE(newest == good || newest == history_.world().lsn) << "after failure " << n;
      EXPECT_TRUE(store_.Read(good).ok());
      EXPECT_TRUE(bad_.empty()) << bad_[0];
      ++failures;
      disk_.FailNth(fault, 0);
    }
    disk_.FailNth(fault, 0);
  }
  EXPECT_GE(failures, 4);
}

// At each operation that takes room. Nothing is left that would take more of it.
TEST_F(Snapshots, AFullDiskLeavesTheOlderOnesAndNoLitter) {
  int points = 0;
  for (;; ++points) {
    Lsn good = MustWrite();
    const std::map<std::string, size_t> before = disk_.image().Files();
    disk_.FailNth(SimDisk::Fault::kFull, static_cast<uint64_t>(points) + 1);
    absl::StatusOr<Written> written = Write();
    if (!disk_.has_failed()) break;
    EXPECT_TRUE(absl::IsResourceExhausted(written.status())) << written.status();
    EXPECT_EQ(disk_.image().Files(), before) << "after operation " << points + 1;
    EXPECT_EQ(Newest(), good);
    disk_.MakeRoom();
  }
  std::printf("disk full in snapshots: points=%d\n", points);
  EXPECT_GE(points, 3) << "to make the file, to write it, and to give it its name";
}

}  // namespace
}  // namespace pegel::snapshot
