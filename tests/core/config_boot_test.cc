// Static configs: what a start accepts, keeps and refuses.
#include <gtest/gtest.h>

#include "core/boot/reducer.h"
#include "tests/core/config_fixture.h"

namespace pegel {
namespace {

using testing::ConfigWorld;
using testing::ResetOf;
using testing::SealedUsers;
using testing::SealOf;
using testing::SetTo;
using testing::SetToNull;
using testing::Statics;

TEST(ConfigBoot, TakesEveryOptionAndFamilyAndNothingElse) {
  struct {
    Statics statics;
    std::string refusal;
  } cases[] = {
      {{{"zookeeper.address", "host:2181"}, {"tablet-server.id", "0"}}, ""},
      {{{"fs.s3a.endpoint", "x"}, {"s3.region", "eu"}, {"datalake.paimon.uri", "x"}}, ""},
      {{{"metrics.reporter.prometheus.port", "9249"}}, ""},
      {{{"config.providers.env.param.prefix", "P_"}}, ""},
      {{{"security.sasl.listener.name.client.plain.jaas.config", SealOf()}}, ""},
      {{{"security.sasl.plain.credentials", SealedUsers({"root"})}}, ""},
      {{{"fs.endpoint", "a\xff"}}, "The value of 'fs.endpoint' is not UTF-8."},
      {{{"no.such.key", "1"}}, "No ConfigOption found for config key: no.such.key"},
      {{{"fs.", "1"}}, "No ConfigOption found for config key: fs."},
      {{{"config.providers.env.class", "1"}},
       "No ConfigOption found for config key: config.providers.env.class"},
      {{{"fs.a\nb", "1"}},
       "The config key fs.a\nb has 6 bytes; expected at most 255, printable and without blanks."},
      {{{"zookeeper.address", "${env:ZK}"}},
       "Config provider markers (${...}) are not supported: key 'zookeeper.address'. Write the "
       "value itself."},
      {{{"default.replication.factor", "0"}},
       "Invalid configuration for default.replication.factor, it must be greater than or equal 1."},
      {{{"kv.snapshot.num-retained", "0"}},
       "Invalid configuration for kv.snapshot.num-retained, it must be greater than or equal 1."},
      {{{"server.io-pool.size", "0"}},
       "Invalid configuration for server.io-pool.size, it must be greater than or equal 1."},
      {{{"server.background.threads", "0"}},
       "Invalid configuration for server.background.threads, it must be greater than or equal 1."},
      {{{"tablet-server.id", "-1"}},
       "Invalid configuration for tablet-server.id, it must be greater than or equal 0."},
      {{{"log.retention.check-interval", "0 ms"}},
       "Invalid configuration for log.retention.check-interval, it must be greater than or equal 1 "
       "ms."},
      {{{"log.segment.file-size", "2 gb"}},
       "Invalid configuration for log.segment.file-size, it must be less than or equal 2147483647 "
       "bytes, found 2147483648 bytes."},
      {{{"datalake.enabled", "true"}},
       "'datalake.format' must be configured when 'datalake.enabled' is explicitly set to true."},
      {{{"security.sasl.plain.credentials", "root:pw"}},
       "The value of 'security.sasl.plain.credentials' is a secret that was not sealed."},
  };
  for (const auto& c : cases) {
    ConfigWorld cluster;
    World before = cluster.world;
    EXPECT_EQ(cluster.Start(c.statics), c.refusal) << c.statics.begin()->first;
    EXPECT_EQ(cluster.world.configs == before.configs, !c.refusal.empty());
  }
}

TEST(ConfigBoot, AnUnchangedValueKeepsTheLsnOfItsChange) {
  ConfigWorld cluster(Statics{{"zookeeper.address", "a"}, {"fs.x", "1"}});
  ASSERT_EQ(cluster.Start({{"zookeeper.address", "b"}, {"fs.x", "1"}}), "");
  const auto& statics = cluster.world.configs.statics;
  EXPECT_EQ(statics.at("fs.x").changed, Lsn{1});
  EXPECT_EQ(statics.at("zookeeper.address").changed, Lsn{2});
}

TEST(ConfigBoot, AConflictWithDynamicEntriesStopsTheStart) {
  ConfigWorld cluster(Statics{{"datalake.format", "paimon"}});
  ASSERT_EQ(cluster.Alter({SetTo("datalake.paimon.uri", "x")}), "");
  Boot boot = testing::BootOf(false);
  boot.static_configs["datalake.format"] = "iceberg";
  config::Problem problem = boot::CheckStatics(cluster.world, boot.static_configs);
  ASSERT_TRUE(problem.has_value());
  EXPECT_EQ(problem->message,
            "Invalid configuration 'datalake.paimon.uri' for 'iceberg' datalake format");
  World before = cluster.world;
  EXPECT_EQ(cluster.Start({{"datalake.format", "iceberg"}}), problem->message);
  before.lsn = cluster.world.lsn;
  EXPECT_EQ(cluster.world, before);
}

TEST(ConfigBoot, ADirectoryMayLeaveServerYaml) {
  ConfigWorld cluster(Statics{{"remote.data.dirs", "/a,/b"}});
  EXPECT_EQ(cluster.Start({{"remote.data.dirs", "/a"}}), "");
}

TEST(ConfigBoot, NeededBootComparesValues) {
  ConfigWorld cluster(Statics{{"fs.x", "1"}});
  Boot boot = testing::BootOf(false);
  boot.static_configs["fs.x"] = "1";
  EXPECT_EQ(boot::NeededBoot(cluster.world, "", boot.static_configs), std::nullopt);
  boot.static_configs["fs.x"] = "2";
  EXPECT_EQ(boot::NeededBoot(cluster.world, "", boot.static_configs), boot);
}

// Whoever follows the changes asks for those behind an lsn, and must hear of the reset.
TEST(ConfigBoot, AValueThatStaysKeepsTheNoteOfAReset) {
  constexpr char kKey[] = "kv.snapshot.interval";
  ConfigWorld cluster(Statics{{kKey, "5 min"}});
  ASSERT_EQ(cluster.Alter({SetTo(kKey, "6 min")}), "");
  ASSERT_EQ(cluster.Alter({ResetOf(kKey)}), "");
  EXPECT_EQ(cluster.world.configs.resets.at(kKey), Lsn{3});
  ASSERT_EQ(cluster.Start({{kKey, "5 min"}, {"fs.x", "1"}}), "");
  EXPECT_EQ(cluster.world.configs.resets.at(kKey), Lsn{3});
  ASSERT_EQ(cluster.Start({{kKey, "7 min"}, {"fs.x", "1"}}), "");
  EXPECT_FALSE(cluster.world.configs.resets.contains(kKey));
  EXPECT_EQ(cluster.world.configs.statics.at(kKey).changed, Lsn{5});
}

TEST(ConfigBoot, AStaticValueThatGoesIsNotedUnlessADynamicOneHolds) {
  ConfigWorld cluster(Statics{{"fs.x", "1"}, {"kv.snapshot.interval", "5 min"}});
  ASSERT_EQ(cluster.Alter({SetToNull("kv.snapshot.interval")}), "");
  ASSERT_EQ(cluster.Start({}), "");
  EXPECT_EQ(cluster.world.configs.resets.at("fs.x"), Lsn{3});
  EXPECT_FALSE(cluster.world.configs.resets.contains("kv.snapshot.interval"));
}

}  // namespace
}  // namespace pegel
