// A log in memory whose disk takes its time, fails, and loses what was not synced.
//
// Same contract as every Log. An append stays under way until the life says what becomes of it; a
// crash leaves what a power cut can leave of the two writes behind an append:
//   nothing | the group, and an anchor that does not know of it | both
// so what was acknowledged is always there, and what was under way may be.
// Every fourth recovery folds from record 1, the others go on from what the one before them found,
// as from a snapshot (those with bytes are disk_log.h's).
//
// One thread. Outlives every server that writes to it.
#pragma once

#include <vector>

#include "tests/sim/life_log.h"

namespace pegel::sim {

class FaultyLog final : public LifeLog {
 public:
  // ---- LifeLog ----
  absl::StatusOr<replay::Folded> Recover() override;
  replay::Folded StartFor(Lsn from) const override;
  void Finish() override;
  void Fail(Left left) override;
  void Crash(Left left) override;
  const log::Head& anchor() const override { return anchor_; }
  Lsn durable() const override { return head_.lsn; }

  // ---- log::Log ----
  absl::StatusOr<std::unique_ptr<log::Reader>> Read(Lsn from) const override;

 private:
  UnderWay Leave(Left left);

  std::vector<log::Group> groups_;
  log::Head head_;
  log::Head anchor_;
  std::vector<replay::Folded> recovered_;  // At each start.
};

}  // namespace pegel::sim
