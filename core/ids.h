// The strong types that everything else is named by: positions, times, request ids, hashes.
//
// All are plain values without behaviour. Each wraps one number so that an lsn can never be passed
// where a time is expected.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace pegel {

// Position of a record in the log: dense, from 1, never reused. 0 means "before the first record".
struct Lsn {
  uint64_t value = 0;
  auto operator<=>(const Lsn&) const = default;
};

inline Lsn Next(Lsn lsn) { return Lsn{lsn.value + 1}; }

// Nanoseconds since 1970-01-01T00:00:00Z, as stamped into records. Never read from a clock in
// core/.
struct UnixNanos {
  int64_t value = 0;
  auto operator<=>(const UnixNanos&) const = default;
};

// 128 bits chosen by a client so that a retry of the same call is recognised. All zero: none given.
struct RequestId {
  uint64_t high = 0;
  uint64_t low = 0;
  auto operator<=>(const RequestId&) const = default;
  bool is_set() const { return high != 0 || low != 0; }
};

// A SHA-256 value: effect hashes, chain hashes, World digests.
using Hash256 = std::array<uint8_t, 32>;

std::string ToHex(const Hash256& hash);               // 64 lower-case hex digits.
std::string ToHex(const RequestId& id);               // 32 lower-case hex digits.
bool FromHex(absl::string_view text, Hash256* hash);  // Exactly 64 hex digits, else false.
bool FromHex(absl::string_view text, RequestId* id);  // Exactly 32 hex digits, else false.

}  // namespace pegel
