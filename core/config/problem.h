// Why a config may not become what was asked: the refusal, or nothing.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "core/error.h"

namespace pegel::config {

using Problem = std::optional<Error>;

inline Problem ConfigProblem(std::string message) {
  return Error{ErrorCode::kConfig, std::move(message)};
}

}  // namespace pegel::config
