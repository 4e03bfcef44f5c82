#include "tools/configure.h"

#include <gtest/gtest.h>

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/process.h"
#include "tools/settings.h"

namespace pegel::tools {
namespace {

class Configuring : public ::testing::Test {
 protected:
  std::string file() const { return directory_.path() + "/server.yaml"; }

  absl::StatusOr<ServerOptions> With(const std::string& text, Given given = {}) {
    std::ofstream(file()) << text;
    given.config_file = file();
    return Configure(given);
  }
  std::string Refusal(const std::string& text, Given given = {}) {
    absl::StatusOr<ServerOptions> options = With(text, std::move(given));
    EXPECT_FALSE(options.ok()) << text;
    return std::string(options.status().message());
  }
  static EffectiveSetting Shown(const ServerOptions& options, const std::string& key) {
    for (const EffectiveSetting& setting : options.shown) {
      if (setting.key == key) return setting;
    }
    ADD_FAILURE() << key << " is not shown";
    return {};
  }

  pegel::testing::TemporaryDirectory directory_;
};

TEST_F(Configuring, WithoutAnythingThereAreDefaults) {
  ServerOptions options = Configure({}).value();
  EXPECT_EQ(options.listen, ServerOptions().listen);
  EXPECT_TRUE(options.static_configs.empty());
  EXPECT_EQ(options.shown.size(), Settings().size());
  for (const EffectiveSetting& setting : options.shown) EXPECT_EQ(setting.source, "default");
}

// The default that help shows is the one that is in force.
TEST_F(Configuring, TheTablesDefaultsAreThoseOfTheCode) {
  ServerOptions landed;
  for (const Setting& setting : Settings()) {
    if (setting.default_text.empty()) continue;
    EXPECT_TRUE(setting.land(std::string(setting.default_text), landed).ok()) << setting.key;
  }
  ServerOptions fresh;
  EXPECT_EQ(landed.data_dir, fresh.data_dir);
  EXPECT_EQ(landed.listen, fresh.listen);
  EXPECT_EQ(landed.key_file, fresh.key_file);
  EXPECT_EQ(landed.engine.log_reads, fresh.engine.log_reads);
  EXPECT_EQ(landed.engine.line_records_max, fresh.engine.line_records_max);
  EXPECT_EQ(landed.limits.connections_max, fresh.limits.connections_max);
  EXPECT_EQ(landed.limits.connections_per_address_max, fresh.limits.connections_per_address_max);
  EXPECT_EQ(landed.limits.calls_in_flight_max, fresh.limits.calls_in_flight_max);
  EXPECT_EQ(landed.changes.changes_max, fresh.changes.changes_max);
  EXPECT_EQ(landed.lease_ms, fresh.lease_ms);
}

TEST_F(Configuring, EverySettingOfTheFileLands) {
  ServerOptions options = With(
                              "pegel.data-dir: /d\n"
                              "pegel.listen: '[::1]:9'\n"
                              "pegel.secrets.key-file: /k\n"
                              "pegel.log.reads: FALSE\n"
                              "pegel.disk.reserve: 12 mb\n"
                              "pegel.line-max: 2\n"
                              "pegel.connections-max: 3\n"
                              "pegel.connections-per-address-max: 4\n"
                              "pegel.calls-in-flight-max: 5\n"
                              "pegel.changes-in-memory: 6\n"
                              "pegel.cluster.lease: 7 min\n"
                              "pegel.snapshot.interval-records: 8\n"
                              "pegel.snapshot.interval: 9 s\n"
                              "pegel.snapshot.keep: 10\n"
                              "pegel.retention.records: 11\n"
                              "pegel.retention.export-dir: /e\n")
                              .value();
  EXPECT_EQ(options.data_dir, "/d");
  EXPECT_EQ(options.listen, "[::1]:9");
  EXPECT_EQ(options.key_file, "/k");
  EXPECT_FALSE(options.engine.log_reads);
  EXPECT_EQ(options.disk_reserve, uint64_t{12} << 20);
  EXPECT_EQ(options.engine.line_records_max, 2u);
  EXPECT_EQ(options.limits.connections_max, 3u);
  EXPECT_EQ(options.limits.connections_per_address_max, 4u);
  EXPECT_EQ(options.limits.calls_in_flight_max, 5u);
  EXPECT_EQ(options.changes.changes_max, 6u);
  EXPECT_EQ(options.lease_ms, 7 * 60'000);
  EXPECT_EQ(options.snapshots.interval_records, 8u);
  EXPECT_EQ(options.snapshots.interval_ms, 9'000);
  EXPECT_EQ(options.snapshots.keep, 10u);
  EXPECT_EQ(options.snapshots.retention.records, 11u);
  EXPECT_EQ(options.snapshots.retention.export_dir, "/e");
  EXPECT_EQ(options.shown.size(), Settings().size());
  for (const EffectiveSetting& setting : options.shown) {
    EXPECT_TRUE(absl::StartsWith(setting.source, file() + ":")) << setting.key;
  }
}

TEST_F(Configuring, AFlagComesBeforeTheFileAndTheFileBeforeTheDefault) {
  ServerOptions options =
      With("pegel.line-max: 7\npegel.listen: 127.0.0.1:1\n", {.flags = {{"--line-max", "9"}}})
          .value();
  EXPECT_EQ(options.engine.line_records_max, 9u);
  EXPECT_EQ(Shown(options, "pegel.line-max"),
            (EffectiveSetting{"pegel.line-max", "9", "flag --line-max"}));
  EXPECT_EQ(options.listen, "127.0.0.1:1");
  EXPECT_EQ(Shown(options, "pegel.listen"),
            (EffectiveSetting{"pegel.listen", "127.0.0.1:1", file() + ":2"}));
  EXPECT_EQ(Shown(options, "pegel.log.reads"),
            (EffectiveSetting{"pegel.log.reads", "true", "default"}));
}

TEST_F(Configuring, AllOtherKeysAreStaticConfigsAndDefinitionsComeBeforeTheFile) {
  ServerOptions options = With("authorizer.enabled: false\nsuper.users: User:root\n",
                               {.definitions = {"authorizer.enabled=true"}})
                              .value();
  EXPECT_EQ(options.static_configs,
            (std::map<std::string, std::string>{{"authorizer.enabled", "true"},
                                                {"super.users", "User:root"}}));
  EXPECT_EQ(Shown(options, "authorizer.enabled"),
            (EffectiveSetting{"authorizer.enabled", "true", "flag -D"}));
  EXPECT_EQ(Shown(options, "super.users"),
            (EffectiveSetting{"super.users", "User:root", file() + ":2"}));
}

TEST_F(Configuring, OnlyTheFirstEqualsSignOfADefinitionCounts) {
  std::string refusal = Refusal("", {.definitions = {"super.users=a=b"}});
  EXPECT_TRUE(absl::StrContains(refusal, "'a=b'")) << refusal;
}

TEST_F(Configuring, AMistakeIsNamedByItsPlace) {
  EXPECT_EQ(Refusal("a.b: [1]\n"),
            file() + ":1: key 'a.b': a list; write it as one text instead: 'a,b'");
  EXPECT_EQ(Refusal("# c\npegel.lisen: x\n"),
            file() + ":2: key 'pegel.lisen': no such setting; did you mean 'pegel.listen'?");
  EXPECT_EQ(Refusal("pegel.quite.different: x\n"),
            file() + ":1: key 'pegel.quite.different': no such setting; pegeld --help lists all");
  EXPECT_EQ(Refusal("pegel.line-max: many\n"),
            file() +
                ":1: key 'pegel.line-max': expected a whole number from 1 to 1000000000, "
                "found 'many'");
  EXPECT_EQ(
      Refusal("pegel.line-max: 0\n"),
      file() + ":1: key 'pegel.line-max': expected a whole number from 1 to 1000000000, found '0'");
  EXPECT_EQ(Refusal("pegel.log.reads: yes\n"),
            file() + ":1: key 'pegel.log.reads': expected true or false, found 'yes'");
  EXPECT_EQ(
      Refusal("pegel.disk.reserve: 1 kb\n"),
      file() + ":1: key 'pegel.disk.reserve': expected a size from 1 mb to 1 tb, found '1 kb'");
  EXPECT_EQ(Refusal("pegel.data-dir: ''\n"),
            file() + ":1: key 'pegel.data-dir': expected a text, found an empty one");
  EXPECT_EQ(Refusal("", {.flags = {{"--line-max", "x"}}}),
            "flag --line-max: key 'pegel.line-max': expected a whole number from 1 to 1000000000, "
            "found 'x'");
  EXPECT_EQ(Refusal("", {.definitions = {"hunter2"}}),
            "flag -D: expected key=value, found no '=' behind a key");
  EXPECT_EQ(Refusal("", {.definitions = {"a.b=1", "a.b=2"}}),
            "flag -D: key 'a.b': given twice; leave one out");
  EXPECT_EQ(Refusal("", {.definitions = {"pegel.listen=x"}}),
            "flag -D: key 'pegel.listen': is a setting of its own; give it as --listen");
  EXPECT_EQ(Refusal("", {.definitions = {"pegel.x=x"}}),
            "flag -D: key 'pegel.x': no such setting; pegeld --help lists all");
  EXPECT_EQ(Configure({.config_file = "/no/such"}).status().message(), "/no/such: no such file");
}

// Reasons that come from the core's checks of values get the line of their key.
TEST_F(Configuring, AWrongValueIsNamedByItsLine) {
  EXPECT_EQ(Refusal("# c\nauthorizer.enabled: true\n\nsuper.users: User:*\n")
                .find(file() + ":4: key 'super.users': "),
            0u);
  EXPECT_EQ(Refusal("super.users: User:*\n").find(file() + ":1: key 'super.users': "), 0u);
  EXPECT_EQ(Refusal("authorizer.enabled: maybe\n").find(file() + ":1: key 'authorizer.enabled': "),
            0u);
  EXPECT_EQ(Refusal("authorizer.enabled: true\n", {.definitions = {"authorizer.enabled=maybe"}})
                .find("flag -D: key 'authorizer.enabled': "),
            0u);
}

TEST_F(Configuring, SecretsAreMaskedAndNeverInARefusal) {
  ServerOptions options =
      With("metrics.reporter.influxdb.token: hunter2\n", {.definitions = {"s3.secret-key=hunter2"}})
          .value();
  EXPECT_EQ(Shown(options, "metrics.reporter.influxdb.token"),
            (EffectiveSetting{"metrics.reporter.influxdb.token", "******", file() + ":1"}));
  EXPECT_EQ(Shown(options, "s3.secret-key").value, "******");
  EXPECT_EQ(options.static_configs.at("s3.secret-key"), "hunter2");
  for (const char* bad : {"hunter2", "root:hunter2:x", "ro-ot:hunter2", "'a:hunter2,a:hunter2'"}) {
    std::string refusal = Refusal(absl::StrCat("security.sasl.plain.credentials: ", bad, "\n"));
    EXPECT_TRUE(absl::StartsWith(
        refusal, absl::StrCat(file(), ":1: key 'security.sasl.plain.credentials': ")))
        << refusal;
    EXPECT_FALSE(absl::StrContains(refusal, "hunter2")) << refusal;
  }
}

// Alone each is fine, or they need each other: the line is that of the key that the reason names.
TEST_F(Configuring, KeysThatDoNotGoTogetherAreNamedByALineToo) {
  EXPECT_TRUE(With("server.data-disk.write-limit-ratio: '0.5'\n"
                   "server.data-disk.write-recover-ratio: '0.4'\n")
                  .ok())
      << "the limit alone would be below the default to recover";
  std::string refusal = Refusal("datalake.format: paimon\n\ndatalake.iceberg.x: y\n");
  EXPECT_TRUE(absl::StartsWith(refusal, absl::StrCat(file(), ":3: key 'datalake.iceberg.x': ")))
      << refusal;
  EXPECT_EQ(Refusal("# c\nno.such.key: 1\n").find(file() + ":2: key 'no.such.key': "), 0u);
}

TEST_F(Configuring, AnAuthorizerThatIsNotOursStopsTheStart) {
  EXPECT_EQ(Refusal("authorizer.type: ranger\nauthorizer.enabled: TRUE\n"),
            file() +
                ":1: key 'authorizer.type': expected 'default', found 'ranger'; Pegel has an "
                "authorizer of its own and no plugins");
  EXPECT_TRUE(With("authorizer.type: ranger\n").ok()) << "no authorizer was asked for";
  EXPECT_TRUE(With("authorizer.type: default\nauthorizer.enabled: true\n").ok());
}

TEST_F(Configuring, AnEmptyConfigPathIsNoConfig) {
  EXPECT_TRUE(absl::StrContains(Configure({.config_file = ""}).status().message(), "--config"));
}

TEST_F(Configuring, RetentionNeedsAPlaceToExportTo) {
  EXPECT_EQ(With("pegel.data-dir: /d\npegel.retention.records: 5\n").status().message(),
            file() +
                ":2: key 'pegel.retention.records': needs a directory to export to before "
                "anything is trimmed; set pegel.retention.export-dir too");
  EXPECT_TRUE(With("pegel.retention.export-dir: /e\n").ok()) << "it is only not used";
}

// The example that the documents point to is read, its commented settings included.
TEST_F(Configuring, TheExampleIsRight) {
  const std::string example = PEGEL_SOURCE_DIR "/docs/examples/server.yaml";
  EXPECT_EQ(Configure({.config_file = example}).value().data_dir, "/var/lib/pegel");
  std::ifstream stream(example);
  std::string all, line;
  while (std::getline(stream, line)) {
    absl::StrAppend(&all, absl::StartsWith(line, "#pegel.") ? line.substr(1) : line, "\n");
  }
  ServerOptions options = With(all).value();
  for (const Setting& setting : Settings()) {
    EffectiveSetting shown = Shown(options, std::string(setting.key));
    EXPECT_NE(shown.source, "default") << setting.key << " is not in the example";
    bool has_default = !setting.default_text.empty();
    EXPECT_TRUE(!has_default || shown.value == setting.default_text) << setting.key;
  }
}

}  // namespace
}  // namespace pegel::tools
