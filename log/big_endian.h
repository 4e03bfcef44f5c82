// Numbers of our own files: fixed width, big-endian.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "core/ids.h"

namespace pegel::log {

template <typename T>
void PutBigEndian(T number, std::string* out) {
  for (size_t i = sizeof(T); i-- > 0;) out->push_back(static_cast<char>(number >> (8 * i)));
}

inline void PutHash(const Hash256& hash, std::string* out) {
  out->append(hash.begin(), hash.end());
}

// `bytes` must reach that far.
template <typename T>
T BigEndianAt(absl::string_view bytes, size_t at) {
  T number = 0;
  for (char byte : bytes.substr(at, sizeof(T))) number = number << 8 | static_cast<uint8_t>(byte);
  return number;
}

inline Hash256 HashIn(absl::string_view bytes, size_t at) {
  Hash256 hash;
  std::copy_n(bytes.begin() + static_cast<ptrdiff_t>(at), hash.size(), hash.begin());
  return hash;
}

}  // namespace pegel::log
