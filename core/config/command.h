// What can be asked of cluster configs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/config/value.h"

namespace pegel::config {

// Stored; never renumber. The numbers are Fluss's AlterConfigOpType.
enum class Op : uint8_t { kSet = 0, kDelete = 1, kAppend = 2, kSubtract = 3 };

// One step of an alteration. Until the server has sealed it, a secret stands here as text; the
// reducer refuses a secret that was not.
struct Change {
  Op op = Op::kSet;
  std::string key;
  std::optional<Value> value;  // kDelete has none; kSet without one is an explicit null.
  bool operator==(const Change&) const = default;
};

}  // namespace pegel::config
