// The second lock before the log: a secret must be sealed before its command becomes a record.
#pragma once

#include <string>

#include "core/command.h"

namespace pegel::config {

// The first key whose value is a secret in clear; null when there is none.
const std::string* FindClearSecret(const Command& command);

}  // namespace pegel::config
