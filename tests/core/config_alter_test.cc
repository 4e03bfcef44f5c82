// Set, reset, append, subtract, get and reseal; the quirks of Fluss that are not ours.
#include <gtest/gtest.h>

#include "core/canonical.h"
#include "core/config/credentials.h"
#include "core/config/resets.h"
#include "core/limits.h"
#include "tests/core/config_fixture.h"

namespace pegel {
namespace {

using config::Change;
using config::Source;
using testing::AppendTo;
using testing::AuthorOf;
using testing::ConfigWorld;
using testing::ResetOf;
using testing::SealedUsers;
using testing::SealOf;
using testing::SetTo;
using testing::SetToNull;
using testing::Statics;
using testing::SubtractFrom;

constexpr char kInterval[] = "kv.snapshot.interval";
constexpr char kDirs[] = "remote.data.dirs";
constexpr char kWeights[] = "remote.data.dirs.weights";
constexpr char kUsers[] = "security.sasl.plain.credentials";

TEST(ConfigAlter, SetKeepsTheRawText) {
  ConfigWorld cluster;
  ASSERT_EQ(cluster.Alter({SetTo("datalake.x", " 200MB ")}), "");
  EXPECT_EQ(cluster.Dynamic("datalake.x"), " 200MB ");
  EXPECT_EQ(cluster.world.configs.dynamics.at("datalake.x").changed, cluster.world.lsn);
}

// What the log's decoder refuses may not get into it.
TEST(ConfigAlter, ATextThatIsNotUtf8IsRefused) {
  ConfigWorld cluster;
  EXPECT_EQ(cluster.Alter({SetTo("datalake.x", "\xe4")}),
            "The value of 'datalake.x' is not UTF-8.");
}

TEST(ConfigAlter, AllDynamicValuesTogetherAreBounded) {
  ConfigWorld cluster;
  const std::string value(kConfigValueBytesMax, 'v');
  size_t count = 0;
  while (cluster.Alter({SetTo(absl::StrCat("datalake.", count), value)}).empty()) ++count;
  EXPECT_EQ(count, kConfigBytesMax / (value.size() + 12));
  EXPECT_NE(cluster.Alter({SetTo("datalake.more", value)}).find("more than the limit of 4194304"),
            std::string::npos);
  EXPECT_EQ(cluster.Alter({SetTo("datalake.0", "short"), SetTo("datalake.more", value)}), "");
  EXPECT_EQ(cluster.Alter({ResetOf("datalake.1")}), "");
  size_t bytes = 0;
  for (const auto& [key, entry] : cluster.world.configs.dynamics) {
    bytes += key.size() + config::BytesOf(*entry.value);
  }
  EXPECT_EQ(cluster.world.configs.dynamic_bytes, bytes);
}

TEST(ConfigAlter, ARefusalIsNotLongerThanItsBound) {
  ConfigWorld cluster;
  const std::string digits = absl::StrCat("1.", std::string(16'000, '1'));
  std::string refusal = cluster.Alter({SetTo("server.data-disk.write-limit-ratio", digits)});
  EXPECT_NE(refusal.find("Invalid disk write-limit configuration"), std::string::npos) << refusal;
  EXPECT_LE(refusal.size(), kErrorBytesMax);
}

TEST(ConfigAlter, TheSameValueAgainIsNoEvent) {
  ConfigWorld cluster;
  ASSERT_EQ(cluster.Alter({SetTo(kInterval, "5 min")}), "");
  Decision again = cluster.Call(AlterConfigs{{SetTo(kInterval, "5 min")}});
  EXPECT_TRUE(IsAccepted(again.outcome));
  EXPECT_TRUE(again.events.empty());
  EXPECT_EQ(cluster.world.configs.dynamics.at(kInterval).changed, Lsn{2});
}

TEST(ConfigAlter, LaterStepsSeeEarlierOnes) {
  ConfigWorld cluster;
  Decision decision = cluster.Call(AlterConfigs{
      {SetTo(kDirs, "/a"), AppendTo(kDirs, "/b"), SetTo(kInterval, "1 s"), ResetOf(kInterval)}});
  EXPECT_EQ(decision.events.size(), 1u);
  EXPECT_EQ(cluster.Dynamic(kDirs), "/a,/b");
  EXPECT_EQ(cluster.Dynamic(kInterval), "<none>");
}

TEST(ConfigAlter, OneBadPairRejectsAll) {
  ConfigWorld cluster;
  config::ConfigState before = cluster.world.configs;
  EXPECT_NE(cluster.Alter({SetTo(kInterval, "5 min"), SetTo("zookeeper.address", "x")}), "");
  EXPECT_EQ(cluster.world.configs, before);
  // Also when a later pair would have put it right.
  EXPECT_NE(cluster.Alter({SetTo(kInterval, "x"), SetTo(kInterval, "5 min")}), "");
}

TEST(ConfigAlter, NothingToDoIsDone) {
  ConfigWorld cluster;
  EXPECT_EQ(cluster.Alter({}), "");
  EXPECT_EQ(cluster.Alter({ResetOf(kInterval)}), "");  // Not set.
  EXPECT_TRUE(cluster.world.configs.resets.empty());
}

TEST(ConfigAlter, NullMasksTheStaticValueAndResetBringsItBack) {
  ConfigWorld cluster(Statics{{kInterval, "5 min"}});
  ASSERT_EQ(cluster.Alter({SetToNull(kInterval)}), "");
  EXPECT_EQ(cluster.Get({kInterval})[0], (ConfigEntry{kInterval, std::nullopt, Source::kDynamic}));
  ASSERT_EQ(cluster.Alter({ResetOf(kInterval)}), "");
  EXPECT_EQ(cluster.Get({kInterval})[0], (ConfigEntry{kInterval, "5 min", Source::kStatic}));
  EXPECT_EQ(cluster.world.configs.resets.at(kInterval), Lsn{4});
}

TEST(ConfigQuirks, Q14TheSourceIsDynamicWhileAnEntryExists) {
  ConfigWorld cluster(Statics{{kInterval, "5 min"}});
  ASSERT_EQ(cluster.Alter({SetTo(kInterval, "5 min")}), "");
  EXPECT_EQ(cluster.Get({kInterval})[0].source, Source::kDynamic);
  ASSERT_EQ(cluster.Alter({ResetOf(kInterval)}), "");
  EXPECT_EQ(cluster.Get({kInterval})[0].source, Source::kStatic);
  ASSERT_EQ(cluster.Alter({SetToNull("datalake.none")}), "");  // No static value behind it.
  EXPECT_EQ(cluster.Get({"datalake.none"})[0].source, Source::kDynamic);
}

// Q15, Q16, Q19: in Fluss a value that components refuse may stay and block or be applied anyway.
TEST(ConfigQuirks, Q15Q16Q19ARefusedValueLeavesNothingBehind) {
  ConfigWorld cluster;
  EXPECT_NE(cluster.Alter({SetTo("log.replica.min-in-sync-replicas-number", "0")}), "");
  EXPECT_EQ(cluster.Alter({SetTo(kInterval, "5 min")}), "");
  EXPECT_EQ(cluster.Get().size(), 3u);  // Two static ones of the fixture, and the interval.
}

TEST(ConfigQuirks, Q20AResetThatDropsADirectoryInUseIsRefused) {
  ConfigWorld cluster(Statics{{kDirs, "/a"}});
  ASSERT_EQ(cluster.Alter({SetTo(kDirs, "/a,/b")}), "");
  EXPECT_EQ(cluster.Alter({ResetOf(kDirs)}).find("New remote.data.dirs: [/a] must contain"), 0u);
  ASSERT_EQ(cluster.Start({{kDirs, "/b,/a"}}), "");
  EXPECT_EQ(cluster.Alter({ResetOf(kDirs)}), "");  // Nothing is lost: at once in force.
}

TEST(ConfigQuirks, Q27KeysOfGetAreTrimmed) {
  ConfigWorld cluster;
  EXPECT_EQ(cluster.Get({" kv.snapshot.interval\t"}).size(), 1u);
}

TEST(ConfigQuirks, Q28EnablingAndResettingTheFormatInOneCallIsRefused) {
  ConfigWorld cluster;
  ASSERT_EQ(cluster.Alter({SetTo("datalake.format", "paimon")}), "");
  EXPECT_EQ(
      cluster.Alter({SetTo("datalake.enabled", "true"), ResetOf("datalake.format")}),
      "'datalake.format' must be configured when 'datalake.enabled' is explicitly set to true.");
}

// ---- append and subtract ----

struct Row {
  config::Value base;  // Empty text: no base.
  Change change;
  std::string after;    // The dynamic entry.
  std::string refusal;  // Its start; empty: accepted.
};

// Under ROUND_ROBIN nothing restrains weights, so they show what subtract does.
std::vector<Row> Rows() {
  return {
      {"", AppendTo(kDirs, "/a"), "/a", ""},
      {"/a", AppendTo(kDirs, "/b"), "/a,/b", ""},
      {"/a , /b", AppendTo(kDirs, " /c "), "/a , /b, /c ",
       ""},                                         // As written where it says the same.
      {"/a,", AppendTo(kDirs, "/b"), "/a,/b", ""},  // `/a,,/b` would say more.
      {"'/a,1'", AppendTo(kDirs, "'/b,2'"), "'/a,1','/b,2'", ""},  // Q18: quotes count.
      {"/a", AppendTo(kDirs, "/b,/c"), "/a,/b,/c", ""},
      {"/a", AppendTo(kDirs, ""), "<none>", ""},
      {"/a", AppendTo(kDirs, "/a"), "<none>", "remote.data.dirs already contains '/a'."},
      {"'/a,1'", AppendTo(kDirs, "\"/a,1\""), "<none>", "remote.data.dirs already contains"},
      {"/a", AppendTo(kDirs, "/b,/b"), "<none>", "remote.data.dirs already contains '/b'."},
      {"1", AppendTo(kWeights, "1"), "1,1", ""},  // Two directories may weigh the same.
      {"1", AppendTo(kWeights, "x"), "<none>", "Cannot parse 'x' as List<Integer>"},
      {"1, 2,1", SubtractFrom(kWeights, "1"), "2", ""},
      {"01,2", SubtractFrom(kWeights, "1"), "2", ""},       // One number, two spellings.
      {"1, 2", SubtractFrom(kWeights, "3"), "<none>", ""},  // No match: not even dynamic.
      {"1,2", SubtractFrom(kWeights, "2,1"), "<null>", ""},
      {"", SubtractFrom(kWeights, "1"), "<none>", ""},
      {SealedUsers({"a"}), AppendTo(kUsers, SealedUsers({"b", "c"})), "sealed(a,b,c)", ""},
      {"", AppendTo(kUsers, SealedUsers({"b"})), "sealed(b)", ""},
      {"", AppendTo(kUsers, SealedUsers({})), "<none>", ""},
      {SealedUsers({"a", "b"}), AppendTo(kUsers, SealedUsers({"c", "b"})), "<none>",
       "security.sasl.plain.credentials must not contain duplicate map entry keys: 'b'."},
      {SealedUsers({"a", "b"}), SubtractFrom(kUsers, SealedUsers({"a"}, 'y')), "sealed(b)", ""},
      {SealedUsers({"a"}), SubtractFrom(kUsers, SealedUsers({"b"})), "<none>", ""},
      {SealedUsers({"a"}), SubtractFrom(kUsers, SealedUsers({"a"})), "<null>", ""},
      {"", AppendTo(kInterval, "1 s"), "<none>",
       "APPEND/SUBTRACT operations are only supported for list-typed or map-typed config keys, but "
       "'kv.snapshot.interval' is not a list or map type."},
      {"", SubtractFrom("datalake.x", "1"), "<none>", "APPEND/SUBTRACT operations are only"},
      {"", AppendTo("zookeeper.address", "1"), "<none>", "The config key zookeeper.address is not"},
      {"/a", {config::Op::kAppend, kDirs, std::nullopt}, "<none>", "APPEND needs a value"},
      {"/a", {config::Op::kSubtract, kDirs, std::nullopt}, "<none>", "SUBTRACT needs a value"},
  };
}

TEST(ConfigCollections, WorkOnElementsOfTheValueInForce) {
  int n = 0;
  for (const Row& row : Rows()) {
    SCOPED_TRACE("row " + std::to_string(n++));
    ConfigWorld cluster;
    Statics statics;
    if (row.base != config::Value("")) statics[row.change.key] = row.base;
    ASSERT_EQ(cluster.Start(statics), "");
    std::string refusal = cluster.Alter({row.change});
    EXPECT_EQ(refusal.substr(0, row.refusal.size()), row.refusal) << refusal;
    EXPECT_EQ(refusal.empty(), row.refusal.empty()) << refusal;
    EXPECT_EQ(cluster.Dynamic(row.change.key), row.after);
  }
}

TEST(ConfigCollections, AnExplicitNullIsTheBaseAlthoughAStaticValueExists) {
  ConfigWorld cluster(Statics{{kWeights, "1,2"}});
  ASSERT_EQ(cluster.Alter({SetToNull(kWeights), AppendTo(kWeights, "3")}), "");
  EXPECT_EQ(cluster.Dynamic(kWeights), "3");
}

// ---- get ----

TEST(ConfigGet, ListsWhatIsSetSortedByKey) {
  ConfigWorld cluster(Statics{{"zookeeper.address", "z"}, {kInterval, "5 min"}});
  ASSERT_EQ(cluster.Alter({SetTo("datalake.a", "1"), SetTo(kInterval, "6 min")}), "");
  std::vector<ConfigEntry> expected = {
      {"authorizer.enabled", "false", Source::kStatic},
      {"datalake.a", "1", Source::kDynamic},
      {kInterval, "6 min", Source::kDynamic},
      {"super.users", "User:root", Source::kStatic},
      {"zookeeper.address", "z", Source::kStatic},
  };
  EXPECT_EQ(cluster.Get(), expected);
}

TEST(ConfigGet, NamedKeysComeOnceWithDefaultsAndUnknownOnesNot) {
  ConfigWorld cluster;
  std::vector<ConfigEntry> expected = {
      {"datalake.enabled", std::nullopt, Source::kDefault},  // No default.
      {kInterval, "10 min", Source::kDefault},
      {"remote.data.dirs", "", Source::kDefault},
  };
  EXPECT_EQ(cluster.Get({kInterval, "remote.data.dirs", "no.such.key", "datalake.enabled",
                         "datalake.unset", kInterval, ""}),
            expected);
}

TEST(ConfigGet, IsARead) {
  EXPECT_TRUE(IsRead(GetConfigs{}));
  EXPECT_FALSE(IsRead(AlterConfigs{}));
  EXPECT_FALSE(IsRead(ResealSecrets{}));
}

// ---- who may ----

TEST(ConfigAuthorization, AlterNeedsAlterAndGetNeedsDescribeOnTheCluster) {
  ConfigWorld cluster;
  cluster.Call(testing::BootOf(true));
  Author bob = AuthorOf("User:bob");
  auto refusal = [&](const Command& command) {
    return testing::RefusalOf(cluster.Call(command, bob));
  };
  const std::string start =
      "Principal FlussPrincipal{name='bob', type='User'} have no "
      "authorization to operate ";
  const std::string end = " on resource Resource{type=CLUSTER, name='fluss-cluster'} ";
  EXPECT_EQ(refusal(AlterConfigs{{SetTo("no.such.key", "x")}}), start + "ALTER" + end);
  EXPECT_EQ(refusal(AlterConfigs{}), start + "ALTER" + end);  // Q25: Fluss skips the check.
  EXPECT_EQ(refusal(ResealSecrets{}), start + "ALTER" + end);
  EXPECT_EQ(refusal(GetConfigs{}), start + "DESCRIBE" + end);
  cluster.Call(AddAcl{testing::EntryOf("ALLOW", "User:bob", "DESCRIBE", "cluster")});
  EXPECT_EQ(refusal(GetConfigs{}), "");
  EXPECT_NE(refusal(AlterConfigs{}), "");
  cluster.Call(AddAcl{testing::EntryOf("ALLOW", "User:bob", "ALTER", "cluster")});
  EXPECT_EQ(refusal(AlterConfigs{{SetTo(kInterval, "1 s")}}), "");
  EXPECT_EQ(refusal(ResealSecrets{}), "");
}

// ---- seals ----

class Reseal : public ::testing::Test {
 protected:
  Reseal() : cluster_(Statics{{kUsers, SealedUsers({"a", "b"})}, {"fs.x", "1"}}) {
    cluster_.Alter({SetTo("datalake.s3.secret-key", SealOf()), SetTo(kInterval, "1 s")});
  }
  ResealSecrets Good() const {
    return {{{kUsers, SealedUsers({"a", "b"}, 'y')}}, {{"datalake.s3.secret-key", SealOf('y')}}};
  }
  ConfigWorld cluster_;
};

TEST_F(Reseal, ReplacesEverySealAndIsNoChange) {
  EXPECT_EQ(testing::RefusalOf(cluster_.Call(Good())), "");
  const config::ConfigState& configs = cluster_.world.configs;
  EXPECT_EQ(configs.statics.at(kUsers).value, config::Value(SealedUsers({"a", "b"}, 'y')));
  EXPECT_EQ(configs.statics.at(kUsers).changed, Lsn{1});
  EXPECT_EQ(configs.dynamics.at("datalake.s3.secret-key").value, config::Value(SealOf('y')));
  EXPECT_EQ(configs.dynamics.at("datalake.s3.secret-key").changed, Lsn{2});
}

TEST_F(Reseal, AnythingButExactlyTheSealsHeldIsRefused) {
  std::vector<ResealSecrets> wrong(7, Good());
  wrong[0].statics.clear();
  wrong[1].dynamics.clear();
  wrong[2].dynamics["datalake.more.secret"] = SealOf();
  wrong[3].statics[kUsers] = SealedUsers({"a"});
  wrong[4].statics[kUsers] = SealedUsers({"b", "a"});
  wrong[5].statics[kUsers] = SealOf();
  wrong[6].dynamics[kInterval] = "1 s";
  config::ConfigState before = cluster_.world.configs;
  for (const ResealSecrets& command : wrong) {
    Decision decision = cluster_.Call(command);
    EXPECT_EQ(testing::RefusalOf(decision),
              "The secrets to seal again are not those that the cluster holds: they changed "
              "meanwhile. Nothing was changed; run it again.");
    EXPECT_EQ(testing::CodeOf(decision), ErrorCode::kInvalidArgument);
    EXPECT_EQ(cluster_.world.configs, before);
  }
}

// ---- the server's check before it seals ----

TEST(Credentials, ErrorsAreFlussTextsAndNeverHoldAPassword) {
  struct {
    const char* text;
    const char* error;
  } cases[] = {
      {"root", "Failed to parse security.sasl.plain.credentials: "},
      {"root:geheim,root:geheim2", "Failed to parse security.sasl.plain.credentials: "},
      {"ro ot:geheim", "contains invalid characters. Only letters, digits, and underscores"},
      {"a:b,root:'ge:heim'",
       "security.sasl.plain.credentials[1]: password for user 'root' contains "
       "invalid characters. Commas, colons, quotes, semicolons, backslashes, "
       "and control characters are not allowed."},
      {"root:geheim;", "password for user 'root' contains invalid characters."},
      {"root:geheim\\", "password for user 'root' contains invalid characters."},
      {"root:geh\x7f"
       "eim",
       "password for user 'root' contains invalid characters."},
  };
  for (const auto& c : cases) {
    absl::Status status = config::ParseCredentials(c.text).status();
    std::string message(status.message());
    EXPECT_NE(message.find(c.error), std::string::npos) << message;
    EXPECT_EQ(message.find("geh"), std::string::npos) << message;
  }
  EXPECT_EQ(*config::ParseCredentials("root:pw, guest : p w"),
            (std::vector<config::MapEntry>{{"root", "pw"}, {"guest", "p w"}}));
}

// ---- bounds ----

TEST(ConfigResets, TheNewestAreRemembered) {
  config::ConfigState state;
  for (uint64_t i = 1; i <= kConfigResetsMax + 2; ++i) {
    config::RememberReset(state, "k" + std::to_string(i), Lsn{i});
  }
  EXPECT_EQ(state.resets.size(), kConfigResetsMax);
  EXPECT_FALSE(state.resets.contains("k2"));
  EXPECT_TRUE(state.resets.contains("k3"));
}

}  // namespace
}  // namespace pegel
