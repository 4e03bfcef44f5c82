#include "core/config/value.h"

namespace pegel::config {
namespace {

size_t Bytes(const std::string& text) { return text.size(); }
size_t Bytes(const Sealed& sealed) { return sealed.key_id.size() + sealed.box.size(); }
size_t Bytes(const SealedMap& map) {
  size_t bytes = 0;
  for (const SealedEntry& entry : map.entries) bytes += entry.name.size() + Bytes(entry.value);
  return bytes;
}

}  // namespace

size_t BytesOf(const Value& value) {
  return std::visit([](const auto& form) { return Bytes(form); }, value);
}

}  // namespace pegel::config
