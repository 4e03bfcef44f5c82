#include "tools/shell/watch.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tools/shell/change_text.h"
#include "tools/shell/printable.h"

namespace pegel::tools {
namespace {

constexpr absl::Duration kPauseMin = absl::Milliseconds(50);
constexpr absl::Duration kPauseMax = absl::Seconds(5);

// How long a signal may go unnoticed.
constexpr int64_t kLookUpMs = 200;

bool IsWorthATry(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
}

}  // namespace

bool WatchRunner::is_over() const {
  return ports_.is_asked_to_end() || (command_.count > 0 && shown_ >= command_.count);
}

absl::Status WatchRunner::Run() {
  for (absl::Duration pause = kPauseMin;; pause = std::min(2 * pause, kPauseMax)) {
    absl::Status status = Follow();
    if (status.ok() || is_over()) return absl::OkStatus();
    if (!has_connected_ || !IsWorthATry(status)) return status;
    if (std::exchange(has_progress_, false)) pause = kPauseMin;
    Rest(status, pause);
    if (is_over()) return absl::OkStatus();
  }
}

// One connection. OK: nothing more is wanted.
absl::Status WatchRunner::Follow() {
  absl::StatusOr<std::unique_ptr<net::Client>> client = ports_.connect();
  if (!client.ok()) return client.status();
  has_connected_ = true;
  auto watcher = (*client)->Watch({next_, command_.name, command_.filter});
  if (!watcher.ok()) return watcher.status();
  while (!is_over()) {
    auto batch = (*watcher)->Next(kLookUpMs);
    if (!batch.ok()) return batch.status();
    if (!batch->has_value()) continue;
    has_progress_ = true;
    Show(**batch);
    (*watcher)->Applied(Lsn{next_.value - 1});
  }
  return absl::OkStatus();
}

void WatchRunner::Show(const net::ChangeBatch& batch) {
  std::string text;
  for (const ChangeSet& change : batch.changes) {
    if (command_.count > 0 && shown_ == command_.count) break;
    text += command_.format == Format::kJson ? ChangeJson(change) : ChangeLines(change);
    next_ = Next(change.moment.lsn);
    ++shown_;
  }
  bool is_whole = command_.count == 0 || shown_ < command_.count;
  if (is_whole) next_ = Next(batch.through);
  if (!text.empty()) ports_.print({text, ""});
}

// In short steps, so that a signal is noticed.
void WatchRunner::Rest(const absl::Status& why, absl::Duration pause) {
  ports_.print({"", absl::StrCat("pegel: ", Printable(why.message()), "; going on from lsn ",
                                 next_.value, " in ", absl::FormatDuration(pause), "\n")});
  for (absl::Duration left = pause; left > absl::ZeroDuration() && !is_over();) {
    absl::Duration step = std::min(left, absl::Milliseconds(kLookUpMs));
    ports_.sleep(step);
    left -= step;
  }
}

}  // namespace pegel::tools
