#include "tools/server_options.h"

#include <chrono>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace pegel::tools {

int64_t MonotonicMs() {
  auto since_start = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_start).count();
}

absl::Status AtItsPlace(const std::vector<EffectiveSetting>& shown, const absl::Status& refusal) {
  // What a message is about comes first in it; keys that advice names come later.
  const EffectiveSetting* named = nullptr;
  size_t named_at = refusal.message().size();
  for (const EffectiveSetting& setting : shown) {
    size_t at = refusal.message().find(setting.key);
    bool is_better = at < named_at ||
                     (named != nullptr && at == named_at && setting.key.size() > named->key.size());
    if (at == refusal.message().npos || !is_better) continue;
    named = &setting;
    named_at = at;
  }
  if (named == nullptr) return refusal;
  return absl::Status(refusal.code(),
                      absl::StrCat(named->source, ": key '", named->key, "': ", refusal.message()));
}

}  // namespace pegel::tools
