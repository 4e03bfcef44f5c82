// Results as rows: what the seed promises to callers.
#include "procedures/rows.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/acl/state.h"
#include "tests/procedures/random_call.h"
#include "tests/support/acl.h"

namespace pegel::procedures {
namespace {

using testing::EntryOf;

TEST(Rows, AnAcceptedChangeIsOneRowThatSaysSuccess) {
  EXPECT_EQ(ToTable(Done{}), (Table{{"result"}, {{"success"}}}));
}

TEST(Rows, AnEntryIsOneLineInTheSeedsFormat) {
  AclEntries listed{
      {EntryOf("ALLOW", "User:Bob", "WRITE", "my_database.my_table", "192.168.1.100")}};
  EXPECT_EQ(ToTable(listed),
            (Table{{"result"},
                   {{"resource=\"cluster.my_database.my_table\";permission=\"ALLOW\";"
                     "principal=\"User:Bob\";operation=\"WRITE\";host=\"192.168.1.100\""}}}));
}

TEST(Rows, NothingListedIsNoRowsUnderTheSameColumn) {
  EXPECT_EQ(ToTable(AclEntries{}), (Table{{"result"}, {}}));
}

TEST(Rows, ConfigsComeWithValueAndSource) {
  ConfigEntries found{{{"a", "1", config::Source::kDynamic},
                       {"b", " 200MB ", config::Source::kStatic},
                       {"c", "", config::Source::kDefault},
                       {"d", std::nullopt, config::Source::kDynamic}}};
  EXPECT_EQ(ToTable(found), (Table{{"config_key", "config_value", "config_source"},
                                   {{"a", "1", "DYNAMIC_CONFIG"},
                                    {"b", " 200MB ", "STATIC_CONFIG"},
                                    {"c", "", "DEFAULT_CONFIG"},
                                    {"d", std::nullopt, "DYNAMIC_CONFIG"}}}));
}

TEST(Rows, SecretConfigsAreMasked) {
  const config::Sealed sealed{"0123456789abcdef", "box"};
  ConfigEntries found{
      {{"datalake.paimon.s3.secret-key", sealed, config::Source::kDynamic},
       {"security.sasl.plain.credentials", config::SealedMap{{{"root", sealed}, {"guest", sealed}}},
        config::Source::kStatic}}};
  EXPECT_EQ(ToTable(found).rows,
            (std::vector<Row>{
                {"datalake.paimon.s3.secret-key", "******", "DYNAMIC_CONFIG"},
                {"security.sasl.plain.credentials", "root:******,guest:******", "STATIC_CONFIG"}}));
}

// Fluss's sentences to the letter, the blank at the end included.
TEST(Rows, AnAcceptedChangeOfConfigsIsASentenceForEachKey) {
  using config::Op;
  AlterConfigs alter{{{Op::kSet, "datalake.format", "paimon"},
                      {Op::kSet, "kv.snapshot.interval", std::nullopt},
                      {Op::kDelete, "remote.data.dirs", std::nullopt},
                      {Op::kAppend, "remote.data.dirs", " s3://b "},
                      {Op::kSubtract, "remote.data.dirs.weights", "1"}}};
  EXPECT_EQ(ToTable(alter),
            (Table{{"result"},
                   {{"Successfully set to 'paimon' configuration 'datalake.format'. "},
                    {"Successfully set to 'null' configuration 'kv.snapshot.interval'. "},
                    {"Successfully deleted (reset to default) configuration 'remote.data.dirs'. "},
                    {"Successfully appended ' s3://b ' to configuration 'remote.data.dirs'. "},
                    {"Successfully subtracted '1' from configuration "
                     "'remote.data.dirs.weights'. "}}}));
}

TEST(Rows, NoSentenceTellsASecret) {
  using config::Op;
  const char kKey[] = "security.sasl.plain.credentials";
  AlterConfigs alter{{{Op::kSet, kKey, "root:hunter2"},
                      {Op::kAppend, kKey, "guest:hunter2"},
                      {Op::kSubtract, kKey, "guest:hunter2"},
                      {Op::kSet, "datalake.paimon.s3.secret-key", "hunter2"}}};
  EXPECT_EQ(ToTable(alter).rows,
            (std::vector<Row>{
                {"Successfully set to '******' configuration 'security.sasl.plain.credentials'. "},
                {"Successfully appended '******' to configuration "
                 "'security.sasl.plain.credentials'. "},
                {"Successfully subtracted '******' from configuration "
                 "'security.sasl.plain.credentials'. "},
                {"Successfully set to '******' configuration 'datalake.paimon.s3.secret-key'. "}}));
}

// By fields, table `t` of `d` comes before database `d-x`; by bytes of the line it comes after.
TEST(Rows, LinesAreSortedByTheirBytes) {
  AclEntries listed{{EntryOf("ALLOW", "User:a", "READ", "d.t"),
                     EntryOf("ALLOW", "User:a", "READ", "d-x"),
                     EntryOf("ALLOW", "User:a", "READ", "cluster")}};
  std::vector<Row> rows = ToTable(listed).rows;
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0][0]->substr(0, 20), "resource=\"cluster\";p");
  EXPECT_EQ(rows[1][0]->substr(0, 20), "resource=\"cluster.d-");
  EXPECT_EQ(rows[2][0]->substr(0, 20), "resource=\"cluster.d.");
}

// Equal states print equally, however they came about.
TEST(Rows, TheOrderOfEntriesDoesNotShow) {
  const uint64_t seed = testing::SeedFromEnvironment();
  testing::Random random(seed);
  AclEntries listed;
  while (listed.entries.size() < 500) {
    Command command = RandomCall(random);
    if (auto* add = std::get_if<AddAcl>(&command)) listed.entries.push_back(add->entry);
  }
  Table forward = ToTable(listed);
  std::reverse(listed.entries.begin(), listed.entries.end());
  EXPECT_EQ(ToTable(listed), forward) << testing::Reproduce(seed, "procedures_test");
  EXPECT_TRUE(std::is_sorted(forward.rows.begin(), forward.rows.end()));
}

}  // namespace
}  // namespace pegel::procedures
