#include "tools/replay/source.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "log/rocks_log.h"
#include "replay/recover.h"

namespace pegel::tools {
namespace {

void Ignore(const Record&, const Applied&, const Hash256&) {}

}  // namespace

absl::StatusOr<Source> Source::Open(const Common& common) {
  absl::StatusOr<log::Inspection> found =
      log::RocksLog::Inspect({.data_dir = common.data_dir}, /*must_exist=*/true);
  if (!found.ok()) return replay::Explain(found.status(), common.data_dir);
  return Source(common.data_dir, found->anchor, std::move(found->log));
}

absl::Status Source::Explain(const absl::Status& status) const {
  return replay::Explain(status, place_);
}

absl::StatusOr<replay::Folded> Source::FoldAll(const std::string& what,
                                               replay::Observer observe) const {
  Progress progress(what, {.total = anchor_.lsn.value});
  auto observe_and_show = [&](const Record& record, const Applied& applied, const Hash256& chain) {
    progress.Show(record.moment.lsn.value);
    observe(record, applied, chain);
  };
  absl::StatusOr<replay::Folded> folded = replay::FoldLog(*log_, anchor_, observe_and_show);
  if (!folded.ok()) return Explain(folded.status());
  return folded;
}

absl::Status Walk::GoTo(const AsOf& goal, replay::Observer observe) {
  const auto* lsn = std::get_if<Lsn>(&goal);
  uint64_t end = source_.anchor().lsn.value;
  Progress progress("reading history", {.total = lsn == nullptr ? end : std::min(lsn->value, end)});
  auto go_on = [&] {
    progress.Show(past_.head().lsn.value);
    return true;
  };
  return source_.Explain(past_.GoTo(goal, go_on, observe));
}

absl::Status Walk::GoTo(const AsOf& goal) { return GoTo(goal, Ignore); }

absl::Status Walk::GoToEnd(replay::Observer observe) {
  Progress progress("reading history", {.total = source_.anchor().lsn.value});
  auto go_on = [&] {
    progress.Show(past_.head().lsn.value);
    return true;
  };
  absl::Status status = past_.GoToEnd(go_on, observe);
  if (status.ok()) status = replay::JudgeEnd(source_.anchor(), past_.head());
  return source_.Explain(status);
}

}  // namespace pegel::tools
