#include "tests/sim/disk_log.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "log/data_dir.h"
#include "tests/snapshot/sim_files.h"

namespace pegel::sim {
namespace {

using testing::DiskImage;
using testing::DiskOp;
using testing::SimDisk;
using testing::Survival;

constexpr char kDir[] = "/data";
// RocksDB's smallest: tables are written now and then, and merged.
constexpr size_t kWriteBufferBytes = 64 << 10;
constexpr uint64_t kBrokenRecoveryPercent = 20, kSnapshotsKept = 2;
// The changes of the disk in which a fault falls: an append without a flush has two writes and two
// syncs, a recovery some ten of each.
constexpr uint64_t kAppendFaults = 2, kRecoveryFaults = 20;

void Nothing(const Record&, const Applied&, const Hash256&) {}

}  // namespace

DiskLog::DiskLog(Stage& stage)
    : stage_(stage), snapshot_percent_(stage.random.OneIn(3) ? 0 : 1 + stage.Upto(15)) {}

// ---- recovery ----

absl::StatusOr<replay::Recovered> DiskLog::Boot() {
  log::RocksLogOptions options;
  options.data_dir = kDir;
  options.file_system = disk_.get();
  options.clock = &clock_;
  options.workers = &workers_;
  options.write_buffer_bytes = kWriteBufferBytes;
  // A snapshot gets its name when all of it is durable, so no crash leaves one that cannot be read.
  options.on_warning = [this](const std::string& warning) {
    if (absl::StrContains(warning, ".snapshot")) stage_.Violate("recovery", warning);
  };
  testing::SimFiles files(*disk_);
  auto recovered = replay::Recover(options, files);
  if (recovered.ok()) workers_.RunAll();
  NoteChanges();
  return recovered;
}

absl::StatusOr<replay::Folded> DiskLog::Recover() {
  while (stage_.Happens(kBrokenRecoveryPercent)) {
    if (absl::Status broken = BreakRecovery(); !broken.ok()) return broken;
  }
  auto recovered = Boot();
  if (!recovered.ok()) return recovered.status();
  stage_.Count("recoveries");
  if (recovered->snapshot != Lsn{}) stage_.Count("recoveries_from_snapshot");
  if (recovered->folded.head.lsn > recovered->anchor.lsn) stage_.Count("records_behind_anchor");
  rocks_ = std::move(recovered->log);
  acknowledged_ = recovered->folded.head;
  follower_ = std::make_unique<replay::Follower>(*rocks_, recovered->folded);
  return std::move(recovered->folded);
}

// One that does not come to its end: a write or a sync fails, or power goes. Nothing it meets may
// look like damage.
absl::Status DiskLog::BreakRecovery() {
  DiskImage before = disk_->image();
  const size_t changes = disk_->op_count();
  const bool fails = stage_.random.OneIn(3);
  if (fails) FailSoon(kRecoveryFaults);
  auto recovered = Boot();
  const bool is_hit = fails && disk_->has_failed();
  stage_.Count(is_hit ? "recoveries_failed" : "recoveries_cut");
  absl::Status status = recovered.status();
  if (status.ok()) recovered->log.reset();
  stage_.trace.Note("a recovery that is ", is_hit ? "failed" : "cut", ": ",
                    static_cast<int>(status.code()));
  if (!status.ok() && (!is_hit || absl::IsDataLoss(status))) return status;
  CutPower(std::move(before), disk_->ops_behind(changes));
  return absl::OkStatus();
}

// ---- appends ----

absl::Status DiskLog::Write(const log::Group& group) {
  absl::Status answer = absl::InternalError("an append was not answered");
  rocks_->Append(group, [&](absl::Status status) { answer = std::move(status); });
  workers_.RunAll();
  NoteChanges();
  return answer;
}

void DiskLog::Finish() {
  UnderWay append = *std::exchange(under_way_, std::nullopt);
  if (absl::Status status = Write(append.group); !status.ok()) {
    return stage_.Violate(
        "recovery", absl::StrCat("an append failed on a disk that works: ", status.ToString()));
  }
  acknowledged_ = append.group.head;
  append.done(absl::OkStatus());
  if (stage_.Happens(snapshot_percent_)) TakeSnapshot();
}

void DiskLog::Fail(Left) {
  UnderWay append = *std::exchange(under_way_, std::nullopt);
  FailSoon(kAppendFaults);
  absl::Status status = Write(append.group);
  has_failed_ = !status.ok();
  if (status.ok() && disk_->has_failed()) {
    stage_.Violate("durable", "an append was acknowledged whose write or sync failed");
  }
  if (status.ok()) acknowledged_ = append.group.head;
  append.done(status);
}

void DiskLog::FailSoon(uint64_t within) {
  auto fault = stage_.random.OneIn(2) ? SimDisk::Fault::kWrite : SimDisk::Fault::kSync;
  disk_->FailNth(fault, 1 + stage_.random.Below(within));
}

absl::StatusOr<std::unique_ptr<log::Reader>> DiskLog::Read(Lsn from) const {
  return rocks_->Read(from);
}

// ---- snapshots ----

void DiskLog::TakeSnapshot() {
  absl::Status status = follower_->Advance([] { return true; }, Nothing);
  if (!status.ok())
    return stage_.Violate("recovery", absl::StrCat("second fold: ", status.ToString()));
  testing::SimFiles files(*disk_);
  snapshot::Store store(files, log::DataDir{kDir}.Snapshots());
  const replay::Folded& folded = follower_->folded();
  auto written = store.Write(folded.world, folded.head.chain, folded.answered_chains);
  status = written.status();
  if (status.ok()) status = store.Prune(kSnapshotsKept, {});
  if (!status.ok())
    return stage_.Violate("recovery", absl::StrCat("snapshot: ", status.ToString()));
  stage_.trace.Note("snapshot ", folded.head.lsn.value, " ", written->bytes);
  stage_.Count("snapshots");
  NoteChanges();
}

// ---- the end of a process ----

// Something was under way: the append, or a snapshot.
void DiskLog::Crash(Left) {
  if (rocks_ == nullptr) return;
  DiskImage before = disk_->image();
  const size_t changes = disk_->op_count();
  if (is_busy()) {
    stage_.Count("crashes_in_append");
    if (absl::Status status = Write(under_way_->group); !status.ok() && !disk_->has_failed()) {
      stage_.Violate("recovery", status.ToString());
    }
  } else if (!has_failed_ && snapshot_percent_ > 0 && stage_.Happens(40)) {
    stage_.Count("crashes_in_snapshot");
    TakeSnapshot();
  }
  std::vector<DiskOp> behind = disk_->ops_behind(changes);
  under_way_.reset();
  has_failed_ = false;
  Close();
  CutPower(std::move(before), behind);
}

void DiskLog::Close() {
  follower_.reset();
  rocks_.reset();
}

// What the process did when it was closed is not part of it: it never came to that.
void DiskLog::CutPower(DiskImage before, const std::vector<DiskOp>& changes) {
  const size_t happened = stage_.Upto(changes.size());
  for (size_t i = 0; i < happened; ++i) before.Apply(changes[i]);
  const Survival survival =
      testing::kAllSurvivals[stage_.random.Below(std::size(testing::kAllSurvivals))];
  stage_.trace.Note("cut behind ", happened, " of ", changes.size(),
                    " changes: ", testing::ToText(survival));
  ++stage_.counts[absl::StrCat("cut_", testing::ToText(survival))];
  if (happened < changes.size()) stage_.Count("cut_between_changes");
  disk_ = std::make_unique<SimDisk>(before.Survive(survival, stage_.random.Below(1 << 30)));
  noted_ = 0;
}

void DiskLog::NoteChanges() {
  for (const DiskOp& op : disk_->ops_behind(noted_)) {
    stage_.trace.Note("disk ", testing::ToText(op));
    stage_.Count("disk_changes");
    if (!absl::EndsWith(op.path, ".sst")) continue;
    if (op.kind == DiskOp::Kind::kCreate) stage_.Count("tables_written");
    if (op.kind == DiskOp::Kind::kDelete) stage_.Count("tables_merged");
  }
  noted_ = disk_->op_count();
}

}  // namespace pegel::sim
