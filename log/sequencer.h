// Group commit on its own thread: all records that wait become one group, one write, one sync, one
// anchor.
//
// The loop thread submits records in lsn order and never waits; the log-writer thread packs,
// chains, appends and reports. After a failed append it reports the failure once and takes nothing
// more.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "core/record.h"
#include "log/log.h"

namespace pegel::log {

// One report: the chain hashes of the records made durable, or why nothing more will be.
struct Committed {
  absl::Status status;
  Lsn through;                  // With an OK status: the last durable lsn.
  std::vector<Hash256> chains;  // One per record since the report before.
};

class Sequencer {
 public:
  // Appends to `log` behind `head`. `report` is called on the log-writer thread; it must be quick
  // and must not throw (the server posts it to its loop). `log` must outlive the sequencer.
  Sequencer(Log& log, Head head, std::function<void(Committed)> report);

  // Waits until all that was submitted is reported, then ends the thread.
  ~Sequencer();

  // Any thread; in practice the loop's. `records` continue where the last Submit ended.
  void Submit(std::vector<Record> records);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pegel::log
