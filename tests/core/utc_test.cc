#include "core/utc.h"

#include <gtest/gtest.h>

#include "core/as_of.h"
#include "tests/support/random.h"

namespace pegel {
namespace {

int64_t NanosOf(absl::string_view text) {
  absl::StatusOr<UnixNanos> time = ParseUtc(text);
  EXPECT_TRUE(time.ok()) << text;
  return time.ok() ? time->value : -1;
}

TEST(Utc, KnownTimes) {
  EXPECT_EQ(NanosOf("1970-01-01"), 0);
  EXPECT_EQ(NanosOf("1970-01-01T00:00:00.000000001Z"), 1);
  EXPECT_EQ(NanosOf("2000-02-29 12:34"), 951'827'640'000'000'000);
  EXPECT_EQ(NanosOf("2026-11-22 08:00:00"), 1'795'334'400'000'000'000);
  EXPECT_EQ(NanosOf("2026-11-22T08:00:00.5Z"), 1'795'334'400'500'000'000);
  EXPECT_EQ(ToText(UnixNanos{0}), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(ToText(UnixNanos{-1}), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(ToText(UnixNanos{INT64_MAX}), "2262-04-11T23:47:16.854775807Z");
  EXPECT_EQ(ToText(UnixNanos{INT64_MIN}), "1677-09-21T00:12:43.145224192Z");
}

TEST(Utc, WhatIsNoTimeIsRefused) {
  for (const char* text : {"",
                           "x",
                           "2026",
                           "2026-1-1",
                           "2026-13-01",
                           "2026-00-01",
                           "2026-02-29",
                           "2100-02-29",
                           "2026-04-31",
                           "2026-01-01 ",
                           "2026-01-01T",
                           "2026-01-01T24:00",
                           "2026-01-01T10:60",
                           "2026-01-01T10",
                           "2026-01-01T10:00:60",
                           "2026-01-01T10:00:00.",
                           "1969-12-31",
                           "2262-01-01",
                           "2026-01-01T10:00:00.1234567890",
                           "2026-01-01ZZ",
                           " 2026-01-01",
                           "2026-01-01T10:00:00+01:00"}) {
    EXPECT_FALSE(ParseUtc(text).ok()) << text;
  }
}

TEST(Utc, PrintedTimesAreReadBack) {
  const uint64_t seed = testing::SeedFromEnvironment();
  SCOPED_TRACE(testing::Reproduce(seed, "core_test"));
  testing::Random random(seed);
  const auto end = static_cast<uint64_t>(NanosOf("2261-12-31T23:59:59.999999999Z")) + 1;
  for (int i = 0; i < 100'000; ++i) {
    UnixNanos time{static_cast<int64_t>(random.Below(end))};
    absl::StatusOr<UnixNanos> read = ParseUtc(ToText(time));
    ASSERT_TRUE(read.ok()) << ToText(time);
    ASSERT_EQ(read->value, time.value) << ToText(time);
  }
}

TEST(AsOf, ANumberIsAnLsnAndAllElseATime) {
  EXPECT_EQ(*ParseAsOf("1200"), AsOf(Lsn{1200}));
  EXPECT_EQ(*ParseAsOf("1970-01-02"), AsOf(UnixNanos{86'400'000'000'000}));
  EXPECT_FALSE(ParseAsOf("-1").ok());
  EXPECT_FALSE(ParseAsOf("99999999999999999999").ok());
  EXPECT_FALSE(ParseAsOf("yesterday").ok());
  EXPECT_EQ(ToText(AsOf(Lsn{7})), "lsn 7");
}

}  // namespace
}  // namespace pegel
