// Why's answers against Authorize, over random worlds: the decision is the same, and each change
// that is named really turns it.
#include "core/acl/why.h"

#include <gtest/gtest.h>

#include "tests/support/history.h"

namespace pegel::acl {
namespace {

using testing::AuthorOf;
using testing::EntryOf;
using testing::Random;

struct Place {
  Security security;
  AclState acls;
};

Place RandomPlace(Random& random) {
  Place place;
  place.security.authorizer_enabled = !random.OneIn(10);
  place.security.ignores_case = random.OneIn(4);
  if (random.OneIn(10)) place.security.super_users.insert(Principal{"User", "a"});
  for (uint64_t n = random.Below(30); n > 0; --n) place.acls.Add(testing::RandomEntry(random));
  return place;
}

Request RandomRequest(Random& random) {
  static const std::vector<std::string> kPrincipals = {"User:a", "User:b", "Group:a", "User:*",
                                                       "uSER:A"};
  static const std::vector<std::string> kHosts = {"10.0.0.1", "10.2.3.4", "::1", "", "8.8.8.8"};
  static const std::vector<std::string> kResources = {"cluster", "d", "d.t", "e.u", "f.t", "d.*"};
  const std::string& principal = random.Of(kPrincipals);
  const std::string& host = random.Of(kHosts);
  auto operation = static_cast<Operation>(1 + random.Below(9));
  return RequestOf(AuthorOf(principal, host), operation,
                   testing::Must(ParseResource(random.Of(kResources))));
}

void Make(const Flip& flip, AclState& acls) {
  for (const Entry& entry : flip.drop) ASSERT_TRUE(acls.Remove(entry));
  if (flip.add) {
    ASSERT_TRUE(acls.Add(*flip.add));
  }
}

TEST(Why, AgreesWithAuthorizeAndEachChangeItNamesTurnsTheAnswer) {
  const uint64_t seed = testing::SeedFromEnvironment();
  SCOPED_TRACE(testing::Reproduce(seed, "core_test"));
  Random random(seed);
  int yes = 0, no = 0, fixed = 0;
  for (int round = 0; round < (testing::IsFullVolume() ? 1'000'000 : 50'000); ++round) {
    Place place = RandomPlace(random);
    Request request = RandomRequest(random);
    Explanation why = Explain(place.security, place.acls, request);
    Verdict verdict = Authorize(place.security, place.acls, request);
    ASSERT_EQ(why.verdict.is_allowed, verdict.is_allowed) << "round " << round;
    ASSERT_EQ(why.verdict.basis, verdict.basis) << "round " << round;
    if (why.flip.drop.empty() && !why.flip.add) {
      ++fixed;
      bool is_by_config =
          verdict.basis == Basis::kSuperUser || verdict.basis == Basis::kAuthorizerDisabled;
      ASSERT_TRUE(is_by_config) << "round " << round;
      continue;
    }
    (verdict.is_allowed ? yes : no)++;
    AclState changed = place.acls;
    Make(why.flip, changed);
    ASSERT_NE(Authorize(place.security, changed, request).is_allowed, verdict.is_allowed)
        << "round " << round;
  }
  std::cout << "why: yes=" << yes << " no=" << no << " by config=" << fixed << "\n";
  EXPECT_GT(yes, 1000);
  EXPECT_GT(no, 1000);
  EXPECT_GT(fixed, 1000);
}

// Drop all but one of what is named, and the answer stays.
TEST(Why, EveryEntryThatItNamesIsNeeded) {
  const uint64_t seed = testing::SeedFromEnvironment();
  SCOPED_TRACE(testing::Reproduce(seed, "core_test"));
  Random random(seed);
  int tried = 0;
  for (int round = 0; round < 20'000; ++round) {
    Place place = RandomPlace(random);
    Request request = RandomRequest(random);
    Explanation why = Explain(place.security, place.acls, request);
    for (const Entry& kept : why.flip.drop) {
      Flip flip = why.flip;
      std::erase(flip.drop, kept);
      AclState changed = place.acls;
      Make(flip, changed);
      ASSERT_EQ(Authorize(place.security, changed, request).is_allowed, why.verdict.is_allowed)
          << "round " << round << ": " << ToText(kept);
      ++tried;
    }
  }
  EXPECT_GT(tried, 1000);
}

TEST(Why, ANoWithoutAnEntryNamesTheSmallestAllow) {
  AclState acls;
  Security on{true, {}};
  Request request =
      RequestOf(AuthorOf("User:Bob", "10.0.0.1"), Operation::kWrite, Resource{"db", "t"});
  Explanation why = Explain(on, acls, request);
  EXPECT_EQ(why.verdict.basis, Basis::kNoMatch);
  EXPECT_TRUE(why.flip.drop.empty());
  EXPECT_EQ(why.flip.add, EntryOf("ALLOW", "User:Bob", "WRITE", "db.t", "10.0.0.1"));
}

TEST(Why, EntriesForOtherHostsAreTold) {
  AclState acls;
  Entry entry = EntryOf("ALLOW", "User:Bob", "WRITE", "db.t", "10.0.0.1");
  acls.Add(entry);
  Request request = RequestOf(AuthorOf("User:Bob", "10.0.0.2"), Operation::kWrite, {"db", "t"});
  Explanation why = Explain(Security{true, {}}, acls, request);
  EXPECT_FALSE(why.verdict.is_allowed);
  EXPECT_EQ(why.elsewhere, std::vector<Entry>{entry});
}

TEST(Why, ADenyIsNamedWithTheAllowsThatItOverrules) {
  AclState acls;
  Entry allow = EntryOf("ALLOW", "User:*", "WRITE", "db");
  Entry deny = EntryOf("DENY", "User:Bob", "ALL", "cluster");
  acls.Add(allow);
  acls.Add(deny);
  Request request = RequestOf(AuthorOf("User:Bob"), Operation::kWrite, Resource{"db", "t"});
  Explanation why = Explain(Security{true, {}}, acls, request);
  EXPECT_EQ(why.denies, std::vector<Entry>{deny});
  EXPECT_EQ(why.allows, std::vector<Entry>{allow});
  EXPECT_EQ(why.flip.drop, std::vector<Entry>{deny});
  EXPECT_EQ(why.flip.add, std::nullopt);
}

}  // namespace
}  // namespace pegel::acl
