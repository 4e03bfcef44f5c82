#include "core/acl/authorize.h"

#include <gtest/gtest.h>

#include <iostream>

#include "tests/support/acl.h"
#include "tests/support/random.h"

namespace pegel::acl {
namespace {

using pegel::testing::AuthorOf;
using pegel::testing::EntryOf;
using pegel::testing::Must;

// ---- the oracle: the rulings, one comparison each, over all entries ----

bool PieceCovers(const std::string& entry, const std::string& asked) {
  return entry == "*" || entry == asked;
}

bool ResourceCovers(const Resource& entry, const Resource& asked) {
  if (ToText(entry) == "cluster") return true;
  if (asked.database.empty() || !PieceCovers(entry.database, asked.database)) return false;
  return entry.table.empty() || (!asked.table.empty() && PieceCovers(entry.table, asked.table));
}

bool HostCovers(const Host& entry, const Host& asked) {
  for (int bit = 0; !entry.is_any && bit < entry.prefix_bits; ++bit) {
    if ((entry.address[bit / 8] ^ asked.address[bit / 8]) >> (7 - bit % 8) & 1) return false;
  }
  return true;
}

bool OperationCovers(const std::string& entry, const std::string& asked, bool is_allow) {
  if (entry == asked || entry == "ALL") return true;
  if (!is_allow) return false;
  if (asked == "IDEMPOTENT_WRITE") return entry == "WRITE";
  return asked == "DESCRIBE" && (entry == "READ" || entry == "WRITE" || entry == "CREATE" ||
                                 entry == "DELETE" || entry == "ALTER");
}

bool Oracle(const std::vector<Entry>& entries, const Request& request) {
  bool is_allowed = false;
  for (const Entry& e : entries) {
    bool is_allow = e.permission == Permission::kAllow;
    bool matches = ResourceCovers(e.resource, request.resource) &&
                   PieceCovers(e.principal.type, request.principal.type) &&
                   PieceCovers(e.principal.name, request.principal.name) &&
                   HostCovers(e.host, *request.host) &&
                   OperationCovers(std::string(ToText(e.operation)),
                                   std::string(ToText(request.operation)), is_allow);
    if (matches && !is_allow) return false;
    is_allowed |= matches;
  }
  return is_allowed;
}

// ---- universes ----

struct Universe {
  std::vector<std::string> entry_resources, entry_principals, entry_hosts, operations;
  std::vector<std::string> resources, principals, hosts;

  std::vector<Entry> Entries() const {
    std::vector<Entry> entries;
    for (const auto& resource : entry_resources)
      for (const auto& principal : entry_principals)
        for (const auto& host : entry_hosts)
          for (const auto& operation : operations)
            for (const char* permission : {"ALLOW", "DENY"})
              entries.push_back(EntryOf(permission, principal, operation, resource, host));
    return entries;
  }
  std::vector<Request> Requests() const {
    std::vector<Request> requests;
    for (const auto& resource : resources)
      for (const auto& principal : principals)
        for (const auto& host : hosts)
          for (const auto& operation : operations)
            requests.push_back(Request{Must(ParsePrincipal(principal)), Must(ParseHost(host)),
                                       Must(ParseOperation(operation)),
                                       Must(ParseResource(resource))});
    return requests;
  }
};

const Universe kSmall{{"cluster", "d", "d.t"}, {"User:a", "User:b"},
                      {"*", "10.0.0.0/8"},     {"READ", "WRITE", "DESCRIBE", "ALL"},
                      {"cluster", "d", "d.t"}, {"User:a", "User:b"},
                      {"10.1.2.3", "11.0.0.1"}};

const Universe kLarge{
    {"cluster", "*", "d", "e", "d.t", "d.u", "d.*", "*.*", "*.t"},
    {"User:a", "User:b", "Group:a", "User:*", "*:*"},
    {"*", "10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "::/0", "2001:db8::/32", "10.1.2.2/31"},
    {"ALL", "READ", "WRITE", "CREATE", "DELETE", "ALTER", "DESCRIBE", "CLUSTER_ACTION",
     "IDEMPOTENT_WRITE"},
    {"cluster", "d", "e", "f", "d.t", "d.u", "e.t", "f.v", "*"},
    {"User:a", "User:b", "User:c", "Group:a", "Group:b"},
    {"10.1.2.3", "10.1.2.2", "10.9.9.9", "11.0.0.1", "2001:db8::7", "2001:db9::7", "::1"}};

Security Enabled() {
  return Security{.authorizer_enabled = true, .ignores_case = false, .super_users = {}};
}

Security IgnoringCase() {
  return Security{.authorizer_enabled = true, .ignores_case = true, .super_users = {}};
}

std::string Show(const std::vector<Entry>& entries, const Request& request) {
  std::string text = DenialText(request) + "from " + ToText(*request.host) + " under\n";
  for (const Entry& entry : entries) text += "  " + ToText(entry) + "\n";
  return text;
}

// Every request against the entries; returns how many were asked.
size_t ExpectOracle(const std::vector<Entry>& entries, const std::vector<Request>& requests) {
  AclState acls;
  for (const Entry& entry : entries) acls.Add(entry);
  for (const Request& request : requests) {
    bool is_allowed = Authorize(Enabled(), acls, request).is_allowed;
    EXPECT_EQ(is_allowed, Oracle(entries, request)) << Show(entries, request);
    // All principals are written alike here, so it makes no difference whether case counts.
    EXPECT_EQ(Authorize(IgnoringCase(), acls, request).is_allowed, is_allowed);
  }
  return requests.size();
}

TEST(Authorize, AgreesWithTheOracleOnEverySmallWorld) {
  const std::vector<Entry> all = kSmall.Entries();
  const std::vector<Request> requests = kSmall.Requests();
  size_t worlds = 0, decisions = 0;
  auto check = [&](const std::vector<Entry>& entries) {
    ++worlds;
    decisions += ExpectOracle(entries, requests);
    return !HasFailure();
  };
  ASSERT_TRUE(check({}));
  for (size_t i = 0; i < all.size(); ++i) {
    ASSERT_TRUE(check({all[i]}));
    for (size_t j = 0; j < i; ++j) {
      ASSERT_TRUE(check({all[i], all[j]}));
      for (size_t k = 0; pegel::testing::IsFullVolume() && k < j; ++k) {
        ASSERT_TRUE(check({all[i], all[j], all[k]}));
      }
    }
  }
  std::cout << "authorize, exhaustive: worlds=" << worlds << " decisions=" << decisions << "\n";
}

TEST(Authorize, AgreesWithTheOracleOnLargeRandomWorlds) {
  const uint64_t seed = pegel::testing::SeedFromEnvironment();
  pegel::testing::Random random(seed);
  const std::vector<Entry> all = kLarge.Entries();
  const std::vector<Request> requests = kLarge.Requests();
  const size_t decisions_wanted = pegel::testing::IsFullVolume() ? 1'000'000 : 100'000;
  size_t decisions = 0, allowed = 0;
  while (decisions < decisions_wanted && !HasFailure()) {
    std::vector<Entry> entries;
    for (uint64_t n = random.Below(12); n > 0; --n) entries.push_back(random.Of(all));
    AclState acls;
    for (const Entry& entry : entries) acls.Add(entry);
    for (int i = 0; i < 100; ++i, ++decisions) {
      const Request& request = random.Of(requests);
      bool is_allowed = Authorize(Enabled(), acls, request).is_allowed;
      allowed += is_allowed;
      ASSERT_EQ(is_allowed, Oracle(entries, request))
          << Show(entries, request) << pegel::testing::Reproduce(seed, "core_test");
    }
  }
  EXPECT_GT(allowed, decisions / 100) << "the worlds are too strict to tell anything";
  EXPECT_LT(allowed, decisions / 2);
  std::cout << "authorize, random: decisions=" << decisions << " allowed=" << allowed << "\n";
}

TEST(Authorize, AddingADenyNeverOpensAndAddingAnAllowNeverCloses) {
  const uint64_t seed = pegel::testing::SeedFromEnvironment();
  pegel::testing::Random random(seed);
  const std::vector<Entry> all = kLarge.Entries();
  const std::vector<Request> requests = kLarge.Requests();
  for (int i = 0; i < 20'000; ++i) {
    AclState acls;
    for (uint64_t n = random.Below(10); n > 0; --n) acls.Add(random.Of(all));
    const Request& request = random.Of(requests);
    bool before = Authorize(Enabled(), acls, request).is_allowed;
    const Entry& entry = random.Of(all);
    bool is_new = acls.Add(entry);
    bool after = Authorize(Enabled(), acls, request).is_allowed;
    bool is_deny = entry.permission == Permission::kDeny;
    ASSERT_TRUE(before == after || after == !is_deny)
        << pegel::testing::Reproduce(seed, "core_test");
    if (!is_new) continue;
    acls.Remove(entry);
    ASSERT_EQ(Authorize(Enabled(), acls, request).is_allowed, before) << "drop must undo add";
  }
}

// ---- the rulings by name ----

struct Asked {
  const char* principal = "User:Bob";
  const char* operation = "READ";
  const char* resource = "d.t";
  const char* host = "10.1.2.3";
};

Verdict Ask(const Security& security, std::initializer_list<Entry> entries, const Asked& asked) {
  AclState acls;
  for (const Entry& entry : entries) acls.Add(entry);
  return Authorize(
      security, acls,
      Request{Must(ParsePrincipal(asked.principal)), Must(ParseHost(asked.host)),
              Must(ParseOperation(asked.operation)), Must(ParseResource(asked.resource))});
}

TEST(Authorize, WithTheAuthorizerOffEverybodyMayDoEverything) {
  Verdict verdict = Ask(Security{}, {EntryOf("DENY", "ALL", "ALL", "cluster")}, {});
  EXPECT_TRUE(verdict.is_allowed);
  EXPECT_EQ(verdict.basis, Basis::kAuthorizerDisabled);
}

TEST(Authorize, WithoutEntriesTheAnswerIsNo) {
  Verdict verdict = Ask(Enabled(), {}, {});
  EXPECT_FALSE(verdict.is_allowed);
  EXPECT_EQ(verdict.basis, Basis::kNoMatch);
}

TEST(Authorize, SuperUsersPassEveryDeny) {
  Security security = Enabled();
  security.super_users.insert(Must(ParsePrincipal("User:Bob")));
  EXPECT_EQ(Ask(security, {EntryOf("DENY", "ALL", "ALL", "cluster")}, {}).basis, Basis::kSuperUser);
}

TEST(Authorize, CaseOfPrincipalsCountsUnlessItIsSaidNotTo) {
  Security security = Enabled();
  security.super_users.insert(Must(ParsePrincipal("User:Root")));
  const std::initializer_list<Entry> bob = {EntryOf("ALLOW", "User:Bob", "READ", "d.t")};
  const std::initializer_list<Entry> group = {EntryOf("ALLOW", "Group:*", "READ", "d.t")};
  const std::initializer_list<Entry> denied = {EntryOf("ALLOW", "*:*", "ALL", "cluster"),
                                               EntryOf("DENY", "User:BOB", "READ", "d")};
  EXPECT_FALSE(Ask(security, bob, {.principal = "user:BOB"}).is_allowed);
  EXPECT_FALSE(Ask(security, group, {.principal = "GROUP:a"}).is_allowed);
  EXPECT_TRUE(Ask(security, denied, {.principal = "User:bob"}).is_allowed);
  EXPECT_FALSE(Ask(security, {}, {.principal = "user:root"}).is_allowed);
  security.ignores_case = true;
  EXPECT_TRUE(Ask(security, bob, {.principal = "user:BOB"}).is_allowed);
  EXPECT_TRUE(Ask(security, group, {.principal = "GROUP:a"}).is_allowed);
  EXPECT_EQ(Ask(security, denied, {.principal = "User:bob"}).basis, Basis::kDenied);
  EXPECT_EQ(Ask(security, {}, {.principal = "user:root"}).basis, Basis::kSuperUser);
  EXPECT_FALSE(Ask(security, bob, {.principal = "User:Bobby"}).is_allowed);
  EXPECT_FALSE(Ask(security, bob, {.principal = "Group:Bob"}).is_allowed);
}

TEST(Authorize, DenyWinsWhereverItStandsAndNamesItself) {
  Entry allow = EntryOf("ALLOW", "User:Bob", "ALL", "d.t");
  Entry deny = EntryOf("DENY", "User:*", "READ", "cluster", "10.0.0.0/8");
  Verdict verdict = Ask(Enabled(), {allow, deny}, {});
  EXPECT_EQ(verdict.basis, Basis::kDenied);
  EXPECT_EQ(verdict.entry, deny);
}

TEST(Authorize, DenyOfReadLeavesDescribeAlone) {
  EXPECT_TRUE(
      Ask(Enabled(),
          {EntryOf("ALLOW", "User:Bob", "WRITE", "d"), EntryOf("DENY", "User:Bob", "READ", "d")},
          {.operation = "DESCRIBE"})
          .is_allowed);
}

TEST(Authorize, AllIsOnlySatisfiedByAll) {
  EXPECT_FALSE(
      Ask(Enabled(), {EntryOf("ALLOW", "User:Bob", "READ", "d")}, {.operation = "ALL"}).is_allowed);
  EXPECT_TRUE(
      Ask(Enabled(), {EntryOf("ALLOW", "User:Bob", "ALL", "d")}, {.operation = "ALL"}).is_allowed);
}

TEST(Authorize, ACallerWithoutAnAddressMatchesOnlyTheAnyHost) {
  AclState acls;
  acls.Add(EntryOf("ALLOW", "User:Bob", "READ", "d", "0.0.0.0/0"));
  acls.Add(EntryOf("ALLOW", "User:Bob", "READ", "d", "::/0"));
  Request request{Must(ParsePrincipal("User:Bob")), std::nullopt, Operation::kRead,
                  Must(ParseResource("d"))};
  EXPECT_FALSE(Authorize(Enabled(), acls, request).is_allowed);
  acls.Add(EntryOf("ALLOW", "User:Bob", "READ", "d", "*"));
  EXPECT_TRUE(Authorize(Enabled(), acls, request).is_allowed);
}

TEST(Authorize, TheRefusalIsFlussesSentence) {
  Request request{Must(ParsePrincipal("User:Bob")), std::nullopt, Operation::kRead,
                  Must(ParseResource("d.t"))};
  EXPECT_EQ(DenialText(request),
            "Principal FlussPrincipal{name='Bob', type='User'} have no authorization to operate "
            "READ on resource Resource{type=TABLE, name='d.t'} ");
  request.resource = Resource{};
  EXPECT_EQ(DenialText(request),
            "Principal FlussPrincipal{name='Bob', type='User'} have no authorization to operate "
            "READ on resource Resource{type=CLUSTER, name='fluss-cluster'} ");
}

}  // namespace
}  // namespace pegel::acl
