// Where an audit reads from. Today a data directory; a backup or an export opens here too, so that
// no subcommand need know.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "log/log.h"
#include "replay/past.h"
#include "tools/progress.h"
#include "tools/replay/command.h"

namespace pegel::tools {

// A log that is open for reading, and what was acknowledged of it.
class Source {
 public:
  // Changes nothing; a running server may own the directory. Errors say what and where.
  static absl::StatusOr<Source> Open(const Common& common);

  const log::Log& log() const { return *log_; }
  const log::Head& anchor() const { return anchor_; }

  // The whole log, judged against the anchor, with progress shown as `what`. A damage is named
  // after all before it was observed.
  absl::StatusOr<replay::Folded> FoldAll(const std::string& what, replay::Observer observe) const;

  // A damage with what to do about it here.
  absl::Status Explain(const absl::Status& status) const;

 private:
  Source(std::string place, log::Head anchor, std::unique_ptr<log::Log> log)
      : place_(std::move(place)), anchor_(anchor), log_(std::move(log)) {}

  std::string place_;
  log::Head anchor_;
  std::unique_ptr<log::Log> log_;
};

// A walk through a source's past that shows its progress.
class Walk {
 public:
  // The source must outlive it.
  explicit Walk(const Source& source) : source_(source), past_(source.log()) {}

  // As replay::Past::GoTo, errors explained.
  absl::Status GoTo(const AsOf& goal, replay::Observer observe);
  absl::Status GoTo(const AsOf& goal);
  // To the log's end, which must hold what was acknowledged.
  absl::Status GoToEnd(replay::Observer observe);

  const World& world() const { return past_.world(); }
  const log::Head& head() const { return past_.head(); }

 private:
  const Source& source_;
  replay::Past past_;
};

}  // namespace pegel::tools
