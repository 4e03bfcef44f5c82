// A new data directory: made beside where it is to be, proved, then renamed. For restores and
// salvage.
//
// Killed before the rename, it leaves `place`, which the next attempt clears and no server starts
// from by accident.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "log/log.h"
#include "replay/fold_log.h"

namespace pegel::replay {

// Without slashes at the end, so that names can be made of it.
std::string TrimmedPath(std::string dir);

std::string ParentOf(const std::string& dir);

// Also true when one may not look.
bool Exists(const std::string& path);

// Clears what an attempt that was killed left. Error kUnavailable: it is still being made.
absl::Status ClearUnfinished(const std::string& place);

// Log, anchor and trim point of the records behind `before` through `through`.
absl::Status FillLog(const log::Log& from, const log::Head& before, Lsn through,
                     const std::string& place, absl::FunctionRef<void(Lsn)> on_copied);

// Begins as a server would, and must come to the World that is expected.
absl::Status Prove(const std::string& place, const Folded& expected);

// Durable when it returns. Error kAlreadyExists: `data_dir` was made meanwhile.
absl::Status MoveIntoPlace(const std::string& place, const std::string& data_dir);

}  // namespace pegel::replay
