#include "procedures/masked.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/config/registry.h"

namespace pegel::procedures {

bool IsMasked(absl::string_view key, const config::Value& value) {
  return config::IsSealed(value) || config::IsSecret(key);
}

std::string MaskedText(absl::string_view key, const config::Value& value) {
  if (!IsMasked(key, value)) return std::get<std::string>(value);
  const auto* map = std::get_if<config::SealedMap>(&value);
  if (map == nullptr) return std::string(kMask);
  return absl::StrJoin(map->entries, ",", [](std::string* out, const config::SealedEntry& entry) {
    absl::StrAppend(out, entry.name, ":", kMask);
  });
}

}  // namespace pegel::procedures
