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

  const Folded& folded() const { return folded_; }
  const log::Head& head() const { return folded_.head; }
  Lsn NextLsn() const { return Next(folded_.head.lsn); }
  Folded Take() { return std::move(folded_); }

 private:
  absl::Status PassOver(const std::vector<absl::string_view>& records, Lsn key, size_t* passed);
  absl::Status AddRecord(absl::string_view bytes, Observer observe);
  absl::Status Check(const log::StoredRecord& stored) const;
  void Advance(const Record& record, const Hash256& chain);

  Folded folded_;
  bool has_group_ = false;
};

// An error that LsnOf (fold_log.h) can read.
absl::Status FaultAt(Lsn lsn, absl::StatusCode code, absl::string_view what);
absl::Status DataLossAt(Lsn lsn, absl::string_view what);

// `expected …, found …` for two hashes.
std::string Mismatch(absl::string_view what, const Hash256& expected, const Hash256& found);

}  // namespace pegel::replay
