#include "tools/sealing.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/config/credentials.h"
#include "core/config/map.h"
#include "core/config/registry.h"

namespace pegel::tools {
namespace {

using config::Sealed;
using config::SealedMap;

bool IsMap(const std::string& key) {
  const config::Option* option = config::FindOption(key);
  return option != nullptr && option->type == config::Type::kMap;
}

// The pieces of a map in clear, wiped when they go.
struct ClearMap {
  ~ClearMap() {
    for (auto& [name, value] : entries) Wipe(&value);
  }
  std::vector<config::MapEntry> entries;
};

// The parser's reasons can name a piece of the text, so they are not passed on; those of
// credentials never do.
absl::Status ParseClearMap(const std::string& key, const std::string& clear, ClearMap* out) {
  bool is_credentials = key == config::kCredentialsKey;
  absl::StatusOr<std::vector<config::MapEntry>> entries =
      is_credentials ? config::ParseCredentials(clear) : config::ParseMap(clear);
  if (!entries.ok() && is_credentials) return entries.status();
  if (!entries.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Cannot parse the value of config '", key,
                     "' as Map: expected name:secret pairs between commas, no name twice, and "
                     "quotes around what holds a comma or colon. The value is not shown, because "
                     "it is a secret."));
  }
  out->entries = *std::move(entries);
  return absl::OkStatus();
}

bool SealOpensTo(const Keyring& keyring, SecretPlace place, const Sealed& sealed,
                 absl::string_view clear) {
  absl::StatusOr<std::string> opened = keyring.Open(place, sealed);
  if (!opened.ok()) return false;
  bool is_same = *opened == clear;
  Wipe(&*opened);
  return is_same;
}

absl::StatusOr<Sealed> ResealOne(const Keyring& keyring, SecretPlace place, const Sealed& sealed,
                                 absl::string_view salt) {
  absl::StatusOr<std::string> opened = keyring.Open(place, sealed);
  if (!opened.ok()) return opened.status();
  Sealed renewed = keyring.Seal(place, *opened, salt);
  Wipe(&*opened);
  return renewed;
}

}  // namespace

absl::StatusOr<config::Value> SealValue(const Keyring& keyring, const std::string& key,
                                        const std::string& clear, absl::string_view salt) {
  if (!IsMap(key)) return keyring.Seal({key, ""}, clear, salt);
  ClearMap map;
  absl::Status status = ParseClearMap(key, clear, &map);
  if (!status.ok()) return status;
  SealedMap sealed;
  for (const auto& [name, value] : map.entries) {
    sealed.entries.push_back({name, keyring.Seal({key, name}, value, salt)});
  }
  return sealed;
}

bool OpensTo(const Keyring& keyring, const std::string& key, const config::Value& sealed,
             const std::string& clear) {
  if (const auto* one = std::get_if<Sealed>(&sealed)) {
    return !IsMap(key) && SealOpensTo(keyring, {key, ""}, *one, clear);
  }
  const auto* several = std::get_if<SealedMap>(&sealed);
  ClearMap map;
  if (several == nullptr || !IsMap(key) || !ParseClearMap(key, clear, &map).ok()) return false;
  if (several->entries.size() != map.entries.size()) return false;
  for (size_t i = 0; i < map.entries.size(); ++i) {
    const auto& [name, value] = map.entries[i];
    const config::SealedEntry& entry = several->entries[i];
    bool is_same = entry.name == name && SealOpensTo(keyring, {key, name}, entry.value, value);
    if (!is_same) return false;
  }
  return true;
}

absl::StatusOr<config::Value> ResealValue(const Keyring& keyring, const std::string& key,
                                          const config::Value& sealed, absl::string_view salt) {
  if (const auto* one = std::get_if<Sealed>(&sealed)) {
    absl::StatusOr<Sealed> renewed = ResealOne(keyring, {key, ""}, *one, salt);
    if (!renewed.ok()) return renewed.status();
    return *std::move(renewed);
  }
  SealedMap map = std::get<SealedMap>(sealed);
  for (config::SealedEntry& entry : map.entries) {
    absl::StatusOr<Sealed> renewed = ResealOne(keyring, {key, entry.name}, entry.value, salt);
    if (!renewed.ok()) return renewed.status();
    entry.value = *std::move(renewed);
  }
  return map;
}

}  // namespace pegel::tools
