// What audits print: canonical text that reads back as the same command.
#include "procedures/call_text.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/procedures/random_call.h"
#include "tests/procedures/support.h"
#include "tests/support/acl.h"

namespace pegel::procedures {
namespace {

TEST(CallText, AnAddPrintsAllFiveArgumentsInCanonicalForm) {
  EXPECT_EQ(ToCallText(CommandOf("CALL cat.SYS.ADD_ACL('db.t', 'allow', 'User:Bob', 'drop')")),
            "CALL sys.add_acl(resource => 'cluster.db.t', permission => 'ALLOW', principal => "
            "'User:Bob', operation => 'DELETE', host => '*')");
}

TEST(CallText, AnOpenFieldOfAFilterPrintsAsAny) {
  EXPECT_EQ(ToCallText(ListAcl{}),
            "CALL sys.list_acl(resource => 'ANY', permission => 'ANY', principal => 'ANY', "
            "operation => 'ANY', host => 'ANY')");
  EXPECT_EQ(ToCallText(DropAcl{{.resource = acl::Resource{}, .host = acl::Host{}}}),
            "CALL sys.drop_acl(resource => 'cluster', permission => 'ANY', principal => 'ANY', "
            "operation => 'ANY', host => '*')");
}

TEST(CallText, QuotesInATextAreDoubled) {
  ListAcl list{{.principal = Principal{"User", "O'Neil"}}};
  EXPECT_EQ(ToCallText(list),
            "CALL sys.list_acl(resource => 'ANY', permission => 'ANY', principal => "
            "'User:O''Neil', operation => 'ANY', host => 'ANY')");
}

TEST(CallText, EveryoneIsNotAny) {
  ListAcl list{{.principal = Principal{"*", "*"}}};
  EXPECT_NE(ToCallText(list).find("principal => '*:*'"), std::string::npos);
  EXPECT_EQ(CommandOf(ToCallText(list)), Command(list));
}

TEST(CallText, ADatabaseCalledAnyOrClusterIsNotTheWord) {
  for (const char* name : {"ANY", "any", "cluster", "CLUSTER", "*"}) {
    DropAcl drop{{.resource = acl::Resource{name, ""}}};
    EXPECT_EQ(CommandOf(ToCallText(drop)), Command(drop)) << name;
  }
}

TEST(CallText, BootPrintsItsValuesByName) {
  Boot boot{"c-1", 1, {{"authorizer.enabled", "true"}, {"super.users", "User:o'n;User:b"}}};
  EXPECT_EQ(ToCallText(boot),
            "BOOT(cluster_id => 'c-1', behaviour => '1', authorizer.enabled => 'true', "
            "super.users => 'User:o''n;User:b')");
}

TEST(CallText, BootKeepsAStrangeKeyReadable) {
  EXPECT_EQ(ToCallText(Boot{"", 0, {{"a`b c", ""}}}),
            "BOOT(cluster_id => '', behaviour => '0', `a``b c` => '')");
}

TEST(CallText, NobodyCanCallBoot) {
  EXPECT_EQ(MessageOf("CALL sys.boot()"),
            "line 1, column 6: Procedure sys.boot does not exist. SHOW PROCEDURES lists those that "
            "do.");
  EXPECT_EQ(MessageOf(ToCallText(Boot{})),
            "line 1, column 1: expected CALL, SHOW PROCEDURES or USE, found 'BOOT'");
}

// print(parse(print(c))) == print(c) and parse(print(c)) == c, for commands of every shape.
TEST(CallText, ReadsBackAsTheSameCommand) {
  const uint64_t seed = testing::SeedFromEnvironment();
  const size_t commands = testing::IsFullVolume() ? 1'000'000 : 100'000;
  testing::Random random(seed);
  for (size_t i = 0; i < commands; ++i) {
    Command command = RandomCall(random);
    std::string text = ToCallText(command);
    Command read = CommandOf(text);
    ASSERT_TRUE(read == command && ToCallText(read) == text)
        << "command " << i << ": " << text << "\nread as " << ToCallText(read) << "\n"
        << testing::Reproduce(seed, "procedures_test");
  }
  std::printf("calls printed and read back: commands=%zu\n", commands);
}

}  // namespace
}  // namespace pegel::procedures
