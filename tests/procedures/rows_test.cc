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
