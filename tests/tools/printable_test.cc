#include "tools/shell/printable.h"

#include <gtest/gtest.h>

namespace pegel::tools {
namespace {

TEST(Printable, OrdinaryTextStaysAsItIs) {
  EXPECT_EQ(Printable("a 'b' \"c\" \\ größe 表 😀"), "a 'b' \"c\" \\ größe 表 😀");
}

TEST(Printable, NothingCommandsTheTerminal) {
  EXPECT_EQ(Printable("a\nb\tc\rd"), "a\\nb\\tc\\rd");
  EXPECT_EQ(Printable("\x1b[2J"), "\\x1b[2J");
  EXPECT_EQ(Printable(absl::string_view("\0\x7f", 2)), "\\x00\\x7f");
  EXPECT_EQ(Printable("\u009B2J"), "\\xc2\\x9b2J");
}

TEST(Printable, BytesThatAreNoTextAreShown) {
  EXPECT_EQ(Printable("a\xff\xc3"), "a\\xff\\xc3");
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");
}

TEST(Printable, WidthCountsCharacters) {
  EXPECT_EQ(Width(""), 0u);
  EXPECT_EQ(Width("größe"), 5u);
  EXPECT_EQ(Width("表😀"), 2u);
}

}  // namespace
}  // namespace pegel::tools
