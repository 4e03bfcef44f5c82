// Everything that can be checked about a log: the fold checks the records against each other; who
// kept something elsewhere is asked about the whole.
//
//   Verify(log, Folded{}, {.witnesses = receipts, .snapshots = &store}, on_record)
//
// A log that was changed throughout, chain and all, or cut, is a valid log; only a witness outside
// it can tell. Each witness covers every record up to its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "log/log.h"
#include "replay/fold_log.h"
#include "snapshot/store.h"

namespace pegel::replay {

// Somebody who was told of a record: with the anchor, a receipt, a signed checkpoint.
struct Witness {
  log::Head head;
  std::string who;  // `the anchor`, `line 7 of receipts.txt`
};

struct Evidence {
  log::Head trimmed;               // Up to where the log was trimmed; Head{}: it was not.
  std::vector<Witness> witnesses;  // In any order.
  const snapshot::Store* snapshots = nullptr;  // Beside the log. Null: none to check.
};

struct Verified {
  Folded folded;
  uint64_t records = 0;
  uint64_t witnesses = 0;  // That were borne out.
  uint64_t too_old = 0;    // Witnesses of records that were trimmed: they cannot be asked.
  uint64_t snapshots = 0;  // That are what the records come to.
};

// Folds all of `log` behind `start`; each record that was folded is told to `on_record`. Error
// kDataLoss (or what a decoder says): the text names the first bad record, and LsnOf(status) is its
// lsn: the first that is not the one it was, or that is missing. When the chain was made anew over
// a change, that is the first lsn at which a witness disagrees. A snapshot that cannot be read, or
// is not what the records come to, has no lsn; the text names its file.
absl::StatusOr<Verified> Verify(const log::Log& log, Folded start, const Evidence& evidence,
                                absl::FunctionRef<void(const log::Head&)> on_record);

}  // namespace pegel::replay
