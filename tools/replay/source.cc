#include "tools/replay/source.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "log/data_dir.h"
#include "log/rocks_log.h"
#include "replay/backup.h"
#include "replay/exports.h"
#include "replay/recover.h"
#include "snapshot/files.h"
#include "tools/shell/printable.h"

namespace pegel::tools {
namespace {

void Ignore(const Record&, const Applied&, const Hash256&) {}

void Warn(const absl::Status& bad) {
  std::cerr << "pegel-replay: passed over: " << Printable(std::string(bad.message())) << "\n";
}

std::function<void(const std::string&)> Drawer() {
  if (isatty(STDERR_FILENO) == 0) return nullptr;
  return [](const std::string& text) { std::fputs(text.c_str(), stderr); };
}

}  // namespace

absl::StatusOr<Source> Source::Open(const Common& common) {
  if (!common.backup.empty()) return OpenBackup(common.backup);
  if (!common.exports.empty()) return OpenExports(common.exports);
  return OpenDataDir(common.data_dir);
}

absl::StatusOr<Source> Source::OpenDataDir(const std::string& path) {
  absl::StatusOr<log::Inspection> found =
      log::RocksLog::Inspect({.data_dir = path}, /*must_exist=*/true);
  if (!found.ok()) return replay::Explain(found.status(), path);
  if (found->is_new) return absl::NotFoundError(absl::StrCat(path, ": there is no log in it yet"));
  return Source(path, found->anchor, found->trimmed, std::move(found->log),
                snapshot::Store(snapshot::RealFiles(), log::DataDir{path}.Snapshots()));
}

absl::StatusOr<Source> Source::OpenBackup(const std::string& path) {
  absl::StatusOr<replay::OpenedBackup> backup = replay::OpenBackup(path);
  if (!backup.ok()) return replay::Explain(backup.status(), path);
  const log::Head head = backup->log->head(), before = backup->log->before();
  return Source(path, head, before, std::move(backup->log), std::move(backup->snapshots));
}

// Without snapshots: the first export must begin at record 1.
absl::StatusOr<Source> Source::OpenExports(const std::string& path) {
  absl::StatusOr<std::unique_ptr<replay::Exports>> exports = replay::Exports::Open(path);
  if (!exports.ok()) return replay::Explain(exports.status(), path);
  const log::Head head = (*exports)->head(), before = (*exports)->before();
  if (before != log::Head{}) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": begins behind lsn ", before.lsn.value,
                     ", and nothing tells how things stood there; put the exports from lsn 1 on "
                     "into one directory and name that"));
  }
  return Source(path, head, before, *std::move(exports),
                snapshot::Store(snapshot::RealFiles(), absl::StrCat(path, ".snapshots")));
}

absl::Status Source::Explain(const absl::Status& status) const {
  return replay::Explain(status, place_);
}

absl::StatusOr<replay::Folded> Source::Beginning() const {
  absl::StatusOr<replay::Folded> start = replay::StartFor(trimmed_.lsn, trimmed_, snapshots_, Warn);
  if (!start.ok()) return Explain(start.status());
  return start;
}

absl::StatusOr<replay::Folded> Source::FoldAll(replay::Folded start, const std::string& what,
                                               replay::Observer observe) const {
  ReadingBar bar(what, anchor_.lsn.value);
  auto observe_and_show = [&](const Record& record, const Applied& applied, const Hash256& chain) {
    bar.Show(record.moment.lsn.value);
    observe(record, applied, chain);
  };
  absl::StatusOr<replay::Folded> folded =
      replay::FoldLog(*log_, std::move(start), trimmed_, anchor_, observe_and_show);
  if (!folded.ok()) return Explain(folded.status());
  return folded;
}

ReadingBar::ReadingBar(const std::string& what, uint64_t total)
    : progress_(what, absl::Now, Drawer()), total_(total) {}

absl::StatusOr<Walk> Walk::FromBeginning(const Source& source) {
  absl::StatusOr<replay::Folded> start = source.Beginning();
  if (!start.ok()) return start.status();
  return Walk(source, replay::Past(source.log(), *std::move(start)));
}

absl::StatusOr<Walk> Walk::Near(const Source& source, const AsOf& goal) {
  absl::StatusOr<replay::Past> past =
      replay::Past::Near(goal, source.log(), source.trimmed(), source.snapshots(), Warn);
  if (!past.ok()) return source.Explain(past.status());
  return Walk(source, *std::move(past));
}

absl::Status Walk::GoTo(const AsOf& goal, replay::Observer observe) {
  const auto* lsn = std::get_if<Lsn>(&goal);
  uint64_t end = source_.anchor().lsn.value;
  ReadingBar bar("reading history", lsn == nullptr ? end : std::min(lsn->value, end));
  auto go_on = [&] {
    bar.Show(past_.head().lsn.value);
    return true;
  };
  return source_.Explain(past_.GoTo(goal, go_on, observe));
}

absl::Status Walk::GoTo(const AsOf& goal) { return GoTo(goal, Ignore); }

absl::Status Walk::GoToEnd(replay::Observer observe) {
  ReadingBar bar("reading history", source_.anchor().lsn.value);
  auto go_on = [&] {
    bar.Show(past_.head().lsn.value);
    return true;
  };
  absl::Status status = past_.GoToEnd(go_on, observe);
  if (status.ok()) status = replay::JudgeEnd(source_.anchor(), past_.head());
  return source_.Explain(status);
}

}  // namespace pegel::tools
