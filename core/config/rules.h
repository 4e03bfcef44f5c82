// What the values in force must satisfy, one by one and together (procedures.md 3.2 and 4). All of
// Fluss's validators, those that only its tablet servers run included (quirk Q17).
#pragma once

#include <string>
#include <vector>

#include "core/config/draft.h"
#include "core/config/problem.h"

namespace pegel::config {

// Whether `key` can be a name at all: at most kConfigKeyBytesMax bytes, printable, no blanks. What
// the table knows always is; keys of a family are in no table.
Problem CheckKeyText(absl::string_view key);

// `${...}`: what Fluss asks a config provider for.
bool IsMarker(absl::string_view text);

// Whether `value` may stand behind `key`: form (secrets sealed, nothing else), length, type. The
// key is one that may stand where the value comes from.
Problem CheckForm(const std::string& key, const Value& value);

// Whether all values of `after` go together. `before`: what is in force now, for rules on what may
// not be taken away. Every value has passed CheckForm.
Problem CheckRules(const Draft& before, const Draft& after);

// The bounds that Fluss checks when a server starts, on keys that cannot change while it runs.
Problem CheckStartBounds(const Draft& draft);

}  // namespace pegel::config
