#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/config/grammar.h"
#include "core/config/registry.h"
#include "core/limits.h"

namespace pegel::config {
namespace {

using ::testing::ElementsAre;

template <typename Choose>
std::vector<std::string> KeysWhere(Choose choose) {
  std::vector<std::string> keys;
  for (const Option& option : Registry()) {
    if (choose(option)) keys.emplace_back(option.key);
  }
  return keys;
}

TEST(ConfigRegistry, HoldsEveryOptionOnceInOrder) {
  absl::Span<const Option> all = Registry();
  EXPECT_EQ(all.size(), 182u);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                             [](const Option& a, const Option& b) { return a.key < b.key; }));
  for (size_t i = 1; i < all.size(); ++i) EXPECT_NE(all[i - 1].key, all[i].key);
  for (const Option& option : all) {
    EXPECT_EQ(FindOption(option.key), &option);
    EXPECT_FALSE(option.help.empty()) << option.key;
    EXPECT_FALSE(option.type_name.empty()) << option.key;
  }
}

TEST(ConfigRegistry, FindsNoOptionUnderAnyOtherKey) {
  for (const Option& option : Registry()) {
    const std::string key(option.key);
    EXPECT_EQ(FindOption(key + "x"), nullptr);
    EXPECT_EQ(FindOption(" " + key), nullptr);
    EXPECT_EQ(FindOption(absl::AsciiStrToUpper(key)), nullptr);
  }
  EXPECT_EQ(FindOption(""), nullptr);
  EXPECT_EQ(FindOption("zzz"), nullptr);
  EXPECT_EQ(FindOption("datalake.paimon.warehouse"), nullptr);
}

TEST(ConfigRegistry, HasEachTypeAsOftenAsFlussAndPegelDeclareIt) {
  auto count = [](Type type) {
    return KeysWhere([type](const Option& option) { return option.type == type; }).size();
  };
  EXPECT_EQ(count(Type::kBoolean), 23u);
  EXPECT_EQ(count(Type::kInt), 44u);
  EXPECT_EQ(count(Type::kLong), 1u);
  EXPECT_EQ(count(Type::kDouble), 5u);
  EXPECT_EQ(count(Type::kString), 31u);
  EXPECT_EQ(count(Type::kPassword), 1u);
  EXPECT_EQ(count(Type::kEnum), 5u);
  EXPECT_EQ(count(Type::kMemorySize), 26u);
  EXPECT_EQ(count(Type::kDuration), 33u);
  EXPECT_EQ(count(Type::kStringList), 9u);
  EXPECT_EQ(count(Type::kIntList), 1u);
  EXPECT_EQ(count(Type::kEnumList), 1u);
  EXPECT_EQ(count(Type::kMap), 2u);
}

// The text that prints the value; types that have only one text for a value give it back.
std::string Canonical(const Option& option, absl::string_view text) {
  switch (option.type) {
    case Type::kMemorySize:
      return ToText(*ParseMemorySize(text));
    case Type::kDuration:
      return ToText(*ParseDuration(text));
    case Type::kDouble:
      return ToText(*ParseDecimal(text));
    case Type::kStringList:
      return JoinList(*ParseList(text));
    case Type::kEnum:
      return std::string(*ParseEnum(text, option.type_name, option.enum_values));
    default:
      return std::string(text);
  }
}

TEST(ConfigRegistry, EveryDefaultIsAValueOfItsTypeInCanonicalText) {
  int defaults = 0;
  for (const Option& option : Registry()) {
    if (!option.default_text.has_value()) continue;
    ++defaults;
    absl::string_view text = *option.default_text;
    EXPECT_TRUE(CheckValue(option, text).ok()) << CheckValue(option, text);
    EXPECT_LE(text.size(), kConfigValueBytesMax);
    EXPECT_EQ(Canonical(option, text), text) << option.key;
  }
  EXPECT_EQ(defaults, 150);
}

TEST(ConfigRegistry, EnumsHaveNamesAndOthersNone) {
  for (const Option& option : Registry()) {
    bool is_enum = option.type == Type::kEnum || option.type == Type::kEnumList;
    EXPECT_EQ(!option.enum_values.empty(), is_enum) << option.key;
  }
  EXPECT_EQ(FindOption("kv.rocksdb.log.level")->type_name, "InfoLogLevel");
  EXPECT_EQ(FindOption("kv.rocksdb.log.level")->enum_values.size(), 7u);
  EXPECT_EQ(FindOption("kv.rocksdb.compression.per.level")->type_name, "List<KvCompressionType>");
}

TEST(ConfigRegistry, DefaultsTellNoneFromEmpty) {
  EXPECT_EQ(FindOption("remote.data.dir")->default_text, std::nullopt);
  EXPECT_EQ(FindOption("remote.data.dirs")->default_text, "");
  EXPECT_EQ(FindOption("datalake.enabled")->default_text, std::nullopt);
  EXPECT_EQ(FindOption("server.writer-id.expiration-time")->default_text, "7 d");
}

// The fourteen keys of procedures.md 3.1, datalake.enabled, which is of the family, and our own.
TEST(ConfigRegistry, ExactlyTheseKeysMayChange) {
  EXPECT_THAT(
      KeysWhere([](const Option& option) {
        return option.is_dynamic && !absl::StartsWith(option.key, "pegel.rebalance.");
      }),
      ElementsAre("datalake.enabled", "datalake.format", "kv.leader-replica.memory-reserved",
                  "kv.rocksdb.shared-rate-limiter.bytes-per-sec", "kv.snapshot.interval",
                  "log.replica.min-in-sync-replicas-number",
                  "log.retention.roll-active-segment.enabled", "remote.data.dirs",
                  "remote.data.dirs.strategy", "remote.data.dirs.weights",
                  "security.sasl.plain.credentials", "server.data-disk.write-limit-ratio",
                  "server.data-disk.write-recover-ratio",
                  "server.historical-partition.lookup-cache.max-disk-ratio",
                  "server.historical-partition.lookuper-cache.expire-after-access"));
  for (const Option& option : Registry()) {
    EXPECT_EQ(MayChange(option.key), option.is_dynamic);
    EXPECT_TRUE(option.is_dynamic || !absl::StartsWith(option.key, "pegel.rebalance."));
  }
}

TEST(ConfigRegistry, TheDatalakeFamilyMayChangeButNotItsBareName) {
  for (const char* key :
       {"datalake.paimon.warehouse", "datalake.x", "datalake..", "datalake.enabled"}) {
    EXPECT_TRUE(MayChange(key)) << key;
  }
  for (const char* key : {"datalake.", "datalake", "", "datalakes.x", "Datalake.x", " datalake.x",
                          "table.datalake.format", "remote.data.dirs ", "KV.SNAPSHOT.INTERVAL",
                          "invalid.config.key"}) {
    EXPECT_FALSE(MayChange(key)) << key;
  }
}

TEST(ConfigRegistry, ExactlyTheseOptionsAreSecret) {
  EXPECT_THAT(
      KeysWhere([](const Option& option) { return IsSecret(option.key); }),
      ElementsAre("metrics.reporter.influxdb.token", "metrics.reporter.prometheus-push.password",
                  "security.sasl.plain.credentials", "security.sasl.plain.jaas.config"));
  for (const Option& option : Registry()) {
    EXPECT_EQ(option.is_secret, IsSecret(option.key)) << option.key;
    EXPECT_EQ(IsSecret(absl::AsciiStrToUpper(option.key)), option.is_secret) << option.key;
  }
}

TEST(ConfigRegistry, KeysOfNoTableAreSecretByTheirName) {
  const std::vector<const char*> secret = {"security.sasl.listener.name.client.plain.jaas.config",
                                           "security.sasl.listener.name.FLUSS.plain.jaas.config",
                                           "security.sasl.plain.jaas.config",
                                           "security.sasl.scram-sha-256.jaas.config",
                                           "Security.Sasl.Plain.Credentials",
                                           "datalake.paimon.s3.secret-key",
                                           "datalake.paimon.s3.access-key",
                                           "datalake.x.access-key",
                                           "datalake.x.access_key",
                                           "datalake.x.accessKey",
                                           "datalake.iceberg.s3.secret-access-key",
                                           "datalake.iceberg.s3.session-token",
                                           "datalake.iceberg.rest.token",
                                           "datalake.iceberg.credential",
                                           "datalake.paimon.jdbc.password",
                                           "datalake.x.PASSWORD",
                                           "datalake.x.passwd",
                                           "datalake.x.db_pwd",
                                           "datalake.x.private-key",
                                           "datalake.x.privateKey",
                                           "datalake.x.private.key.passphrase",
                                           "datalake.x.api-key",
                                           "datalake.x.apikey",
                                           "datalake.iceberg.header.Authorization",
                                           "datalake.paimon.dlf.securityToken",
                                           "fs.azure.account.key.store.dfs.core.windows.net",
                                           "fs.azure.account.key.myprofile",
                                           "fs.azure.account.oauth2.client.secret",
                                           "fs.azure.sas.box.account",
                                           "fs.oss.accessKeySecret",
                                           "fs.s3a.secret.key",
                                           "s3.access-key-id",
                                           "config.providers.vault.param.token",
                                           "metrics.reporter.mine.basic-auth",
                                           "metrics.reporter.mine.http-headers",
                                           "javax.net.ssl.keyStorePassword",
                                           "ssl.keystore.password",
                                           "ssl.password.file.password"};
  for (const char* key : secret) {
    EXPECT_TRUE(IsSecret(key)) << key;
    EXPECT_TRUE(IsSecret(absl::AsciiStrToUpper(key))) << key;
  }
  const std::vector<const char*> open = {"datalake.paimon.warehouse",
                                         "datalake.paimon.metastore",
                                         "datalake.paimon.s3.endpoint",
                                         "datalake.iceberg.uri",
                                         "datalake.paimon.key",
                                         "datalake.x.keytab",
                                         "datalake.x.primary-key",
                                         "client.security.token.renewal.backoff",
                                         "client.filesystem.token.renewal.time-ratio",
                                         "datalake.iceberg.token-refresh-enabled",
                                         "fs.s3a.aws.credentials.provider",
                                         "datalake.x.password.file",
                                         "datalake.x.secret-path",
                                         "kv.rocksdb.keyspace",
                                         "datalake.paimon.catalog-key",
                                         "s3.region",
                                         "metrics.reporter.mine.username",
                                         ""};
  for (const char* key : open) EXPECT_FALSE(IsSecret(key)) << key;
  std::cout << "config secrets: options=4 names_secret=" << secret.size()
            << " names_open=" << open.size() << "\n";
}

}  // namespace
}  // namespace pegel::config
