// One fold under way: takes groups of encoded records in lsn order, checks every hash, applies.
//
// For replay/fold_log.h (from the first record to the end, once), replay/follower.h (step by step
// behind a log that is being written), replay/past.h and replay/verify.h (record by record). Not
// thread-safe.
#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "log/record_codec.h"
#include "replay/fold_log.h"

namespace pegel::replay {

class Folder {
 public:
  // Error: the first bad record; what was before it is folded and was observed.
  absl::Status AddGroup(Lsn key, absl::string_view bytes, Observer observe);

  // The two halves of it, for who may stop between two records (replay/past.h, replay/verify.h):
  // decodes what must be the next record and checks all that can be told without applying it …
  absl::StatusOr<log::StoredRecord> Examine(absl::string_view bytes) const;
  // … and applies it. Error: it did not do what the record says. `bytes` are those of `stored`.
  absl::Status Add(const log::StoredRecord& stored, absl::string_view bytes, Observer observe);

  const World& world() const { return folded_.world; }
  const log::Head& head() const { return folded_.head; }
  Lsn NextLsn() const { return Next(folded_.head.lsn); }
  Folded Take() { return std::move(folded_); }

 private:
  absl::Status Check(const log::StoredRecord& stored) const;
  void Advance(const Record& record, const Hash256& chain);

  Folded folded_;
};

// An error that LsnOf (fold_log.h) can read.
absl::Status FaultAt(Lsn lsn, absl::StatusCode code, absl::string_view what);
absl::Status DataLossAt(Lsn lsn, absl::string_view what);
absl::Status WrongGroup(Lsn expected, Lsn key);

// `expected …, found …` for two hashes.
std::string Mismatch(absl::string_view what, const Hash256& expected, const Hash256& found);

}  // namespace pegel::replay
