// Small files, whole.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace pegel::tools {

// Errors name the file: kNotFound — there is none; kUnavailable — it cannot be read, or is no
// regular file; kInvalidArgument — it holds more than `bytes_max`.
absl::StatusOr<std::string> ReadSmallFile(const std::string& file, size_t bytes_max);

}  // namespace pegel::tools
