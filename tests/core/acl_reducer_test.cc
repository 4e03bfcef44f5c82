#include <gtest/gtest.h>

#include "core/canonical.h"
#include "core/fold.h"
#include "core/limits.h"
#include "tests/support/acl.h"

namespace pegel {
namespace {

using testing::AuthorOf;
using testing::BootOf;
using testing::EntryOf;
using testing::FilterOf;
using testing::Must;

// A World and the calls made on it; User:root is super user.
class AclReducer : public ::testing::Test {
 protected:
  explicit AclReducer(bool authorizer_enabled = true) {
    Call("System:pegeld", BootOf(authorizer_enabled));
  }

  Decision Call(const char* principal, Command command, const char* host = "10.0.0.1") {
    Moment now{Next(world_.lsn), UnixNanos{world_.time.value + 1}, AuthorOf(principal, host)};
    return Apply(world_, now, RequestId{}, command).decision;
  }
  void Given(const acl::Entry& entry) {
    ASSERT_TRUE(IsAccepted(Call("User:root", AddAcl{entry}).outcome));
  }

  std::vector<acl::Entry> List(const char* principal, acl::Filter filter = {}) {
    Outcome outcome = Call(principal, ListAcl{std::move(filter)}).outcome;
    return std::get<AclEntries>(std::get<Result>(outcome)).entries;
  }

  World world_;
};

class AclReducerWithAuthorizerOff : public AclReducer {
 protected:
  AclReducerWithAuthorizerOff() : AclReducer(false) {}
};

void ExpectDenied(const Decision& decision, const std::string& resource) {
  const auto* error = std::get_if<Error>(&decision.outcome);
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(error->code, ErrorCode::kAuthorization);
  EXPECT_NE(error->message.find("to operate ALL on resource " + resource), std::string::npos)
      << error->message;
  EXPECT_TRUE(decision.events.empty());
}

const acl::Entry kBobWrites = EntryOf("ALLOW", "User:Bob", "WRITE", "d.t");
const acl::Entry kBobReads = EntryOf("ALLOW", "User:Bob", "READ", "d.t", "10.0.0.0/8");
const acl::Entry kAliceReads = EntryOf("ALLOW", "User:Alice", "READ", "e");

TEST_F(AclReducer, AddingTwiceIsAcceptedAndChangesNothing) {
  EXPECT_EQ(Call("User:root", AddAcl{kBobWrites}).events.size(), 1u);
  Decision again = Call("User:root", AddAcl{kBobWrites});
  EXPECT_TRUE(IsAccepted(again.outcome));
  EXPECT_TRUE(again.events.empty());
  EXPECT_EQ(world_.acls.size(), 1u);
}

TEST_F(AclReducer, DropUndoesAdd) {
  std::string before = Encode(world_);
  AclReducer::Given(kBobWrites);
  EXPECT_EQ(Call("User:root", DropAcl{FilterOf(kBobWrites)}).events.size(), 1u);
  World undone = world_;
  undone.lsn = Lsn{1};
  undone.time = UnixNanos{1};
  EXPECT_EQ(Encode(undone), before);
}

TEST_F(AclReducer, DroppingWithAnyRemovesOnlyMatches) {
  Given(kBobWrites), Given(kBobReads), Given(kAliceReads);
  Decision dropped = Call("User:root", DropAcl{{.principal = Must(ParsePrincipal("User:Bob"))}});
  EXPECT_EQ(dropped.events.size(), 2u);
  EXPECT_EQ(List("User:root"), std::vector<acl::Entry>{kAliceReads});
}

TEST_F(AclReducer, AFilterForTheAnyHostLeavesOtherHostsAlone) {
  Given(kBobWrites), Given(kBobReads);
  Call("User:root", DropAcl{{.host = acl::Host{}}});
  EXPECT_EQ(List("User:root"), std::vector<acl::Entry>{kBobReads});
}

TEST_F(AclReducer, WildcardsInAFilterAreLiterals) {
  acl::Entry on_all_tables = EntryOf("ALLOW", "User:*", "READ", "d.*");
  Given(kBobReads), Given(on_all_tables);
  Call("User:root", DropAcl{{.resource = Must(acl::ParseResource("d.*"))}});
  EXPECT_EQ(List("User:root"), std::vector<acl::Entry>{kBobReads});
}

TEST_F(AclReducer, DroppingNothingIsAccepted) {
  Decision decision = Call("User:root", DropAcl{FilterOf(kBobWrites)});
  EXPECT_TRUE(IsAccepted(decision.outcome));
  EXPECT_TRUE(decision.events.empty());
}

TEST_F(AclReducer, ManagingATableNeedsAllOnItsDatabase) {
  Given(EntryOf("ALLOW", "User:carl", "ALL", "d.t"));
  ExpectDenied(Call("User:carl", AddAcl{kBobWrites}), "Resource{type=DATABASE, name='d'}");
  Given(EntryOf("ALLOW", "User:carl", "ALL", "d"));
  EXPECT_TRUE(IsAccepted(Call("User:carl", AddAcl{kBobWrites}).outcome));
  ExpectDenied(Call("User:carl", AddAcl{kAliceReads}), "Resource{type=DATABASE, name='e'}");
  ExpectDenied(Call("User:carl", AddAcl{EntryOf("ALLOW", "User:x", "READ", "cluster")}),
               "Resource{type=CLUSTER, name='fluss-cluster'}");
}

TEST_F(AclReducer, ADropThatReachesAForeignResourceChangesNothing) {
  Given(EntryOf("ALLOW", "User:carl", "ALL", "d"));
  Given(kBobWrites), Given(kAliceReads);
  ExpectDenied(Call("User:carl", DropAcl{}), "Resource{type=DATABASE, name='e'}");
  EXPECT_EQ(world_.acls.size(), 3u);
  EXPECT_TRUE(IsAccepted(Call("User:carl", DropAcl{{.resource = kBobWrites.resource}}).outcome));
  EXPECT_EQ(world_.acls.size(), 2u);
}

TEST_F(AclReducer, ANamedResourceWithoutEntriesStillNeedsTheRight) {
  ExpectDenied(Call("User:carl", DropAcl{{.resource = Must(acl::ParseResource("d"))}}),
               "Resource{type=DATABASE, name='d'}");
}

TEST_F(AclReducer, RevocationHoldsFromTheNextLsnOn) {
  acl::Entry right = EntryOf("ALLOW", "User:carl", "ALL", "d");
  Given(right);
  EXPECT_TRUE(IsAccepted(Call("User:carl", AddAcl{kBobWrites}).outcome));
  Call("User:root", DropAcl{FilterOf(right)});
  ExpectDenied(Call("User:carl", AddAcl{kBobReads}), "Resource{type=DATABASE, name='d'}");
}

TEST_F(AclReducer, RightsHoldOnlyFromTheHostsTheyName) {
  Given(EntryOf("ALLOW", "User:carl", "ALL", "d", "10.0.0.0/8"));
  EXPECT_TRUE(IsAccepted(Call("User:carl", AddAcl{kBobWrites}, "10.255.0.9").outcome));
  ExpectDenied(Call("User:carl", AddAcl{kBobReads}, "11.0.0.9"),
               "Resource{type=DATABASE, name='d'}");
}

TEST_F(AclReducer, AListShowsWhatTheCallerMayDescribe) {
  Given(kBobWrites), Given(kAliceReads);
  EXPECT_EQ(List("User:root").size(), 2u);
  EXPECT_EQ(List("User:Bob"), std::vector<acl::Entry>{kBobWrites});  // WRITE implies DESCRIBE.
  EXPECT_EQ(List("User:Alice"), std::vector<acl::Entry>{kAliceReads});
  EXPECT_TRUE(List("User:eve").empty());
}

TEST_F(AclReducer, AListIsFilteredAndInWorldOrder) {
  Given(kAliceReads), Given(kBobWrites), Given(kBobReads);
  EXPECT_EQ(List("User:root"), (std::vector<acl::Entry>{kBobReads, kBobWrites, kAliceReads}));
  EXPECT_EQ(List("User:root", {.operation = acl::Operation::kRead}),
            (std::vector<acl::Entry>{kBobReads, kAliceReads}));
  EXPECT_TRUE(List("User:root", {.permission = acl::Permission::kDeny}).empty());
}

TEST_F(AclReducerWithAuthorizerOff, EntriesCanBeWrittenAheadOfTheirEnforcement) {
  EXPECT_TRUE(IsAccepted(Call("User:ANONYMOUS", AddAcl{kBobWrites}).outcome));
  EXPECT_EQ(List("User:eve").size(), 1u);
  Call("System:pegeld", BootOf(true));
  EXPECT_TRUE(List("User:eve").empty());
  ExpectDenied(Call("User:ANONYMOUS", AddAcl{kBobReads}), "Resource{type=DATABASE, name='d'}");
}

TEST_F(AclReducerWithAuthorizerOff, OneEntryOverTheLimitIsRejectedAndNothingChanges) {
  acl::Entry entry = kBobWrites;
  for (size_t i = 0; i < kAclEntriesMax; ++i) {
    entry.principal.name = std::to_string(i);
    world_.acls.Add(entry);
  }
  EXPECT_TRUE(IsAccepted(Call("User:a", AddAcl{entry}).outcome)) << "it is there already";
  Decision decision = Call("User:a", AddAcl{kBobWrites});
  ASSERT_FALSE(IsAccepted(decision.outcome));
  EXPECT_EQ(std::get<Error>(decision.outcome).code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(world_.acls.size(), kAclEntriesMax);
}

}  // namespace
}  // namespace pegel
