// Cap'n Proto's standard framing of a message with one segment: 4 bytes 0 (segments less one),
// 4 bytes words (both little-endian), then the words. It is what gives each record in a group its
// length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace pegel::log {

inline constexpr size_t kFrameHeaderBytes = 8;
inline constexpr size_t kWordBytes = 8;

void AppendFrameHeader(uint32_t words, std::string* out);

// How long the message that `bytes` start with says it is, header included. That may be more than
// there is. Error kDataLoss: no header, or more than one segment.
absl::StatusOr<uint64_t> FrameBytes(absl::string_view bytes);

}  // namespace pegel::log
