// The audit fold: reads a log from its first record or from a snapshot on, checks every hash, and
// rebuilds the World.
//
// Checked at each record: the key and the lsn are dense, the previous-hash field continues the
// chain, time does not go back, no request id is answered twice, and the effect hash equals what
// the fold just did. The same function boots the server, verifies and dumps.
#pragma once

#include <optional>

#include "absl/container/btree_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/fold.h"
#include "log/log.h"
#include "snapshot/snapshot.h"

namespace pegel::replay {

// Where a fold stands; also where one may begin.
struct Folded {
  World world;
  log::Head head;  // Of the last record folded.
  // Chain hashes of the records that answered the requests in world.requests: receipts for retries.
  absl::btree_map<Lsn, Hash256> answered_chains;
};

// Sees each record after it was applied, with its chain hash.
using Observer = absl::FunctionRef<void(const Record&, const Applied&, const Hash256& chain)>;

// Folds the whole log. Error kDataLoss (or what the decoder says): the first bad record;
// LsnOf(status) is its lsn. Reads only.
absl::StatusOr<Folded> FoldLog(const log::Log& log, Observer observe);

// The same, judged against the anchor: its lsn must be in the log, with its chain hash. What lies
// before `start` is not folded again: there only the two records are looked at that `start` and the
// anchor name, and each must have the chain hash that they say. (`trimmed`: the record up to which
// the log was trimmed; it is known without being read.)
absl::StatusOr<Folded> FoldLog(const log::Log& log, Folded start, const log::Head& trimmed,
                               const log::Head& anchor, Observer observe);

// From `start` to the record at `through`, which must be in the log and not before `start`.
absl::StatusOr<Folded> FoldTo(const log::Log& log, Folded start, Lsn through, Observer observe);

Folded ToFolded(snapshot::Snapshot snapshot);

// Whether an error says that a fold did something else than the one that wrote the record.
bool IsDivergence(const absl::Status& status);

// Whether the record that `start` was made of is in the log, or the one up to which it was trimmed;
// else the log lost its end, or the two do not belong together: kDataLoss.
absl::Status JudgeStart(const log::Log& log, const Folded& start, const log::Head& trimmed);

// Whether a log that ends at `end` can hold the record that the anchor speaks of: kDataLoss when
// not.
absl::Status JudgeEnd(const log::Head& anchor, const log::Head& end);

// The lsn that an error of this folder speaks of.
std::optional<Lsn> LsnOf(const absl::Status& status);

}  // namespace pegel::replay
