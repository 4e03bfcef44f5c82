#include "core/config/clear_secrets.h"

#include "core/config/registry.h"

namespace pegel::config {

const std::string* FindClearSecret(const Command& command) {
  const auto* alter = std::get_if<AlterConfigs>(&command);
  if (alter == nullptr) return nullptr;
  for (const Change& change : alter->changes) {
    if (change.value.has_value() && !IsSealed(*change.value) && IsSecret(change.key)) {
      return &change.key;
    }
  }
  return nullptr;
}

}  // namespace pegel::config
