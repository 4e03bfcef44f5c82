// The chain hash of one record, read from its group without folding anything.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "log/log.h"

namespace pegel::replay {

// Unset: the log does not have the record. Errors: what the log and the group say. Proves nothing
// about the records around it.
absl::StatusOr<std::optional<Hash256>> ChainAt(const log::Log& log, Lsn lsn);

}  // namespace pegel::replay
