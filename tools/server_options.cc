#include "tools/server_options.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace pegel::tools {

absl::Status AtItsPlace(const std::vector<EffectiveSetting>& shown, const absl::Status& refusal) {
  const EffectiveSetting* named = nullptr;
  for (const EffectiveSetting& setting : shown) {
    bool is_longer = named == nullptr || setting.key.size() > named->key.size();
    if (is_longer && absl::StrContains(refusal.message(), setting.key)) named = &setting;
  }
  if (named == nullptr) return refusal;
  return absl::Status(refusal.code(),
                      absl::StrCat(named->source, ": key '", named->key, "': ", refusal.message()));
}

}  // namespace pegel::tools
