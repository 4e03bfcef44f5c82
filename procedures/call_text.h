// Command → the CALL that makes it, in canonical form: what audits print. ParseStatement +
// MakeCommand of the text give the command back. Boot, which nobody can call, prints as `BOOT(name
// => 'value', …)`.
#pragma once

#include <string>

#include "core/command.h"

namespace pegel::procedures {

std::string ToCallText(const Command& command);

}  // namespace pegel::procedures
