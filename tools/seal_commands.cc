#include "tools/seal_commands.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/config/registry.h"
#include "core/limits.h"
#include "tools/sealing.h"

namespace pegel::tools {
namespace {

Error NoKeyFile(const std::string& key) {
  return {ErrorCode::kNoSecretKey,
          absl::StrCat("Config '", key,
                       "' holds a secret, and this server has no key file to seal it with. Make "
                       "one with `pegel keygen FILE`, name it in server.yaml (pegel.secrets."
                       "key-file: FILE), and restart the server. Nothing was changed or logged.")};
}

bool IsMarker(const std::string& text) {
  return text.size() > 3 && absl::StartsWith(text, "${") && absl::EndsWith(text, "}");
}

// Fluss's text.
Error MarkerRefused(const std::string& key) {
  return {ErrorCode::kConfig,
          absl::StrCat("Config provider markers are resolved at startup only and are not supported "
                       "in dynamic configuration: key '",
                       key, "'.")};
}

Error TooLong(const std::string& key, size_t bytes) {
  return {ErrorCode::kLimitExceeded,
          absl::StrCat("The value of '", key, "' has ", bytes,
                       " bytes, which is more than the limit of ", kConfigValueBytesMax, ".")};
}

// Words with dots, as every option has.
bool LooksLikeKey(absl::string_view text) {
  bool has_dot = false;
  for (char c : text) {
    bool is_word = absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
    if (!is_word && c != '.') return false;
    has_dot |= c == '.';
  }
  return has_dot && text.size() <= kConfigKeyBytesMax;
}

// Whether the call has to do with secrets at all, be it with key and value exchanged.
bool SpeaksOfSecrets(const AlterConfigs& alter) {
  for (const config::Change& change : alter.changes) {
    const auto* text = change.value ? std::get_if<std::string>(&*change.value) : nullptr;
    bool is_exchanged =
        text != nullptr && config::FindOption(*text) != nullptr && config::IsSecret(*text);
    if (config::IsSecret(change.key) || is_exchanged) return true;
  }
  return false;
}

// A secret that slipped into the place of a key: refused before it becomes a record, and not
// repeated.
std::optional<Error> RefuseMisplaced(const AlterConfigs& alter) {
  const bool speaks_of_secrets = SpeaksOfSecrets(alter);
  for (size_t i = 0; i < alter.changes.size(); ++i) {
    const std::string& key = alter.changes[i].key;
    if (config::FindOption(key) != nullptr || config::MayChange(key)) continue;
    if (LooksLikeKey(key) && (config::IsSecret(key) || !speaks_of_secrets)) continue;
    return Error{ErrorCode::kConfig,
                 absl::StrCat("Config key ", i + 1,
                              " is not allowed to be changed dynamically: no option has this "
                              "name. It may be a value in the wrong place, so it was neither "
                              "logged nor is it repeated here. Nothing was changed; keys and "
                              "values take turns, and several items of a map are one text: "
                              "'root:a,guest:b'.")};
  }
  return std::nullopt;
}

Error StaticMarker(const std::string& key) {
  return {ErrorCode::kConfig, absl::StrCat("Config provider markers (${...}) are not supported: "
                                           "key '",
                                           key, "'. Write the value itself.")};
}

Error WrongForm(const absl::Status& why) {
  return {ErrorCode::kConfig, std::string(why.message())};
}

// A call without a request id has no retry, so random bytes name it as well.
absl::StatusOr<std::string> SaltOf(const CallName& call) {
  if (!call.request_id.is_set()) return RandomSalt();
  return absl::StrCat(ToHex(call.request_id), " ", ToText(call.principal));
}

// The secret of one change, or null when it has none.
std::string* SecretOf(config::Change& change) {
  if (!change.value || !config::IsSecret(change.key)) return nullptr;
  return std::get_if<std::string>(&*change.value);
}

std::optional<Error> SealChange(const Keyring* keyring, config::Change& change,
                                absl::string_view salt) {
  std::string* clear = SecretOf(change);
  if (clear == nullptr) return std::nullopt;
  if (clear->size() > kConfigValueBytesMax) return TooLong(change.key, clear->size());
  if (IsMarker(*clear)) return MarkerRefused(change.key);
  if (keyring == nullptr) return NoKeyFile(change.key);
  absl::StatusOr<config::Value> sealed = SealValue(*keyring, change.key, *clear, salt);
  Wipe(clear);
  if (!sealed.ok()) return WrongForm(sealed.status());
  change.value = *std::move(sealed);
  return std::nullopt;
}

// The seals of one half of the state (static or dynamic), each renewed.
class Resealer {
 public:
  Resealer(const Keyring& keyring, std::string salt) : keyring_(keyring), salt_(std::move(salt)) {}

  std::optional<Error> Take(const std::string& key, const config::Value& value,
                            std::map<std::string, config::Value>& out) const {
    if (!config::IsSealed(value)) return std::nullopt;
    absl::StatusOr<config::Value> renewed = ResealValue(keyring_, key, value, salt_);
    if (!renewed.ok()) {
      return Error{ErrorCode::kNoSecretKey,
                   absl::StrCat("Nothing was sealed again: ", renewed.status().message(), ".")};
    }
    out.emplace(key, *std::move(renewed));
    return std::nullopt;
  }

 private:
  const Keyring& keyring_;
  std::string salt_;
};

}  // namespace

std::variant<Command, Error> SealSecrets(const Keyring* keyring, Command command,
                                         const CallName& call) {
  auto* alter = std::get_if<AlterConfigs>(&command);
  if (alter == nullptr) return command;
  if (std::optional<Error> error = RefuseMisplaced(*alter)) return *std::move(error);
  absl::StatusOr<std::string> salt = SaltOf(call);
  if (!salt.ok())
    return Error{ErrorCode::kUnknownServerError, std::string(salt.status().message())};
  for (config::Change& change : alter->changes) {
    if (std::optional<Error> error = SealChange(keyring, change, *salt)) return *std::move(error);
  }
  return command;
}

std::variant<std::map<std::string, config::Value>, Error> SealStatics(
    const Keyring* keyring, const std::map<std::string, std::string>& configs,
    const config::ConfigState& state) {
  absl::StatusOr<std::string> salt = RandomSalt();
  if (!salt.ok())
    return Error{ErrorCode::kUnknownServerError, std::string(salt.status().message())};
  std::map<std::string, config::Value> values;
  for (const auto& [key, text] : configs) {
    if (!config::IsSecret(key)) {
      values.emplace(key, text);
      continue;
    }
    if (IsMarker(text)) return StaticMarker(key);
    if (text.size() > kConfigValueBytesMax) return TooLong(key, text.size());
    if (keyring == nullptr) return NoKeyFile(key);
    auto held = state.statics.find(key);
    if (held != state.statics.end() && OpensTo(*keyring, key, held->second.value, text)) {
      values.emplace(key, held->second.value);
      continue;
    }
    absl::StatusOr<config::Value> sealed = SealValue(*keyring, key, text, *salt);
    if (!sealed.ok()) return WrongForm(sealed.status());
    values.emplace(key, *std::move(sealed));
  }
  return values;
}

std::variant<ResealSecrets, Error> ResealAll(const Keyring& keyring,
                                             const config::ConfigState& state,
                                             const CallName& call) {
  absl::StatusOr<std::string> salt = SaltOf(call);
  if (!salt.ok())
    return Error{ErrorCode::kUnknownServerError, std::string(salt.status().message())};
  Resealer resealer(keyring, *std::move(salt));
  ResealSecrets command;
  for (const auto& [key, entry] : state.statics) {
    if (auto error = resealer.Take(key, entry.value, command.statics)) return *std::move(error);
  }
  for (const auto& [key, entry] : state.dynamics) {
    if (!entry.value) continue;
    if (auto error = resealer.Take(key, *entry.value, command.dynamics)) return *std::move(error);
  }
  return command;
}

}  // namespace pegel::tools
