// Every point at which power can fail or the process can be killed: one workload is run once on a
// simulated disk that writes down each change; then, for every prefix of those changes and every
// way in which a power cut may treat what was not synced, the server boots.
//
// It must start (there is no damage, only a crash), find every acknowledged record and nothing that
// was never submitted, and find the same again after a second power cut.
#include <gtest/gtest.h>

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "core/check.h"
#include "tests/log/sim_log.h"
#include "tests/log/walk.h"
#include "tests/support/random.h"

namespace pegel::log {
namespace {

using ::pegel::testing::DiskImage;
using ::pegel::testing::DiskOp;
using ::pegel::testing::IsFullVolume;
using ::pegel::testing::kAllSurvivals;
using ::pegel::testing::SimDisk;
using ::pegel::testing::Survival;

// One append, and how many changes the disk had seen before it and when it was acknowledged.
struct Step {
  Lsn through;
  size_t ops_before = 0;
  size_t ops_acked = 0;
};

struct Recording {
  std::vector<DiskOp> ops;
  std::vector<Step> steps;
  std::vector<Hash256> chains;  // [i]: of lsn i + 1.
};

Booted MustBoot(SimDisk& disk) {
  auto booted = BootUp(SimOptions(disk));
  PEGEL_CHECK(booted.ok(), booted.status().ToString());
  return *std::move(booted);
}

// Groups of one record, now and then of three, until there are `commands`; two restarts.
Recording RecordWorkload(uint64_t commands) {
  SimDisk disk;
  Recording recording;
  Booted booted = MustBoot(disk);
  Head head;
  while (head.lsn.value < commands) {
    size_t number = recording.steps.size();
    if (number > 0 && number % (commands / 3) == 0) {
      booted.log.reset();
      booted = MustBoot(disk);
    }
    Group group = SimGroup(head, number % 8 == 7 ? 3 : 1, &recording.chains);
    size_t before = disk.op_count();
    absl::Status status = AppendAndWait(*booted.log, group);
    PEGEL_CHECK(status.ok(), status.ToString());
    recording.steps.push_back({group.head.lsn, before, disk.op_count()});
    head = group.head;
  }
  booted.log.reset();
  recording.ops = disk.ops();
  return recording;
}

// What a boot may find after `ops` changes.
struct Expected {
  Lsn acked;      // At least this.
  Lsn submitted;  // At most this.
};

Expected ExpectedAfter(const Recording& recording, size_t ops) {
  Expected expected;
  for (const Step& step : recording.steps) {
    if (step.ops_acked <= ops) expected.acked = step.through;
    if (step.ops_before < ops) expected.submitted = step.through;
  }
  return expected;
}

struct Counts {
  uint64_t prefixes = 0, recoveries = 0, lost = 0, phantom = 0, refused = 0, changed = 0;
};

void Print(const char* name, const Counts& counts) {
  std::printf("%s: prefixes=%lu recoveries=%lu lost=%lu phantom=%lu refused=%lu\n", name,
              counts.prefixes, counts.recoveries, counts.lost, counts.phantom, counts.refused);
  EXPECT_EQ(counts.lost + counts.phantom + counts.refused + counts.changed, 0u);
}

class Checker {
 public:
  explicit Checker(const Recording& recording) : recording_(recording) {}

  // Boots what `survival` leaves of `image`, cuts the power again and judges again: the first boot
  // has made durable what it found, so that then nothing more may go. Returns what the first boot
  // did to the disk.
  std::vector<DiskOp> Check(const DiskImage& image, size_t prefix, Survival survival) {
    ++counts_.recoveries;
    SimDisk disk(image.Survive(survival, prefix));
    std::string where = absl::StrCat(prefix, " changes, then ", ToText(survival));
    auto booted = BootUp(SimOptions(disk));
    std::vector<DiskOp> ops = disk.ops();
    if (!booted.ok()) {
      ++counts_.refused;
      ADD_FAILURE() << where << ": " << booted.status() << Before(prefix);
      return ops;
    }
    CheckHead(booted->head, prefix, where);
    CheckAnchor(booted->anchor, prefix, where);
    CheckAgain(disk.image().Survive(Survival::kDropped, 0), booted->head, where);
    return ops;
  }

  Counts& counts() { return counts_; }

 private:
  void CheckHead(const Head& head, size_t prefix, const std::string& where) {
    Expected expected = ExpectedAfter(recording_, prefix);
    bool is_lost = head.lsn < expected.acked;
    bool is_phantom = head.lsn > expected.submitted || head != HeadAt(recording_.chains, head.lsn);
    counts_.lost += is_lost;
    counts_.phantom += is_phantom;
    EXPECT_FALSE(is_lost || is_phantom)
        << where << ": found lsn " << head.lsn.value << ", acknowledged " << expected.acked.value
        << ", submitted " << expected.submitted.value << Before(prefix);
  }

  // The second witness must have seen every acknowledgement, or it would not notice a loss.
  void CheckAnchor(const Head& anchor, size_t prefix, const std::string& where) {
    Expected expected = ExpectedAfter(recording_, prefix);
    EXPECT_TRUE(anchor.lsn >= expected.acked && anchor.lsn <= expected.submitted)
        << where << ": the anchor says lsn " << anchor.lsn.value << ", acknowledged "
        << expected.acked.value << ", submitted " << expected.submitted.value << Before(prefix);
  }

  void CheckAgain(DiskImage image, const Head& head, const std::string& where) {
    SimDisk disk(std::move(image));
    absl::StatusOr<Head> second = Judge(SimOptions(disk));
    bool is_same = second.ok() && *second == head;
    counts_.changed += !is_same;
    EXPECT_TRUE(is_same) << where << ": found lsn " << head.lsn.value
                         << " at the first boot, at the second: " << second.status();
  }

  // The recording differs from run to run (RocksDB's own threads), so a failure shows it.
  std::string Before(size_t prefix) const {
    std::string text = "\nlast changes:";
    size_t end = std::min(prefix, recording_.ops.size());
    for (size_t i = end - std::min<size_t>(end, 6); i < end; ++i) {
      absl::StrAppend(&text, "\n  ", ToText(recording_.ops[i]));
    }
    return text;
  }

  const Recording& recording_;
  Counts counts_;
};

Survival SurvivalInTurn(size_t turn) { return kAllSurvivals[turn % std::size(kAllSurvivals)]; }

TEST(CrashPoints, AcknowledgedRecordsSurviveAPowerCutAtAnyChangeOfTheDisk) {
  Recording recording = RecordWorkload(IsFullVolume() ? 500 : 60);
  Checker checker(recording);
  DiskImage image;
  for (size_t n = 0; n <= recording.ops.size(); ++n) {
    if (n > 0) image.Apply(recording.ops[n - 1]);
    ++checker.counts().prefixes;
    for (Survival survival : kAllSurvivals) checker.Check(image, n, survival);
  }
  Print("crash points", checker.counts());
}

// The survival modes take turns, both at the first power cut and at the second.
TEST(CrashPoints, APowerCutAtAnyChangeOfARecoveryIsNoWorse) {
  Recording recording = RecordWorkload(60);
  Checker checker(recording);
  size_t every = recording.ops.size() / (IsFullVolume() ? 100 : 10);
  DiskImage image;
  for (size_t n = 0; n <= recording.ops.size(); ++n) {
    if (n > 0) image.Apply(recording.ops[n - 1]);
    if (n % every != every / 2) continue;
    DiskImage in_recovery = image.Survive(SurvivalInTurn(n / every), n);
    for (const DiskOp& op : checker.Check(image, n, SurvivalInTurn(n / every))) {
      in_recovery.Apply(op);
      checker.Check(in_recovery, n, SurvivalInTurn(++checker.counts().prefixes));
    }
  }
  Print("crash points of recoveries", checker.counts());
  std::printf("crashes before recoveries: points=%lu\n",
              checker.counts().recoveries - checker.counts().prefixes);
}

}  // namespace
}  // namespace pegel::log
