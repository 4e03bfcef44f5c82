// As tests/log/crash_points_test.cc, with snapshots that are written and pruned and a log that is
// trimmed in between: for every prefix of what the disk saw, and every way in which a power cut may
// treat what was not synced, the server boots to the fold's own World and has every acknowledged
// record.
#include <gtest/gtest.h>

#include <iostream>

#include "absl/strings/str_cat.h"
#include "core/check.h"
#include "log/data_dir.h"
#include "replay/recover.h"
#include "tests/log/sim_log.h"
#include "tests/snapshot/sim_files.h"
#include "tests/support/folded_history.h"

namespace pegel::replay {
namespace {

using testing::DiskImage;
using testing::DiskOp;
using testing::FoldedHistory;
using testing::IsFullVolume;
using testing::kAllSurvivals;
using testing::SeedFromEnvironment;
using testing::SimDisk;
using testing::SimFiles;
using testing::Survival;

// What was done, and how many changes the disk had seen before and after.
struct Step {
  enum class What { kAppend, kSnapshot, kTrim };
  What what = What::kAppend;
  Lsn lsn;
  size_t ops_before = 0;
  size_t ops_after = 0;
};

struct Recording {
  explicit Recording(uint64_t seed) : history(seed) {}
  FoldedHistory history;
  std::vector<DiskOp> ops;
  std::vector<Step> steps;
};

snapshot::Store StoreOf(snapshot::Files& files) { return {files, "/data/snapshots"}; }

// Every 7th group a snapshot; every 3rd of these the log is trimmed to the oldest one behind the
// last trim, and what retention does not need is pruned. Two restarts.
class Workload {
 public:
  explicit Workload(Recording* recording) : recording_(*recording) {}

  void Run(uint64_t groups) {
    Boot();
    for (uint64_t n = 1; n <= groups; ++n) {
      Note(Step::What::kAppend, [&] { Append(); });
      if (n % 7 == 0) Note(Step::What::kSnapshot, [&] { Snapshot(); });
      if (n % 21 == 0) Note(Step::What::kTrim, [&] { Trim(); });
      if (n % (groups / 3) == 0) Boot();
    }
    booted_.log.reset();
    recording_.ops = disk_.ops();
  }

 private:
  void Boot() {
    booted_.log.reset();
    auto booted = Recover(log::SimOptions(disk_), files_);
    PEGEL_CHECK(booted.ok(), booted.status().ToString());
    booted_ = *std::move(booted);
  }
  template <typename Do>
  void Note(Step::What what, Do what_is_done) {
    size_t before = disk_.op_count();
    what_is_done();
    recording_.steps.push_back({what, recording_.history.head().lsn, before, disk_.op_count()});
  }
  void Append() {
    log::Group group = recording_.history.NextGroup(1 + recording_.history.random().Below(4));
    absl::Status status = log::AppendAndWait(*booted_.log, group);
    PEGEL_CHECK(status.ok(), status.ToString());
  }
  void Snapshot() {
    auto folded = FoldTo(*booted_.log, std::move(booted_.folded), recording_.history.head().lsn,
                         [](const Record&, const Applied&, const Hash256&) {});
    PEGEL_CHECK(folded.ok(), folded.status().ToString());
    booted_.folded = *std::move(folded);
    auto written = StoreOf(files_).Write(booted_.folded.world, booted_.folded.head.chain,
                                         booted_.folded.answered_chains);
    PEGEL_CHECK(written.ok(), written.status().ToString());
  }
  void Trim() {
    snapshot::Store store = StoreOf(files_);
    std::vector<Lsn> lsns = *store.List();
    const Lsn target = lsns[lsns.size() - 2];
    absl::Status status = booted_.log->Trim(log::Head{target, store.Read(target)->snapshot.chain});
    PEGEL_CHECK(status.ok(), status.ToString());
    status = store.Prune(1, {target});
    PEGEL_CHECK(status.ok(), status.ToString());
  }

  Recording& recording_;
  SimDisk disk_;
  SimFiles files_{disk_};
  Recovered booted_;
};

struct Counts {
  uint64_t prefixes = 0, recoveries = 0, from_snapshot = 0, trimmed = 0, audits = 0;
};

// Boots what is left, and says what it found.
void Check(const Recording& recording, const DiskImage& image, size_t prefix, Survival survival,
           Counts* counts) {
  SimDisk disk(image.Survive(survival, prefix));
  SimFiles files(disk);
  const std::string where = absl::StrCat(prefix, " changes, then ", ToText(survival));
  Lsn acked, submitted;
  for (const Step& step : recording.steps) {
    if (step.what != Step::What::kAppend) continue;
    if (step.ops_after <= prefix) acked = step.lsn;
    if (step.ops_before < prefix) submitted = step.lsn;
  }
  ++counts->recoveries;
  auto booted = Recover(log::SimOptions(disk), files);
  ASSERT_TRUE(booted.ok()) << where << ": " << booted.status();
  const Lsn found = booted->folded.head.lsn;
  ASSERT_GE(found, acked) << where;
  ASSERT_LE(found, submitted) << where;
  if (found > Lsn{}) {
    ASSERT_EQ(Digest(booted->folded.world), recording.history.DigestAt(found)) << where;
  }
  counts->from_snapshot += booted->snapshot > Lsn{};
  counts->trimmed += booted->trimmed.lsn > Lsn{};
  booted->log.reset();
  if (found == Lsn{} || prefix % 5 != 0) return;
  ++counts->audits;
  auto audited = Audit(
      log::SimOptions(disk), [](const Record&, const Applied&, const Hash256&) {}, files);
  ASSERT_TRUE(audited.ok()) << where << ": the audit: " << audited.status();
  ASSERT_EQ(Digest(audited->world), recording.history.DigestAt(found)) << where;
}

TEST(SnapshotCrashPoints, AnyPowerCutBootsToTheFoldsWorld) {
  Recording recording(SeedFromEnvironment());
  Workload(&recording).Run(IsFullVolume() ? 210 : 63);
  Counts counts;
  DiskImage image;
  const size_t every = IsFullVolume() ? 1 : 2;
  for (size_t n = 0; n <= recording.ops.size() && !HasFatalFailure(); ++n) {
    if (n > 0) image.Apply(recording.ops[n - 1]);
    if (n % every != 0) continue;
    ++counts.prefixes;
    for (Survival survival : kAllSurvivals) {
      if (!HasFatalFailure()) Check(recording, image, n, survival, &counts);
    }
  }
  EXPECT_GT(counts.from_snapshot, counts.recoveries / 2);
  EXPECT_GT(counts.trimmed, counts.recoveries / 4);
  std::cout << "snapshot crash points: prefixes=" << counts.prefixes
            << " recoveries=" << counts.recoveries << " from_snapshot=" << counts.from_snapshot
            << " trimmed=" << counts.trimmed << " audits=" << counts.audits << "\n";
}

}  // namespace
}  // namespace pegel::replay
