// A config's value as the log and the World hold it: the raw text that was given, or, for a secret,
// what the server sealed before the value became part of a command (tools/keyring.h).
//
// Nothing in core/, log/, replay/ or snapshot/ can open a seal: secrets are in clear only in the
// memory of a server that holds the key file. Names beside secrets (the users of
// security.sasl.plain.credentials) stay readable, because append and subtract work by name.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

namespace pegel::config {

inline constexpr size_t kKeyIdDigits = 16;
inline constexpr size_t kBoxBytesMin = 12 + 16;

// One secret under AES-256-GCM. The config key (and the entry's name) is authenticated with it, so
// a seal cannot be moved to another key.
struct Sealed {
  std::string key_id;  // Names the key that sealed it: 16 hex digits.
  std::string box;     // 12 bytes nonce, ciphertext, 16 bytes tag.
  bool operator==(const Sealed&) const = default;
};

struct SealedEntry {
  std::string name;
  Sealed value;
  bool operator==(const SealedEntry&) const = default;
};

// A secret of map type: names in the order in which they were given, none twice.
struct SealedMap {
  std::vector<SealedEntry> entries;
  bool operator==(const SealedMap&) const = default;
};

// Stored; the order of the alternatives never changes.
using Value = std::variant<std::string, Sealed, SealedMap>;

// How much it holds, for limits.
size_t BytesOf(const Value& value);

inline bool IsSealed(const Value& value) { return !std::holds_alternative<std::string>(value); }

}  // namespace pegel::config
