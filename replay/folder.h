// One fold under way: takes groups of encoded records in lsn order, checks every hash, applies.
//
// For replay/fold_log.h (to the end, once) and replay/follower.h (step by step behind a log that is
// being written). Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "log/record_codec.h"
#include "replay/fold_log.h"

namespace pegel::replay {

class Folder {
 public:
  explicit Folder(Folded start = {}) : folded_(std::move(start)) {}

  // Folds the group's records up to `through`. The first group may begin before NextLsn(): its
  // records up to there are passed over, and the last of them must be head()'s. Error: the first
  // bad record; what was before it is folded and was observed.
  absl::Status AddGroup(Lsn key, absl::string_view bytes, Observer observe,
                        Lsn through = Lsn{UINT64_MAX});

  // The two halves of adding one record, for who may stop between two (replay/past.h): decodes what
  // must be the next record and checks all that can be told without applying it …
  absl::StatusOr<log::StoredRecord> Examine(absl::string_view bytes) const;
  // … and applies it. Error: it did not do what the record says. `bytes` are those of `stored`.
  absl::Status Add(const log::StoredRecord& stored, absl::string_view bytes, Observer observe);

  const Folded& folded() const { return folded_; }
  const World& world() const { return folded_.world; }
  const log::Head& head() const { return folded_.head; }
  Lsn NextLsn() const { return Next(folded_.head.lsn); }
  Folded Take() { return std::move(folded_); }

 private:
  absl::Status Check(const log::StoredRecord& stored) const;
  void Advance(const Record& record, const Hash256& chain);

  Folded folded_;
  bool has_group_ = false;
};

// The records behind `head` of a group that must hold the next one, at `key`. Only the first group
// of a walk may begin before that: its records up to `head` are passed over, and the last of them
// must be head's. Error: `records` holds those in front of the first that cannot be read.
absl::Status RecordsBehind(const log::Head& head, bool is_first, Lsn key, absl::string_view bytes,
                           std::vector<absl::string_view>* records);

// An error that LsnOf (fold_log.h) can read.
absl::Status FaultAt(Lsn lsn, absl::StatusCode code, absl::string_view what);
absl::Status DataLossAt(Lsn lsn, absl::string_view what);

// `expected …, found …` for two hashes.
std::string Mismatch(absl::string_view what, const Hash256& expected, const Hash256& found);

}  // namespace pegel::replay
