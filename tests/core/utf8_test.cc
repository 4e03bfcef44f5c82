#include "core/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace pegel {
namespace {

std::string Encoded(uint32_t c) {
  std::string out;
  auto put = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  auto tail = [&](int shift) { put(0x80 | (c >> shift & 0x3F)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6), tail(0);
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12), tail(6), tail(0);
  } else {
    put(0xF0 | c >> 18), tail(12), tail(6), tail(0);
  }
  return out;
}

TEST(Utf8, EveryCodePointButTheSurrogatesIsAccepted) {
  for (uint32_t c = 0; c <= 0x10FFFF; ++c) {
    bool is_surrogate = c >= 0xD800 && c <= 0xDFFF;
    ASSERT_EQ(IsUtf8(Encoded(c)), !is_surrogate) << c;
  }
}

TEST(Utf8, LongFormsStrayBytesAndTooLargeNumbersAreRefused) {
  for (const char* bytes : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF",
                            "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF",
                            "\xC3", "\xE2\x82", "\xF0\x9F\x98", "a\xC3", "\xC3(", "\xE2(\xAC"}) {
    EXPECT_FALSE(IsUtf8(bytes)) << testing::PrintToString(std::string(bytes));
  }
}

}  // namespace
}  // namespace pegel
