// The real log (RocksDB, anchor, recovery) and the real snapshots on a simulated disk.
//
// An append is one group: the write-ahead log written and synced, the anchor written and synced,
// now and then a flush or a compaction behind it. It happens when the life lets it finish. A crash
// lets it happen, too, and then takes the disk as it was between any two of its changes, with what
// one of the survival modes (disk_image.h) makes of all that was not synced. Recoveries are cut off
// in the same way, or meet a write or a sync that fails; then another one follows.
//
//   Finish   append, background work, now and then a snapshot by a second fold
//   Fail     append on a disk whose next write or sync fails
//   Crash    append or snapshot, up to any change of the disk; the power goes, or only the process
//   Recover  replay::Recover; before it, sometimes some that did not come to their end
//
// One thread: background work is run here (sim_workers.h), on a clock that stands still.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "log/rocks_log.h"
#include "replay/follower.h"
#include "replay/recover.h"
#include "tests/sim/life_log.h"
#include "tests/sim/sim_clock.h"
#include "tests/sim/sim_disk.h"
#include "tests/sim/sim_workers.h"
#include "tests/sim/stage.h"

namespace pegel::sim {

class DiskLog final : public LifeLog {
 public:
  explicit DiskLog(Stage& stage);

  // ---- LifeLog ----
  absl::StatusOr<replay::Folded> Recover() override;
  void Finish() override;
  void Fail(Left left) override;
  void Crash(Left left) override;
  const log::Head& anchor() const override { return acknowledged_; }
  Lsn durable() const override { return acknowledged_.lsn; }

  // ---- log::Log ----
  absl::StatusOr<std::unique_ptr<log::Reader>> Read(Lsn from) const override;

 private:
  absl::StatusOr<replay::Recovered> Boot();
  absl::Status BreakRecovery();
  absl::Status Write(const log::Group& group);
  void TakeSnapshot();
  void FailSoon(uint64_t within);
  void Close();
  void CutPower(testing::DiskImage before, const std::vector<testing::DiskOp>& changes);
  void NoteChanges();

  Stage& stage_;
  const uint64_t snapshot_percent_;  // Of appends. None in some lives: those fold from record 1.
  testing::StillClock clock_;
  testing::SimWorkers workers_;
  std::unique_ptr<testing::SimDisk> disk_ = std::make_unique<testing::SimDisk>();
  size_t noted_ = 0;                            // Changes of the disk that are in the trace.
  std::unique_ptr<log::RocksLog> rocks_;        // Null: the process is down.
  std::unique_ptr<replay::Follower> follower_;  // The second fold.
  bool has_failed_ = false;
  log::Head acknowledged_;
};

}  // namespace pegel::sim
