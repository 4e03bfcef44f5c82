// The World as it was: walks from record 1 or a snapshot to any point of the past, and on to a
// later one.
//
//   Past past(log);                  // From record 1; or much sooner there, near a snapshot:
//   absl::StatusOr<Past> past = Past::Near(Lsn{1200}, log, trimmed, snapshots, on_bad);
//   past.GoTo(Lsn{1200});            // past.world() is the World right behind record 1200
//   past.GoTo(Lsn{1300});            // forwards only
//
// Every record on the way is checked as boot does (replay/folder.h), except against the anchor:
// what is before a damage can be looked at. Not thread-safe; the log may be appended to meanwhile
// and must outlive this.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/as_of.h"
#include "log/log.h"
#include "replay/folder.h"
#include "replay/record_stream.h"
#include "snapshot/store.h"

namespace pegel::replay {

class Past {
 public:
  // From record 1, or from where `start` stands, which must be a record of the log or the one up to
  // which it was trimmed.
  explicit Past(const log::Log& log, Folded start = {}) : log_(log), folder_(std::move(start)) {}

  // From the newest good snapshot that is not later than `goal`, else from record 1; it is made
  // sure that the log has the snapshot's record. `trimmed`: the record up to which the log was
  // trimmed (log/rocks_log.h, Inspection). Bad snapshots are told to `on_bad`. Errors: kOutOfRange:
  // `goal` was trimmed; kDataLoss. Does not go to `goal` yet.
  static absl::StatusOr<Past> Near(const AsOf& goal, const log::Log& log, const log::Head& trimmed,
                                   const snapshot::Store& snapshots,
                                   const std::function<void(const absl::Status&)>& on_bad);

  // Errors: kOutOfRange: the log ends before that lsn, or begins after that time; kCancelled:
  // `go_on` said no; else what is wrong with the log (LsnOf has the lsn). A time behind the last
  // record is that record. kFailedPrecondition: it lies before where the past already is.
  absl::Status GoTo(const AsOf& goal);
  absl::Status GoTo(const AsOf& goal, absl::FunctionRef<bool()> go_on, Observer observe);

  // To the log's end.
  absl::Status GoToEnd(absl::FunctionRef<bool()> go_on, Observer observe);

  const Folded& folded() const { return folder_.folded(); }
  const World& world() const { return folder_.world(); }
  const log::Head& head() const { return folder_.head(); }

 private:
  absl::StatusOr<bool> Peek();
  absl::Status Walk(absl::FunctionRef<bool(const Moment&)> is_wanted,
                    absl::FunctionRef<bool()> go_on, Observer observe);
  absl::Status Judge(const AsOf& goal) const;

  const log::Log& log_;
  std::optional<RecordStream> stream_;
  Folder folder_;
  std::optional<log::StoredRecord> next_;  // Examined, not yet added.
  absl::string_view next_bytes_;
};

}  // namespace pegel::replay
