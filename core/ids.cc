#include "core/ids.h"

namespace pegel {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool ParseHex(absl::string_view digits, uint8_t* bytes) {
  for (size_t i = 0; i < digits.size(); i += 2) {
    int high = HexDigit(digits[i]), low = HexDigit(digits[i + 1]);
    if (high < 0 || low < 0) return false;
    bytes[i / 2] = static_cast<uint8_t>(high << 4 | low);
  }
  return true;
}

std::string FormatHex(const uint8_t* bytes, size_t size) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * size);
  for (size_t i = 0; i < size; ++i) {
    text.push_back(kDigits[bytes[i] >> 4]);
    text.push_back(kDigits[bytes[i] & 15]);
  }
  return text;
}

}  // namespace

std::string ToHex(const Hash256& hash) { return FormatHex(hash.data(), hash.size()); }

std::string ToHex(const RequestId& id) {
  uint8_t bytes[16];
  for (int i = 0; i < 8; ++i) {
    bytes[i] = static_cast<uint8_t>(id.high >> (56 - 8 * i));
    bytes[8 + i] = static_cast<uint8_t>(id.low >> (56 - 8 * i));
  }
  return FormatHex(bytes, sizeof bytes);
}

bool FromHex(absl::string_view text, Hash256* hash) {
  return text.size() == 64 && ParseHex(text, hash->data());
}

bool FromHex(absl::string_view text, RequestId* id) {
  uint8_t bytes[16];
  if (text.size() != 32 || !ParseHex(text, bytes)) return false;
  *id = RequestId{};
  for (int i = 0; i < 8; ++i) {
    id->high = id->high << 8 | bytes[i];
    id->low = id->low << 8 | bytes[8 + i];
  }
  return true;
}

}  // namespace pegel
