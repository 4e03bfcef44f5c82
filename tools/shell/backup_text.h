// What `pegel backup` prints.
//
// JSON, a contract: {"ok":true,"first_lsn","head_lsn","chain","digest","time","bytes","path"}, or
// {"ok":false,"reason"}.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "core/ids.h"

namespace pegel::tools {

// As replay::BackedUp, and where it is.
struct BackupShown {
  Lsn first;
  Lsn head;
  Hash256 chain{};
  Hash256 digest{};
  UnixNanos time;
  uint64_t bytes = 0;
  std::string path;
};

std::string BackupJson(const BackupShown& shown);
// `done` begins the first line: `backup made`.
std::string BackupTable(absl::string_view done, const BackupShown& shown);
std::string BackupFaultJson(absl::string_view reason);

}  // namespace pegel::tools
