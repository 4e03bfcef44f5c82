// CALL → typed command for the three access control procedures.
#include <gtest/gtest.h>

#include <cstring>

#include "absl/strings/str_cat.h"
#include "tests/procedures/support.h"
#include "tests/support/acl.h"

namespace pegel::procedures {
namespace {

using testing::EntryOf;

constexpr char kWildcard[] =
    "Wildcard 'ANY' can only be used for filtering, not for adding ACL entries.";

acl::Filter DropFilter(absl::string_view text) { return std::get<DropAcl>(CommandOf(text)).filter; }
acl::Filter ListFilter(absl::string_view text) { return std::get<ListAcl>(CommandOf(text)).filter; }

TEST(AddAclCall, MakesAnEntry) {
  EXPECT_EQ(CommandOf("CALL sys.add_acl('db.t', 'DENY', 'User:Bob', 'WRITE', '10.0.0.0/8')"),
            Command(AddAcl{EntryOf("DENY", "User:Bob", "WRITE", "db.t", "10.0.0.0/8")}));
}

TEST(AddAclCall, HostDefaultsToEverywhere) {
  Command everywhere = AddAcl{EntryOf("ALLOW", "User:a", "READ", "cluster", "*")};
  EXPECT_EQ(CommandOf("CALL sys.add_acl('CLUSTER', 'ALLOW', 'User:a', 'READ')"), everywhere);
  EXPECT_EQ(CommandOf("CALL sys.add_acl('CLUSTER', 'ALLOW', 'User:a', 'READ', NULL)"), everywhere);
}

TEST(AddAclCall, RefusesAnyInEveryArgument) {
  for (const char* any : {"ANY", "any", "Any"}) {
    for (int place = 0; place < 5; ++place) {
      std::string text = "CALL sys.add_acl(";
      const char* const kValues[] = {"CLUSTER", "ALLOW", "User:a", "READ", "*"};
      for (int i = 0; i < 5; ++i) {
        text += absl::StrCat(i > 0 ? "," : "", "'", i == place ? any : kValues[i], "'");
      }
      EXPECT_NE(MessageOf(text + ")").find(kWildcard), std::string::npos) << text;
    }
  }
}

TEST(AddAclCall, AWrongValueIsFoundBeforeAnAny) {
  EXPECT_EQ(MessageOf("CALL sys.add_acl('ANY', 'ANY', 'Alice', 'ANY')"),
            "line 1, column 32: principal must be in format PrincipalType:PrincipalName, found "
            "'Alice': there is no ':'");
}

TEST(DropAclCall, HostDefaultsToTheEntryForEverywhereOnly) {
  acl::Filter filter = DropFilter("CALL sys.drop_acl('ANY', 'ANY', 'User:a', 'ANY')");
  EXPECT_EQ(filter, (acl::Filter{.principal = Principal{"User", "a"}, .host = acl::Host{}}));
}

TEST(DropAclCall, AnyLeavesAFieldOpenAndNullMeansAny) {
  EXPECT_EQ(DropFilter("CALL sys.drop_acl('any', 'Any', 'ANY', 'aNY', 'ANY')"), acl::Filter{});
  EXPECT_EQ(DropFilter("CALL sys.drop_acl(NULL, NULL, NULL, NULL, 'ANY')"), acl::Filter{});
}

TEST(ListAclCall, EverythingButTheResourceDefaultsToAny) {
  EXPECT_EQ(ListFilter("CALL sys.list_acl('ANY')"), acl::Filter{});
  EXPECT_EQ(ListFilter("CALL sys.list_acl(NULL)"), acl::Filter{});
  EXPECT_EQ(ListFilter("CALL sys.list_acl('db', NULL, NULL, NULL, NULL)"),
            (acl::Filter{.resource = acl::Resource{"db", ""}}));
}

TEST(ListAclCall, AStarIsAValueAndNotAny) {
  EXPECT_EQ(ListFilter("CALL sys.list_acl('*', host => '*', principal => 'ALL')"),
            (acl::Filter{.resource = acl::Resource{"*", ""},
                         .principal = Principal{"*", "*"},
                         .host = acl::Host{}}));
}

TEST(ListAclCall, DropIsAnotherWordForDelete) {
  EXPECT_EQ(ListFilter("CALL sys.list_acl('ANY', operation => 'drop')"),
            (acl::Filter{.operation = acl::Operation::kDelete}));
}

// The order in which Fluss looks (procedures.md 1.1), whatever the order of writing.
TEST(AclCalls, ValuesAreCheckedInFlusssOrder) {
  const char* const kOrder[] = {"permission", "principal", "operation", "resource", "host"};
  std::string wrong =
      "CALL sys.add_acl(host => 'h', resource => '', operation => 'o', "
      "principal => 'p', permission => 'x')";
  const char* const kRight[] = {"permission => 'ALLOW'", "principal => 'User:p'",
                                "operation => 'READ'", "resource => 'r'"};
  const char* const kWrong[] = {"permission => 'x'", "principal => 'p'", "operation => 'o'",
                                "resource => ''"};
  for (int i = 0; i < 5; ++i) {
    EXPECT_NE(MessageOf(wrong).find(absl::StrCat(": ", kOrder[i], " must be")), std::string::npos)
        << MessageOf(wrong);
    if (i < 4) wrong.replace(wrong.find(kWrong[i]), std::strlen(kWrong[i]), kRight[i]);
  }
}

}  // namespace
}  // namespace pegel::procedures
