#include "tests/sim/trace.h"

namespace pegel::sim {

void Trace::Step(int64_t now_ms) {
  now_ms_ = now_ms;
  Hash(&now_ms, sizeof now_ms);
  hashes_.push_back(hash_);
}

void Trace::Add(const std::string& line) {
  Hash(line.data(), line.size());
  if (!hashes_.empty()) hashes_.back() = hash_;
  if (keeps_lines_) lines_.push_back(absl::StrCat(hashes_.size(), "\t", now_ms_, "\t", line));
}

// FNV-1a: nobody attacks a trace.
void Trace::Hash(const void* bytes, size_t size) {
  const auto* at = static_cast<const unsigned char*>(bytes);
  for (size_t i = 0; i < size; ++i) hash_ = (hash_ ^ at[i]) * 0x100000001b3;
}

}  // namespace pegel::sim
