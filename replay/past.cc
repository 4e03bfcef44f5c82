#include "replay/past.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/utc.h"
#include "replay/recover.h"

namespace pegel::replay {
namespace {

bool IsNotBehind(const Moment& moment, const AsOf& goal) {
  if (const auto* lsn = std::get_if<Lsn>(&goal)) return moment.lsn <= *lsn;
  return moment.time <= std::get<UnixNanos>(goal);
}

}  // namespace

absl::StatusOr<Past> Past::Near(const AsOf& goal, const log::Log& log, const log::Head& trimmed,
                                const snapshot::Store& snapshots,
                                const std::function<void(const absl::Status&)>& on_bad) {
  absl::StatusOr<Folded> start = StartFor(goal, trimmed, snapshots, on_bad);
  if (!start.ok()) return start.status();
  if (absl::Status judged = JudgeStart(log, *start, trimmed); !judged.ok()) return judged;
  return Past(log, *std::move(start));
}

absl::Status Past::GoTo(const AsOf& goal) {
  return GoTo(
      goal, [] { return true; }, [](const Record&, const Applied&, const Hash256&) {});
}

absl::Status Past::GoTo(const AsOf& goal, absl::FunctionRef<bool()> go_on, Observer observe) {
  const World& world = folder_.world();
  if (world.lsn > Lsn{} && !IsNotBehind(Moment{world.lsn, world.time, {}}, goal)) {
    return absl::FailedPreconditionError(
        absl::StrCat(ToText(goal), " lies before lsn ", world.lsn.value));
  }
  auto is_wanted = [&](const Moment& moment) { return IsNotBehind(moment, goal); };
  absl::Status status = Walk(is_wanted, go_on, observe);
  return status.ok() ? Judge(goal) : status;
}

absl::Status Past::GoToEnd(absl::FunctionRef<bool()> go_on, Observer observe) {
  return Walk([](const Moment&) { return true; }, go_on, observe);
}

absl::Status Past::Walk(absl::FunctionRef<bool(const Moment&)> is_wanted,
                        absl::FunctionRef<bool()> go_on, Observer observe) {
  for (;;) {
    if (!go_on()) return absl::CancelledError("the walk was called off");
    absl::StatusOr<bool> more = Peek();
    if (!more.ok()) return more.status();
    if (!*more || !is_wanted(next_->record.moment)) return absl::OkStatus();
    absl::Status added = folder_.Add(*next_, next_bytes_, observe);
    next_.reset();
    if (!added.ok()) return added;
  }
}

// Whether there is a next record. The stream's bytes hold until it is asked for another.
absl::StatusOr<bool> Past::Peek() {
  if (next_) return true;
  if (!stream_) {
    absl::StatusOr<RecordStream> stream = RecordStream::Open(log_, folder_.head());
    if (!stream.ok()) return stream.status();
    stream_ = *std::move(stream);
  }
  absl::StatusOr<std::optional<absl::string_view>> bytes = stream_->Next(folder_.head());
  if (!bytes.ok()) return bytes.status();
  if (!bytes->has_value()) return false;
  absl::StatusOr<log::StoredRecord> stored = folder_.Examine(**bytes);
  if (!stored.ok()) return stored.status();
  next_ = *std::move(stored);
  next_bytes_ = **bytes;
  return true;
}

absl::Status Past::Judge(const AsOf& goal) const {
  const World& world = folder_.world();
  const auto* lsn = std::get_if<Lsn>(&goal);
  if (lsn != nullptr && *lsn > world.lsn) {
    return absl::OutOfRangeError(absl::StrCat("there is no lsn ", lsn->value,
                                              ": the log ends at lsn ", world.lsn.value, " (",
                                              ToText(world.time), ")"));
  }
  if (world.lsn > Lsn{}) return absl::OkStatus();
  if (!next_) return absl::OutOfRangeError("the log holds no record");
  return absl::OutOfRangeError(absl::StrCat(ToText(goal), " lies before the log, which begins at ",
                                            "lsn 1 (", ToText(next_->record.moment.time), ")"));
}

}  // namespace pegel::replay
