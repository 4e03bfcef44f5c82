#include "core/ids.h"

#include <gtest/gtest.h>

namespace pegel {
namespace {

TEST(Ids, HexIsTheInverseOfParsing) {
  RequestId id{0x0123456789abcdefULL, 0xfedcba9876543210ULL}, parsed;
  EXPECT_EQ(ToHex(id), "0123456789abcdeffedcba9876543210");
  ASSERT_TRUE(FromHex(ToHex(id), &parsed));
  EXPECT_EQ(parsed, id);

  Hash256 hash{}, hash_parsed{};
  for (size_t i = 0; i < hash.size(); ++i) hash[i] = static_cast<uint8_t>(i * 7);
  ASSERT_TRUE(FromHex(ToHex(hash), &hash_parsed));
  EXPECT_EQ(hash_parsed, hash);
}

TEST(Ids, HexOfAnotherLengthOrAlphabetIsRefused) {
  RequestId id;
  EXPECT_FALSE(FromHex("", &id));
  EXPECT_FALSE(FromHex("0123456789abcdeffedcba987654321", &id));
  EXPECT_FALSE(FromHex("0123456789abcdeffedcba98765432100", &id));
  EXPECT_FALSE(FromHex("0123456789abcdeffedcba987654321g", &id));
}

TEST(Ids, ZeroIsNoRequestId) {
  EXPECT_FALSE(RequestId{}.is_set());
  EXPECT_TRUE((RequestId{0, 1}).is_set());
  EXPECT_TRUE((RequestId{1, 0}).is_set());
}

}  // namespace
}  // namespace pegel
