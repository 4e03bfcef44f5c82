// Ed25519 keys that sign checkpoints: who has the public half can tell whether the other signed.
//
// Files are PEM, as `openssl pkey` reads them: FILE holds the private key (mode 0600), FILE.pub the
// public one.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

typedef struct evp_pkey_st EVP_PKEY;

namespace pegel::tools {

class Key {
 public:
  explicit Key(EVP_PKEY* key);

  // 64 bytes. Needs the private half.
  absl::StatusOr<std::string> Sign(absl::string_view text) const;
  bool HasSigned(absl::string_view text, absl::string_view signature) const;

 private:
  std::shared_ptr<EVP_PKEY> key_;
};

// Makes FILE and FILE.pub; never touches one that is there.
absl::Status MakeSigningKey(const std::string& file);

// Errors name the file, what is wrong, and what to do; never a key.
absl::StatusOr<Key> ReadPrivateKey(const std::string& file);
absl::StatusOr<Key> ReadPublicKey(const std::string& file);

}  // namespace pegel::tools
