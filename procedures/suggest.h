// "Did you mean …?"
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace pegel::procedures {

// `; did you mean 'resource'?` for the nearest of `names` when `found` looks like a slip of it
// (at most two letters missing, added or changed, in any case), else empty.
std::string DidYouMean(absl::string_view found, const std::vector<absl::string_view>& names);

}  // namespace pegel::procedures
