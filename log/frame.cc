#include "log/frame.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace pegel::log {
namespace {

void AppendLittleEndian32(uint32_t number, std::string* out) {
  for (int shift = 0; shift < 32; shift += 8) out->push_back(static_cast<char>(number >> shift));
}

uint64_t LittleEndian32(absl::string_view bytes) {
  uint64_t number = 0;
  for (int i = 3; i >= 0; --i) number = number << 8 | static_cast<uint8_t>(bytes[i]);
  return number;
}

}  // namespace

void AppendFrameHeader(uint32_t words, std::string* out) {
  AppendLittleEndian32(0, out);
  AppendLittleEndian32(words, out);
}

absl::StatusOr<uint64_t> FrameBytes(absl::string_view bytes) {
  if (bytes.size() < kFrameHeaderBytes) {
    return absl::DataLossError(absl::StrCat("expected a message header of ", kFrameHeaderBytes,
                                            " bytes, found ", bytes.size()));
  }
  if (uint64_t segments = LittleEndian32(bytes) + 1; segments != 1) {
    return absl::DataLossError(absl::StrCat("expected a message of 1 segment, found ", segments));
  }
  return kFrameHeaderBytes + kWordBytes * LittleEndian32(bytes.substr(4));
}

}  // namespace pegel::log
