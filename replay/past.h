// The World as it was: walks from record 1 to any point of the past, and on to a later one.
//
//   Past past(log);
//   past.GoTo(Lsn{1200});            // past.world() is the World right behind record 1200
//   past.GoTo(Lsn{1300});            // forwards only
//
// Every record on the way is checked as boot does (replay/folder.h), except against the anchor:
// what is before a damage can be looked at. Folds from record 1; a snapshot at or before the goal
// can shorten the first GoTo without an observer, and nothing else. Not thread-safe; the log may be
// appended to meanwhile and must outlive this.
#pragma once

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "core/as_of.h"
#include "log/log.h"
#include "replay/folder.h"
#include "replay/record_stream.h"

namespace pegel::replay {

class Past {
 public:
  explicit Past(const log::Log& log) : log_(log) {}

  // Errors: kOutOfRange: the log ends before that lsn, or begins after that time; kCancelled:
  // `go_on` said no; else what is wrong with the log (LsnOf has the lsn). A time behind the last
  // record is that record. kFailedPrecondition: it lies before where the past already is.
  absl::Status GoTo(const AsOf& goal);
  absl::Status GoTo(const AsOf& goal, absl::FunctionRef<bool()> go_on, Observer observe);

  // To the log's end.
  absl::Status GoToEnd(absl::FunctionRef<bool()> go_on, Observer observe);

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
