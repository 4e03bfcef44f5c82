#include "tools/shell/history_rule.h"

#include <gtest/gtest.h>

namespace pegel::tools {
namespace {

TEST(MayHoldSecret, SeesKeysThatAreNamedLikeSecretsHoweverTheyAreWritten) {
  for (const char* text : {
           "CALL sys.set_cluster_configs('security.sasl.plain.credentials', 'root:x')",
           "CALL sys.append_cluster_configs('security.sasl.plain.credential', 'root:x')",
           "CALL sys.set_cluster_configs('SECURITY.SASL.PLAIN.JAAS.CONFIG', 'x')",
           "CALL sys.set_cluster_configs('metrics.reporter.influxdb.token', 'x')",
           "CALL sys.set_cluster_configs('datalake.paimon.s3.secret-key', 'x')",
           "CALL sys.set_cluster_configs('datalake.paimon.s3.access-key', 'x')",
           "CALL sys.set_cluster_configs('datalake.paimon.fs.azure.account.key', 'x')",
           "call sys.nonsense(\"my Password\" = x",
           "'root:x' -- the secrets",
       }) {
    EXPECT_TRUE(MayHoldSecret(text)) << text;
  }
}

TEST(MayHoldSecret, LeavesEverydayStatementsAlone) {
  for (const char* text : {
           "CALL sys.list_acl(resource => 'ANY')",
           "CALL sys.add_acl('db.t', 'ALLOW', 'User:Bob', 'WRITE', '10.0.0.1')",
           "CALL sys.set_cluster_configs('kv.snapshot.interval', '10min')",
           "CALL sys.get_cluster_configs(config_keys => 'datalake.format')",
           "SHOW PROCEDURES",
           "",
       }) {
    EXPECT_FALSE(MayHoldSecret(text)) << text;
  }
}

TEST(WithoutSecrets, ShowsWhatIsCalledButNotItsArguments) {
  EXPECT_EQ(WithoutSecrets("CALL sys.set_cluster_configs('some.password', 'x')"),
            "CALL sys.set_cluster_configs(******)");
  EXPECT_EQ(WithoutSecrets("SHOW PROCEDURES"), "SHOW PROCEDURES");
  EXPECT_EQ(WithoutSecrets("CALL sys.list_acl(resource => 'ANY')"),
            "CALL sys.list_acl(resource => 'ANY')");
}

// A statement that is torn or misquoted can hold it anywhere.
TEST(WithoutSecrets, ShowsNothingWhereItIsNotClearWhatIsCalled) {
  for (const char* text : {"'some.password', 'hunter2')", "CALL 'hunter2'('some.password', 'x')",
                           "password hunter2", "CALL x -- password: hunter2\n (1)"}) {
    EXPECT_EQ(WithoutSecrets(text), "******") << text;
  }
}

}  // namespace
}  // namespace pegel::tools
