// Config values as people may see them: a secret is `******`, sealed or not.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "core/config/value.h"

namespace pegel::procedures {

inline constexpr absl::string_view kMask = "******";

// The value itself; for a secret, that is a seal or any value under a secret's key, the mask. Of a
// sealed map the names stay: `root:******,guest:******`.
std::string MaskedText(absl::string_view key, const config::Value& value);

// True when MaskedText hides something.
bool IsMasked(absl::string_view key, const config::Value& value);

}  // namespace pegel::procedures
