// Salvage: what is good of a damaged log, in a new data directory that a server starts from.
//
// Everything up to the first bad record, as Verify names it; nothing behind it, since what came
// later was decided on what is lost. The damaged log is only read. The directory is made aside,
// started once by the server's own code, and renamed (replay/place.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "log/log.h"
#include "replay/fold_log.h"
#include "replay/verify.h"

namespace pegel::replay {

struct Salvaged {
  log::Head head;      // The last good record.
  Hash256 digest{};    // Of the World there.
  absl::Status fault;  // Why no more: what Verify said. OK: the log is good, all was copied.
};

// `start`: in front of the first record. `data_dir` must not exist. Errors: kAlreadyExists; the
// fault itself, when not even the first record is good or it has no lsn; those of the disk.
absl::StatusOr<Salvaged> Salvage(const log::Log& log, const Folded& start, const log::Head& trimmed,
                                 const std::vector<Witness>& witnesses, const std::string& data_dir,
                                 absl::FunctionRef<void(Lsn)> on_progress);

}  // namespace pegel::replay
