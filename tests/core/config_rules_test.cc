// Every validator of procedures.md 3.2, with the exact texts.
#include <gtest/gtest.h>

#include "core/config/rules.h"
#include "core/limits.h"
#include "tests/core/config_fixture.h"

namespace pegel {
namespace {

using config::Change;
using testing::AppendTo;
using testing::ConfigWorld;
using testing::ResetOf;
using testing::SealedUsers;
using testing::SealOf;
using testing::SetTo;
using testing::SetToNull;
using testing::Statics;
using testing::SubtractFrom;

constexpr char kLimit[] = "server.data-disk.write-limit-ratio";
constexpr char kRecover[] = "server.data-disk.write-recover-ratio";
constexpr char kCache[] = "server.historical-partition.lookup-cache.max-disk-ratio";
constexpr char kExpiry[] = "server.historical-partition.lookuper-cache.expire-after-access";
constexpr char kMinInSync[] = "log.replica.min-in-sync-replicas-number";
constexpr char kDirs[] = "remote.data.dirs";
constexpr char kWeights[] = "remote.data.dirs.weights";
constexpr char kStrategy[] = "remote.data.dirs.strategy";
constexpr char kUsers[] = "security.sasl.plain.credentials";

std::string DiskText(const std::string& limit, const std::string& recover) {
  return "Invalid disk write-limit configuration: server.data-disk.write-recover-ratio must be "
         "within (0.0, server.data-disk.write-limit-ratio), and "
         "server.data-disk.write-limit-ratio must be no greater than 1.0; "
         "server.data-disk.write-limit-ratio=" +
         limit + ", server.data-disk.write-recover-ratio=" + recover;
}

std::string DirsText(const std::string& is, const std::string& was) {
  return "New remote.data.dirs: [" + is + "] must contain all existing remote data directories: [" +
         was +
         "]. If you want the Fluss cluster to stop transferring data to a certain path, keep it in "
         "remote.data.dirs and set its weight to 0 in remote.data.dirs.weights.";
}

struct Row {
  Statics statics;
  std::vector<Change> changes;
  std::string refusal;  // Empty: accepted.
};

const std::string kCacheText =
    "Invalid configuration for server.historical-partition.lookup-cache.max-disk-ratio, it must be "
    "within (0.0, 1.0].";
const std::string kExpiryText =
    "Invalid configuration for "
    "server.historical-partition.lookuper-cache.expire-after-access, it must be greater than or "
    "equal to 1 ms.";
const std::string kEnabledText =
    "'datalake.format' must be configured when 'datalake.enabled' is explicitly set to true.";
const std::string kMarkerText =
    "Config provider markers are resolved at startup only and are not supported in dynamic "
    "configuration: key '";

std::vector<Row> Rows() {
  return {
      // The disk ratios, exactly and with defaults: 0 < recover < limit <= 1.
      {{}, {SetTo(kLimit, "0.9")}, ""},
      {{}, {SetTo(kLimit, "1.0")}, ""},
      {{},
       {SetTo(kLimit, "1.0000000000000000000001")},
       DiskText("1.0000000000000000000001", "0.8")},
      {{}, {SetTo(kLimit, "0.8")}, DiskText("0.8", "0.8")},
      {{}, {SetTo(kLimit, "0.80000000000000000001")}, ""},
      {{}, {SetTo(kRecover, "0")}, DiskText("0.85", "0.0")},
      {{}, {SetTo(kRecover, "-0.1")}, DiskText("0.85", "-0.1")},
      {{}, {SetTo(kRecover, "0.9")}, DiskText("0.85", "0.9")},
      {{}, {SetTo(kRecover, "0.9"), SetTo(kLimit, "0.95")}, ""},
      {{{kLimit, "0.95"}, {kRecover, "0.9"}}, {SetToNull(kLimit)}, DiskText("0.85", "0.9")},
      // The lookup cache's share: (0, 1].
      {{}, {SetTo(kCache, "1")}, ""},
      {{}, {SetTo(kCache, "0")}, kCacheText},
      {{}, {SetTo(kCache, "1.1")}, kCacheText},
      {{}, {SetTo(kExpiry, "1 ms")}, ""},
      {{}, {SetTo(kExpiry, "999 micros")}, kExpiryText},
      // Only tablet servers check these two in Fluss (Q17).
      {{}, {SetTo("kv.snapshot.interval", "1 ms")}, ""},
      {{},
       {SetTo("kv.snapshot.interval", "0 s")},
       "Invalid kv.snapshot.interval can not be negative or zero: 0 ms"},
      {{}, {SetTo(kMinInSync, "1")}, ""},
      {{},
       {SetTo(kMinInSync, "0")},
       "Invalid log.replica.min-in-sync-replicas-number can not be negative or zero: 0"},
      {{},
       {SetTo(kMinInSync, "-2")},
       "Invalid log.replica.min-in-sync-replicas-number can not be negative or zero: -2"},
      {{}, {SetTo("kv.leader-replica.memory-reserved", "0 b")}, ""},
      // The lake: enabled needs a format, and a format takes only its own family.
      {{}, {SetTo("datalake.enabled", "false")}, ""},
      {{}, {SetTo("datalake.enabled", "true")}, kEnabledText},
      {{}, {SetTo("datalake.enabled", "TRUE"), SetTo("datalake.format", "Paimon")}, ""},
      {{{"datalake.format", "paimon"}}, {SetTo("datalake.enabled", "true")}, ""},
      {{{"datalake.format", "paimon"}},
       {SetTo("datalake.enabled", "true"), SetToNull("datalake.format")},
       kEnabledText},
      {{}, {SetTo("datalake.iceberg.uri", "x")}, ""},
      {{{"datalake.format", "PAIMON"}},
       {SetTo("datalake.iceberg.uri", "x")},
       "Invalid configuration 'datalake.iceberg.uri' for 'paimon' datalake format"},
      {{{"datalake.paimon.uri", "x"}},
       {SetTo("datalake.format", "iceberg")},
       "Invalid configuration 'datalake.paimon.uri' for 'iceberg' datalake format"},
      {{{"datalake.paimon.uri", "x"}},
       {SetTo("datalake.format", "iceberg"), SetToNull("datalake.paimon.uri")},
       ""},
      // Remote directories: none that holds data may go.
      {{}, {SetTo(kDirs, "s3://a")}, ""},
      {{{kDirs, "s3://a"}}, {SetTo(kDirs, "s3://b,s3://a")}, ""},
      {{{kDirs, "s3://a"}}, {SetTo(kDirs, "s3://b")}, DirsText("s3://b", "s3://a")},
      {{{"remote.data.dir", "/r"}}, {SetTo(kDirs, "/a")}, DirsText("/a", "/r")},
      {{{"remote.data.dir", "/r"}}, {SetTo(kDirs, "/a,/r")}, ""},
      {{{kDirs, "/a"}}, {SubtractFrom(kDirs, "/a")}, DirsText("", "/a")},
      {{}, {SetTo(kDirs, "/a,''")}, "Invalid remote path for remote.data.dirs at index 1."},
      {{}, {SetTo(kDirs, "://a")}, "Invalid remote path for remote.data.dirs at index 0."},
      {{}, {SetTo(kStrategy, "weighted_round_robin")}, ""},
      {{{kDirs, "/a,/b"}, {kWeights, "0,3"}}, {SetTo(kStrategy, "WEIGHTED_ROUND_ROBIN")}, ""},
      {{{kDirs, "/a,/b"}},
       {SetTo(kStrategy, "WEIGHTED_ROUND_ROBIN"), SetTo(kWeights, "1")},
       "The size of 'remote.data.dirs' (2) must match the size of 'remote.data.dirs.weights' (1) "
       "when using WEIGHTED_ROUND_ROBIN strategy."},
      {{{kDirs, "/a,/b"}},
       {SetTo(kWeights, "2,-1"), SetTo(kStrategy, "WEIGHTED_ROUND_ROBIN")},
       "All weights in 'remote.data.dirs.weights' must be no less than 0, but found -1 at index "
       "1."},
      {{{kDirs, "/a,/b"}},
       {SetTo(kStrategy, "WEIGHTED_ROUND_ROBIN"), SetTo(kWeights, "0,0")},
       "The sum of all weights in 'remote.data.dirs.weights' must be greater than 0, but the "
       "current sum is 0."},
      {{{kDirs, "/a"}}, {SetTo(kWeights, "-1,7")}, ""},  // Nobody reads them.
      // Credentials.
      {{}, {SetTo(kUsers, SealedUsers({"root", "guest_1"}))}, ""},
      {{},
       {SetTo(kUsers, SealedUsers({"root", "a b"}))},
       "security.sasl.plain.credentials: username 'a b' contains invalid characters. Only letters, "
       "digits, and underscores are allowed."},
      {{},
       {SetTo(kUsers, SealedUsers({""}))},
       "security.sasl.plain.credentials: username '' contains invalid characters. Only letters, "
       "digits, and underscores are allowed."},
      // What may change.
      {{},
       {SetTo("zookeeper.address", "x")},
       "The config key zookeeper.address is not allowed to be changed dynamically."},
      {{},
       {ResetOf("no.such.key")},
       "The config key no.such.key is not allowed to be changed dynamically. No option has this "
       "name."},
      {{},
       {AppendTo("datalake.", "x")},
       "The config key datalake. is not allowed to be changed dynamically. No option has this "
       "name."},
      {{},
       {SetTo("datalake.a b", "x")},
       "The config key datalake.a b has 12 bytes; expected at most 255, printable and without "
       "blanks."},
      // Values.
      {{}, {SetTo("datalake.x", "${env:A}")}, kMarkerText + "datalake.x'."},
      {{}, {SetTo("datalake.x", "${}")}, ""},
      {{}, {AppendTo(kDirs, "${a}")}, kMarkerText + "remote.data.dirs'."},
  };
}

TEST(ConfigRules, EachValidatorAcceptsAndRefusesWithItsText) {
  int n = 0;
  for (const Row& row : Rows()) {
    SCOPED_TRACE("row " + std::to_string(n++) + ", key " + row.changes.back().key);
    ConfigWorld cluster;
    ASSERT_EQ(cluster.Start(row.statics), "");
    config::ConfigState before = cluster.world.configs;
    Decision decision = cluster.Call(AlterConfigs{row.changes});
    EXPECT_EQ(testing::RefusalOf(decision), row.refusal);
    if (row.refusal.empty()) continue;
    EXPECT_EQ(testing::CodeOf(decision), ErrorCode::kConfig);
    EXPECT_EQ(cluster.world.configs, before);
  }
  std::printf("config rules table: rows=%d\n", n);
}

TEST(ConfigRules, AValueThatDoesNotParseSaysKeyTypeAndReason) {
  ConfigWorld cluster;
  EXPECT_EQ(cluster.Alter({SetTo("kv.snapshot.interval", "10")})
                .find("Cannot parse '10' as Duration for config 'kv.snapshot.interval': Could not "
                      "parse value '10' for key 'kv.snapshot.interval'."),
            0u);
}

TEST(ConfigRules, SecretsComeSealedAndOnlySecretsDo) {
  ConfigWorld cluster;
  struct {
    Change change;
    const char* text;
  } cases[] = {
      {SetTo(kUsers, "root:geheim"), "is a secret that was not sealed."},
      {SetTo("datalake.s3.secret-key", "geheim"), "is a secret that was not sealed."},
      {SetTo(kUsers, SealOf()), "is sealed in a form that its key does not take."},
      {SetTo("datalake.s3.secret-key", SealedUsers({"a"})), "is sealed in a form"},
      {SetTo("kv.snapshot.interval", SealOf()), "is sealed in a form"},
  };
  for (const auto& c : cases) {
    Decision decision = cluster.Call(AlterConfigs{{c.change}});
    std::string message = testing::RefusalOf(decision);
    EXPECT_NE(message.find(c.text), std::string::npos) << message;
    EXPECT_EQ(message.find("geheim"), std::string::npos) << message;
    EXPECT_EQ(testing::CodeOf(decision), ErrorCode::kInvalidArgument);
  }
  EXPECT_EQ(cluster.Alter({SetTo("datalake.s3.secret-key", SealOf())}), "");
}

TEST(ConfigRules, LongKeysAndValuesAreRefused) {
  ConfigWorld cluster;
  std::string longest(kConfigValueBytesMax, 'v');
  EXPECT_EQ(cluster.Alter({SetTo("datalake.x", longest)}), "");
  Decision refused = cluster.Call(AlterConfigs{{SetTo("datalake.x", longest + "v")}});
  EXPECT_EQ(testing::CodeOf(refused), ErrorCode::kLimitExceeded);
  std::string key = "datalake." + std::string(kConfigKeyBytesMax - 9, 'k');
  EXPECT_EQ(cluster.Alter({SetTo(key, "v")}), "");
  EXPECT_NE(cluster.Alter({SetTo(key + "k", "v")}).find("has 256 bytes"), std::string::npos);
}

TEST(ConfigRules, WhatAppendingMakesTooLongIsRefused) {
  ConfigWorld cluster;
  std::string half = "/" + std::string(kConfigValueBytesMax / 2, 'a');
  ASSERT_EQ(cluster.Alter({AppendTo(kDirs, half)}), "");
  Decision refused = cluster.Call(AlterConfigs{{AppendTo(kDirs, half + "b")}});
  EXPECT_EQ(testing::CodeOf(refused), ErrorCode::kLimitExceeded);
  EXPECT_LT(cluster.Alter({SetTo(kDirs, "/x")}).size(), 1000u);  // The error shows the start only.
}

TEST(ConfigRules, DynamicEntriesAreLimited) {
  ConfigWorld cluster;
  AlterConfigs fill;
  for (size_t i = 0; i < kConfigKeysMax; ++i) {
    fill.changes.push_back(SetTo("datalake.k" + std::to_string(i), "v"));
  }
  ASSERT_EQ(cluster.Alter(fill.changes), "");
  Decision refused = cluster.Call(AlterConfigs{{SetTo("datalake.more", "v")}});
  EXPECT_EQ(testing::CodeOf(refused), ErrorCode::kLimitExceeded);
  EXPECT_EQ(cluster.Alter({ResetOf("datalake.k7"), SetTo("datalake.more", "v")}), "");
  EXPECT_EQ(cluster.world.configs.dynamics.size(), kConfigKeysMax);
}

}  // namespace
}  // namespace pegel
