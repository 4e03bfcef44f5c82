// Where an audit reads from: a data directory, a backup or exports. No subcommand need know which.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "log/log.h"
#include "replay/past.h"
#include "snapshot/store.h"
#include "tools/replay/command.h"
#include "tools/shell/progress.h"

namespace pegel::tools {

// A log that is open for reading, what was acknowledged of it, and the snapshots beside it.
class Source {
 public:
  // Changes nothing; a running server may own the directory. Errors say what and where.
  static absl::StatusOr<Source> Open(const Common& common);

  const log::Log& log() const { return *log_; }
  // What was acknowledged last; of a backup and of exports, their last record.
  const log::Head& anchor() const { return anchor_; }
  const log::Head& trimmed() const { return trimmed_; }  // The log begins behind this record.
  const snapshot::Store& snapshots() const { return snapshots_; }

  // In front of the first record. Where the log was trimmed: the snapshot of that record.
  absl::StatusOr<replay::Folded> Beginning() const;

  // All records behind `start`, judged against the anchor, with progress shown as `what`. A damage
  // is named after all before it was observed.
  absl::StatusOr<replay::Folded> FoldAll(replay::Folded start, const std::string& what,
                                         replay::Observer observe) const;

  // A damage with what to do about it here.
  absl::Status Explain(const absl::Status& status) const;

 private:
  static absl::StatusOr<Source> OpenDataDir(const std::string& path);
  static absl::StatusOr<Source> OpenBackup(const std::string& path);
  static absl::StatusOr<Source> OpenExports(const std::string& path);

  Source(std::string place, log::Head anchor, log::Head trimmed, std::unique_ptr<log::Log> log,
         snapshot::Store snapshots)
      : place_(std::move(place)),
        anchor_(anchor),
        trimmed_(trimmed),
        log_(std::move(log)),
        snapshots_(std::move(snapshots)) {}

  std::string place_;
  log::Head anchor_;
  log::Head trimmed_;
  std::unique_ptr<log::Log> log_;
  snapshot::Store snapshots_;
};

// Draws on standard error when it is a terminal (tools/shell/progress.h).
class ReadingBar {
 public:
  ReadingBar(const std::string& what, uint64_t total);
  void Show(uint64_t done) { progress_.Show(done, total_); }

 private:
  Progress progress_;
  uint64_t total_;
};

// A walk through a source's past that shows its progress; errors are explained.
class Walk {
 public:
  // To see every record on the way. The source must outlive it.
  static absl::StatusOr<Walk> FromBeginning(const Source& source);
  // To be there soon: from the newest snapshot that is not later than `goal`.
  static absl::StatusOr<Walk> Near(const Source& source, const AsOf& goal);

  // As replay::Past::GoTo.
  absl::Status GoTo(const AsOf& goal, replay::Observer observe);
  absl::Status GoTo(const AsOf& goal);
  // To the log's end, which must hold what was acknowledged.
  absl::Status GoToEnd(replay::Observer observe);

  const World& world() const { return past_.world(); }
  const log::Head& head() const { return past_.head(); }

 private:
  Walk(const Source& source, replay::Past past) : source_(source), past_(std::move(past)) {}

  const Source& source_;
  replay::Past past_;
};

}  // namespace pegel::tools
