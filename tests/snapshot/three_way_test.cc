// Three ways to one World: as it was made, folded from record 1, and folded from a snapshot on. At
// every lsn of random histories, from every snapshot; and at the end of a long one.
#include <gtest/gtest.h>

#include <iostream>

#include "log/memory_log.h"
#include "replay/fold_log.h"
#include "snapshot/codec.h"
#include "tests/support/folded_history.h"

namespace pegel::replay {
namespace {

using testing::FoldedHistory;
using testing::IsFullVolume;
using testing::Reproduce;
using testing::SeedFromEnvironment;

void Ignore(const Record&, const Applied&, const Hash256&) {}

void Append(log::MemoryLog& log, const log::Group& group) {
  log.Append(group, [](const absl::Status& status) { ASSERT_TRUE(status.ok()) << status; });
}

// As a boot would find it: through the bytes of its file.
Folded FromSnapshot(const Folded& folded) {
  auto encoded = snapshot::Encode(folded.world, folded.head.chain, folded.answered_chains);
  absl::StatusOr<snapshot::Decoded> decoded = snapshot::Decode(encoded.bytes);
  EXPECT_TRUE(decoded.ok()) << decoded.status();
  return ToFolded(std::move(decoded->snapshot));
}

struct Counts {
  uint64_t histories = 0, lsns = 0, comparisons = 0;
};

// `every`: a snapshot is taken after so many records; each is folded on from to the end.
void CompareAll(uint64_t seed, uint64_t records, uint64_t every, Counts* counts) {
  FoldedHistory history(seed);
  log::MemoryLog log;
  while (history.world().lsn.value < records) {
    Append(log, history.NextGroup(1 + history.random().Below(5)));
  }
  auto compare = [&](const Record& record, const Applied&, const Hash256&) {
    counts->comparisons += record.moment.lsn.value > 0;
  };
  Folded at;
  for (uint64_t lsn = 0; lsn <= history.world().lsn.value; ++lsn) {
    absl::StatusOr<Folded> folded = FoldTo(log, std::move(at), Lsn{lsn}, Ignore);
    ASSERT_TRUE(folded.ok()) << folded.status();
    at = *std::move(folded);
    if (lsn > 0) {
      ASSERT_EQ(Digest(at.world), history.DigestAt(Lsn{lsn})) << "from record 1: " << lsn;
    }
    ++counts->lsns;
    if (lsn % every != 0) continue;
    Folded tail = FromSnapshot(at);
    ASSERT_EQ(tail.answered_chains, at.answered_chains);
    for (uint64_t to = lsn; to <= history.world().lsn.value; ++to) {
      absl::StatusOr<Folded> there = FoldTo(log, std::move(tail), Lsn{to}, compare);
      ASSERT_TRUE(there.ok()) << there.status();
      tail = *std::move(there);
      if (to == 0) continue;
      ASSERT_EQ(Digest(tail.world), history.DigestAt(Lsn{to})) << "from " << lsn << ": " << to;
    }
    ASSERT_TRUE(tail.world == history.world()) << "indexes too";
    ASSERT_EQ(tail.head, history.head());
  }
  ++counts->histories;
}

TEST(ThreeWay, EveryLsnFromEverySnapshot) {
  const uint64_t seed = SeedFromEnvironment();
  Counts counts;
  for (uint64_t i = 0; i < (IsFullVolume() ? 50 : 10) && !HasFatalFailure(); ++i) {
    CompareAll(seed + i, 200, IsFullVolume() ? 1 : 7, &counts);
  }
  EXPECT_FALSE(HasFatalFailure()) << Reproduce(seed, "three_way_test");
  std::cout << "three-way: histories=" << counts.histories << " lsns=" << counts.lsns
            << " comparisons=" << counts.comparisons << "\n";
}

TEST(ThreeWay, TheEndOfALongHistory) {
  const uint64_t seed = SeedFromEnvironment(), records = IsFullVolume() ? 1'000'000 : 20'000;
  FoldedHistory history(seed);
  log::MemoryLog log;
  while (history.world().lsn.value < records) Append(log, history.NextGroup(500, false));
  absl::StatusOr<Folded> all = FoldLog(log, Ignore);
  ASSERT_TRUE(all.ok()) << all.status() << "\n" << Reproduce(seed, "three_way_test");
  EXPECT_TRUE(all->world == history.world());
  absl::StatusOr<Folded> half = FoldTo(log, Folded{}, Lsn{records / 2}, Ignore);
  ASSERT_TRUE(half.ok()) << half.status();
  absl::StatusOr<Folded> tail = FoldTo(log, FromSnapshot(*half), history.world().lsn, Ignore);
  ASSERT_TRUE(tail.ok()) << tail.status();
  EXPECT_EQ(Digest(tail->world), Digest(history.world())) << Reproduce(seed, "three_way_test");
  EXPECT_EQ(tail->head, history.head());
  std::cout << "three-way long: commands=" << records << "\n";
}

TEST(ThreeWay, ASnapshotOfAnotherRecordIsRefused) {
  FoldedHistory history(SeedFromEnvironment());
  log::MemoryLog log;
  for (int i = 0; i < 10; ++i) Append(log, history.NextGroup(3));
  absl::StatusOr<Folded> half = FoldTo(log, Folded{}, Lsn{14}, Ignore);
  ASSERT_TRUE(half.ok());
  half->head.chain[0] ^= 1;
  absl::Status status = FoldLog(log, *half, log::Head{}, history.head(), Ignore).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_NE(status.message().find("the snapshot was made of"), std::string::npos) << status;
}

}  // namespace
}  // namespace pegel::replay
