// World → canonical bytes → World: the same again at every lsn of random histories, and nothing
// else is taken for a World.
#include "core/canonical_decode.h"

#include <gtest/gtest.h>

#include <iostream>

#include "core/cluster/invariants.h"
#include "tests/support/folded_history.h"

namespace pegel {
namespace {

using testing::FoldedHistory;
using testing::IsFullVolume;
using testing::Random;
using testing::Reproduce;
using testing::SeedFromEnvironment;

TEST(CanonicalDecode, EveryWorldOfAHistoryComesBackWithEveryIndex) {
  const uint64_t seed = SeedFromEnvironment();
  size_t worlds = 0, with_tables = 0, with_stops = 0, with_answers = 0;
  for (uint64_t i = 0; i < (IsFullVolume() ? 50 : 8); ++i) {
    FoldedHistory history(seed + i);
    for (int n = 0; n < 200; ++n) {
      history.NextGroup(1, /*keep_digests=*/false);
      const World& world = history.world();
      std::string bytes = Encode(world);
      absl::StatusOr<World> decoded = DecodeWorld(bytes);
      ASSERT_TRUE(decoded.ok()) << decoded.status() << "\n" << Reproduce(seed, "snapshot_test");
      ASSERT_TRUE(*decoded == world) << "lsn " << world.lsn.value << "\n"
                                     << Reproduce(seed, "snapshot_test");
      ASSERT_EQ(cluster::BrokenInvariant(decoded->cluster), "");
      ASSERT_EQ(Encode(*decoded), bytes);
      ++worlds;
      with_tables += !world.cluster.tables.empty();
      with_stops += !world.cluster.stops.empty();
      with_answers += world.requests.size() > 0;
    }
  }
  // Else the above proves less than it says.
  EXPECT_GT(with_tables, worlds / 4);
  EXPECT_GT(with_stops, 0u);
  EXPECT_GT(with_answers, worlds / 4);
  std::cout << "canonical decode: worlds=" << worlds << " with_tables=" << with_tables
            << " with_stops=" << with_stops << "\n";
}

// Damage is refused, or makes another World that has exactly these bytes: nothing in between, and
// nothing that stops the process.
TEST(CanonicalDecode, WhatIsTakenIsExactlyWhatWasEncoded) {
  const uint64_t seed = SeedFromEnvironment();
  Random random(seed);
  FoldedHistory history(seed);
  size_t taken = 0, refused = 0;
  for (int n = 0; n < 200; ++n) history.NextGroup(1, false);
  const std::string whole = Encode(history.world());
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.Below(8)));
    absl::StatusOr<World> decoded = DecodeWorld(bytes);
    if (decoded.ok()) {
      ASSERT_EQ(Encode(*decoded), bytes) << "byte " << at;
    }
    (decoded.ok() ? taken : refused)++;
  }
  for (size_t size = 0; size < whole.size(); ++size) {
    absl::string_view cut = absl::string_view(whole).substr(0, size);
    absl::StatusOr<World> decoded = DecodeWorld(cut);
    if (!decoded.ok()) continue;
    // Cut where the last section begins.
    EXPECT_EQ(Encode(*decoded), cut) << size;
    EXPECT_TRUE(decoded->cluster.tables.empty()) << size;
  }
  EXPECT_FALSE(DecodeWorld(whole + '\0').ok());
  EXPECT_GT(refused, whole.size() / 10);
  std::cout << "canonical damage: bytes=" << whole.size() << " refused=" << refused
            << " other_worlds=" << taken << "\n";
}

TEST(CanonicalDecode, ASectionOfALaterVersionIsToldFromDamage) {
  std::string bytes = Encode(World{});
  bytes += std::string("\x7f\x00", 2);
  absl::Status status = DecodeWorld(bytes).status();
  EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
}

}  // namespace
}  // namespace pegel
