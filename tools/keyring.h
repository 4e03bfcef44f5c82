// Seals secrets and opens them: the one place that turns clear text into a config::Sealed.
//
// docs/decisions/008-sealed-secrets.md says why it is done this way. In short: AES-256-GCM; the
// nonce is a PRF of the call's salt, the place and the text, so that a retry of a call seals to the
// same bytes and two calls never show that they set the same secret; the place (config key and
// entry name) is authenticated, so a seal cannot be moved.
//
// Immutable after it is made. Clear bytes that it holds on the way are wiped.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/config/value.h"
#include "tools/key_file.h"

namespace pegel::tools {

// Where a secret stands: the config key, and for an entry of a map its name.
struct SecretPlace {
  absl::string_view config_key;
  absl::string_view entry_name;
};

class Keyring {
 public:
  // `keys` newest first, at least one.
  explicit Keyring(const std::vector<SecretKey>& keys);

  // Of a key file; errors as ReadKeyFile.
  static absl::StatusOr<Keyring> Load(const std::string& file);

  // Under the newest key. `salt` names the call: the same salt, place and text give the same bytes.
  config::Sealed Seal(SecretPlace place, absl::string_view clear, absl::string_view salt) const;

  // Errors (kNotFound: no such key here; kDataLoss: not what was sealed, or not for this place)
  // name the place and the key id, never the text.
  absl::StatusOr<std::string> Open(SecretPlace place, const config::Sealed& sealed) const;

  const std::string& newest_id() const { return keys_.front().id; }
  size_t size() const { return keys_.size(); }

 private:
  // What is derived from one key of the file: never one key for two uses.
  struct Derived {
    std::string id;
    SecretKey for_nonces;
    SecretKey for_boxes;
  };
  const Derived* Find(absl::string_view id) const;

  std::vector<Derived> keys_;
};

// 16 random bytes: the salt of what has no request id.
absl::StatusOr<std::string> RandomSalt();

// Overwrites the text, and empties it.
void Wipe(std::string* text);

}  // namespace pegel::tools
