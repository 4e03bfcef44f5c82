// The audit fold: reads a log from its first record, checks every hash, and rebuilds the World.
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

namespace pegel::replay {

// Where a fold stands.
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

// The same, judged against the anchor: its lsn must be in the log, with its chain hash.
absl::StatusOr<Folded> FoldLog(const log::Log& log, const log::Head& anchor, Observer observe);

// Whether a log that ends at `end` can hold the record that the anchor speaks of: kDataLoss when
// not.
absl::Status JudgeEnd(const log::Head& anchor, const log::Head& end);

// The lsn that an error of this folder speaks of.
std::optional<Lsn> LsnOf(const absl::Status& status);

}  // namespace pegel::replay
