// An option of type map: `key:value` pairs between commas. The text is split at commas like a list,
// then each piece at its colon by the same rules, so a colon inside a key or value needs quotes
// (`a:'x:y'`) and a comma needs them around the whole pair (`'a:x,y'`).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace pegel::config {

using MapEntry = std::pair<std::string, std::string>;

// In the order in which they stand; no key twice.
absl::StatusOr<std::vector<MapEntry>> ParseMap(absl::string_view text);

// ParseMap(JoinMap(x)) == x for every x without repeated keys. Quotes only where needed:
// `root:pw,guest:pw2`.
std::string JoinMap(absl::Span<const MapEntry> entries);

}  // namespace pegel::config
