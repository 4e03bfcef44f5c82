// The key file: the 256-bit keys that seal secrets, newest first, one a line in hex.
//
//   # Pegel key file: …
//   5f0c…  (64 hex digits)
//   9a31…
//
// Whoever can read it can open every seal, so it must belong to the user who reads it and be closed
// to everybody else. Lose it, and what it sealed must be set anew (docs/operating.md).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace pegel::tools {

// Wiped when it goes.
struct SecretKey {
  std::array<uint8_t, 32> bytes{};

  SecretKey() = default;
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;
  ~SecretKey();
};

// 16 hex digits that name a key and tell nothing about it: the first 8 bytes of
// SHA-256("pegel-key-id" ‖ key).
std::string KeyId(const SecretKey& key);

// The keys of a file, newest first, at least one. A link is followed; what it leads to is checked.
// Errors name the file, what is wrong, and what to do; never a key.
absl::StatusOr<std::vector<SecretKey>> ReadKeyFile(const std::string& file);

// Makes a file with one new key, mode 0600; never touches one that is there. The key's id.
absl::StatusOr<std::string> MakeKeyFile(const std::string& file);

// Puts a new key in front of the others: seals that they made can still be opened. The file is
// replaced in one step; when anything fails it is as it was. The new key's id.
absl::StatusOr<std::string> RotateKeyFile(const std::string& file);

}  // namespace pegel::tools
