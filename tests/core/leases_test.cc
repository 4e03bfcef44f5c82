// Leases, with time as the test says it is.
#include "core/leases.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/random.h"

namespace pegel {
namespace {

constexpr int64_t kLease = 1000;
constexpr int64_t kTick = 25;

std::vector<Registration> None() { return {}; }

TEST(Leases, EndAtTheFirstLookAfterTheirDuration) {
  Leases leases(kLease, kTick, 0);
  leases.Grant({7, 1}, 0);
  for (int64_t now = kTick; now < kLease; now += kTick) ASSERT_EQ(leases.Expire(now), None());
  EXPECT_EQ(leases.Expire(kLease), (std::vector<Registration>{{7, 1}}));
  EXPECT_EQ(leases.Expire(kLease + kTick), None()) << "told twice";
  EXPECT_EQ(leases.size(), 0u);
}

TEST(Leases, ARenewalIsAFullLease) {
  Leases leases(kLease, kLease, 0);
  leases.Grant({7, 1}, 0);
  EXPECT_TRUE(leases.Renew({7, 1}, 900));
  EXPECT_EQ(leases.Expire(1899), None());
  EXPECT_EQ(leases.Expire(1900), (std::vector<Registration>{{7, 1}}));
}

TEST(Leases, OnlyTheEpochThatHoldsItRenews) {
  Leases leases(kLease, kTick, 0);
  EXPECT_FALSE(leases.Renew({7, 1}, 0));
  leases.Grant({7, 1}, 0);
  leases.Grant({7, 2}, 500);  // A take-over.
  EXPECT_FALSE(leases.Renew({7, 1}, 600));
  EXPECT_TRUE(leases.Renew({7, 2}, 600));
  EXPECT_FALSE(leases.Renew({7, 3}, 600));
  EXPECT_EQ(leases.size(), 1u);
}

TEST(Leases, WhatHasEndedCannotBeRenewed) {
  Leases leases(kLease, kLease, 0);
  leases.Grant({7, 1}, 0);
  leases.Grant({8, 1}, 0);
  leases.End(8);
  EXPECT_EQ(leases.Expire(kLease), (std::vector<Registration>{{7, 1}}));
  EXPECT_FALSE(leases.Renew({7, 1}, kLease));
  EXPECT_FALSE(leases.Renew({8, 1}, kLease));
}

TEST(Leases, WhatIsPutBackComesAgainUnlessTheServerIsBack) {
  Leases leases(kLease, kLease, 0);
  leases.Grant({7, 1}, 0);
  leases.Grant({8, 1}, 0);
  ASSERT_EQ(leases.Expire(kLease).size(), 2u);
  leases.Grant({8, 2}, kLease);
  leases.PutBack({7, 1});
  leases.PutBack({8, 1});
  EXPECT_EQ(leases.Expire(kLease + kTick), (std::vector<Registration>{{7, 1}}));
  EXPECT_TRUE(leases.Renew({8, 2}, kLease + kTick));
}

TEST(Leases, OurOwnSleepKillsNobody) {
  Leases leases(kLease, kTick, 0);
  leases.Grant({7, 1}, 0);
  EXPECT_EQ(leases.Expire(kTick), None());
  int64_t woken = 60'000;
  EXPECT_EQ(leases.Expire(woken), None()) << "its heartbeats are still in the socket";
  EXPECT_EQ(leases.Expire(woken + kLease - 3 * kTick), None());
}

TEST(Leases, ASilentServerEndsAlsoAfterOurSleep) {
  Leases leases(kLease, kTick, 0);
  leases.Grant({7, 1}, 0);
  ASSERT_EQ(leases.Expire(60'000), None());
  size_t ended = 0;
  for (int64_t now = 60'000; now <= 60'000 + kLease + kTick; now += kTick) {
    ended += leases.Expire(now).size();
  }
  EXPECT_EQ(ended, 1u);
}

// The model: who holds what since when. Looked at every tick, as the contract asks.
TEST(Leases, NeverEndEarlyAndAlwaysWithinOneTick) {
  const uint64_t seed = pegel::testing::SeedFromEnvironment();
  pegel::testing::Random random(seed);
  const int64_t looks = pegel::testing::IsFullVolume() ? 200'000 : 20'000;
  Leases leases(kLease, kTick, 0);
  struct Model {
    uint64_t epoch = 0;
    int64_t since = 0;
  };
  std::map<int32_t, Model> model;
  uint64_t last_epoch = 0, renewals = 0, ended = 0;
  for (int64_t look = 1; look <= looks; ++look) {
    int64_t now = look * kTick;
    for (uint64_t step = random.Below(4); step > 0; --step) {
      int64_t at = now - static_cast<int64_t>(random.Below(kTick));
      auto server = static_cast<int32_t>(random.Below(40));
      if (random.OneIn(4)) {
        model[server] = {++last_epoch, at};
        leases.Grant({server, last_epoch}, at);
      } else if (random.OneIn(20)) {
        model.erase(server);
        leases.End(server);
      } else if (auto it = model.find(server); it != model.end()) {
        bool is_old = it->second.epoch > 1 && random.OneIn(5);
        uint64_t epoch = it->second.epoch - is_old;
        ASSERT_EQ(leases.Renew({server, epoch}, at), !is_old);
        if (!is_old) it->second.since = at, ++renewals;
      } else {
        ASSERT_FALSE(leases.Renew({server, last_epoch}, at));
      }
    }
    for (const Registration& who : leases.Expire(now)) {
      auto it = model.find(who.server);
      ASSERT_TRUE(it != model.end());
      ASSERT_EQ(it->second.epoch, who.epoch);
      ASSERT_GE(now - it->second.since, kLease)
          << "early; " << pegel::testing::Reproduce(seed, "leases_test");
      model.erase(it);
      ++ended;
    }
    for (const auto& [server, held] : model) {
      ASSERT_LT(now - held.since, kLease)
          << "late; " << pegel::testing::Reproduce(seed, "leases_test");
    }
    ASSERT_EQ(leases.size(), model.size());
  }
  EXPECT_GT(renewals, 0u);
  EXPECT_GT(ended, 0u);
}

}  // namespace
}  // namespace pegel
