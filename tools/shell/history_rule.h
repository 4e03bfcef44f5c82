// Statements that may hold a secret: what the shell's history file must not keep, and what output
// must not repeat.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace pegel::tools {

// True when any word of the text is named like a secret: then some other word may be one. Fails
// closed: a misspelled key, a key in a comment, a table that is called `tokens` count too.
bool MayHoldSecret(absl::string_view text);

// The statement for output: whole, or, where it may hold a secret, up to its arguments, as in
// `CALL sys.set_cluster_configs(******)`.
std::string WithoutSecrets(absl::string_view statement);

}  // namespace pegel::tools
