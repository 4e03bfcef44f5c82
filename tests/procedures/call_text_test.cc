// What audits print: canonical text that reads back as the same command.
#include "procedures/call_text.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <optional>
#include <utility>

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

config::Change Change(config::Op op, std::string key, std::optional<config::Value> value = {}) {
  return config::Change{op, std::move(key), std::move(value)};
}

TEST(CallText, AChangeOfConfigsPrintsAsTheProcedureOfItsKind) {
  using config::Op;
  EXPECT_EQ(ToCallText(AlterConfigs{{Change(Op::kSet, "datalake.format", "paimon"),
                                     Change(Op::kSet, "remote.data.dirs")}}),
            "CALL sys.set_cluster_configs(config_pairs => 'datalake.format', 'paimon', "
            "'remote.data.dirs', NULL)");
  EXPECT_EQ(ToCallText(AlterConfigs{{Change(Op::kDelete, "a"), Change(Op::kDelete, "it's")}}),
            "CALL sys.reset_cluster_configs(config_keys => 'a', 'it''s')");
  EXPECT_EQ(ToCallText(AlterConfigs{{Change(Op::kAppend, "remote.data.dirs", "s3://b")}}),
            "CALL sys.append_cluster_configs(config_pairs => 'remote.data.dirs', 's3://b')");
  EXPECT_EQ(ToCallText(AlterConfigs{{Change(Op::kSubtract, "remote.data.dirs", "s3://b")}}),
            "CALL sys.subtract_cluster_configs(config_pairs => 'remote.data.dirs', 's3://b')");
}

TEST(CallText, GetPrintsItsKeys) {
  EXPECT_EQ(ToCallText(GetConfigs{}), "CALL sys.get_cluster_configs()");
  EXPECT_EQ(ToCallText(GetConfigs{{"a", "b"}}),
            "CALL sys.get_cluster_configs(config_keys => 'a', 'b')");
}

// Only by RPC.
TEST(CallText, ChangesOfSeveralKindsHaveAFormOfTheirOwn) {
  using config::Op;
  EXPECT_EQ(ToCallText(AlterConfigs{{Change(Op::kSet, "a", "x"), Change(Op::kDelete, "b"),
                                     Change(Op::kSet, "c"), Change(Op::kAppend, "d", "y"),
                                     Change(Op::kSubtract, "e", "z")}}),
            "ALTER_CONFIGS(set => 'a', 'x', reset => 'b', set => 'c', NULL, append => 'd', 'y', "
            "subtract => 'e', 'z')");
  EXPECT_EQ(ToCallText(AlterConfigs{}), "ALTER_CONFIGS()");
}

TEST(CallText, SecretsPrintMaskedSealedOrNot) {
  using config::Op;
  const config::Sealed sealed{"0123456789abcdef", "hunter2"};
  const char kKey[] = "security.sasl.plain.credentials";
  EXPECT_EQ(ToCallText(AlterConfigs{{Change(
                Op::kSet, kKey, config::SealedMap{{{"root", sealed}, {"guest", sealed}}})}}),
            "CALL sys.set_cluster_configs(config_pairs => 'security.sasl.plain.credentials', "
            "'root:******,guest:******')");
  EXPECT_EQ(ToCallText(AlterConfigs{{Change(Op::kAppend, kKey, "root:hunter2")}}),
            "CALL sys.append_cluster_configs(config_pairs => 'security.sasl.plain.credentials', "
            "'******')");
  EXPECT_EQ(ToCallText(AlterConfigs{{Change(Op::kSet, "datalake.paimon.s3.secret-key", sealed)}}),
            "CALL sys.set_cluster_configs(config_pairs => 'datalake.paimon.s3.secret-key', "
            "'******')");
  EXPECT_EQ(ToCallText(Boot{"c", 1, {{kKey, config::SealedMap{{{"root", sealed}}}}}}),
            "BOOT(cluster_id => 'c', behaviour => '1', security.sasl.plain.credentials => "
            "'root:******')");
}

TEST(CallText, AnotherKeyPrintsWhichSecretsItSealed) {
  const config::Sealed sealed{"0123456789abcdef", "hunter2"};
  EXPECT_EQ(ToCallText(ResealSecrets{{{"a", sealed}, {"b", sealed}}, {{"b", sealed}}}),
            "RESEAL_SECRETS(static => 'a', static => 'b', dynamic => 'b')");
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
