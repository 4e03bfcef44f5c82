#include "procedures/catalogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "tests/procedures/support.h"

namespace pegel::procedures {
namespace {

TEST(Catalogue, HoldsTheProceduresOfThisVersion) {
  EXPECT_EQ(ProcedureTable(), (Table{{"procedure name"},
                                     {{"sys.add_acl"},
                                      {"sys.add_server_tag"},
                                      {"sys.append_cluster_configs"},
                                      {"sys.cancel_rebalance"},
                                      {"sys.drop_acl"},
                                      {"sys.get_cluster_configs"},
                                      {"sys.list_acl"},
                                      {"sys.list_active_moves"},
                                      {"sys.list_rebalance"},
                                      {"sys.list_rebalances"},
                                      {"sys.list_server_tags"},
                                      {"sys.list_servers"},
                                      {"sys.pause_rebalance"},
                                      {"sys.plan_rebalance"},
                                      {"sys.rebalance"},
                                      {"sys.remove_server_tag"},
                                      {"sys.reset_cluster_configs"},
                                      {"sys.resume_rebalance"},
                                      {"sys.set_cluster_configs"},
                                      {"sys.subtract_cluster_configs"}}}));
}

TEST(Catalogue, IsSortedByName) {
  auto by_name = [](const Procedure& a, const Procedure& b) { return a.name < b.name; };
  EXPECT_TRUE(std::is_sorted(Catalogue().begin(), Catalogue().end(), by_name));
}

TEST(Catalogue, FindsByNameInAnyCase) {
  ASSERT_NE(FindProcedure("sys.add_acl"), nullptr);
  EXPECT_EQ(FindProcedure("SYS.Add_ACL"), FindProcedure("sys.add_acl"));
  for (const char* name :
       {"", "add_acl", "sys", "sys.", "sys.add_ac", "sys.add_acl ", "sys_add_acl"}) {
    EXPECT_EQ(FindProcedure(name), nullptr) << name;
  }
}

TEST(Catalogue, EveryProcedureCanBeExplained) {
  for (const Procedure& procedure : Catalogue()) {
    EXPECT_TRUE(absl::StartsWith(procedure.name, "sys.")) << procedure.name;
    EXPECT_TRUE(absl::EndsWith(procedure.help, ".")) << procedure.name;
    ASSERT_NE(procedure.make_command, nullptr) << procedure.name;
    std::set<absl::string_view> names;
    for (const Parameter& parameter : procedure.parameters) {
      EXPECT_FALSE(parameter.help.empty()) << procedure.name << " " << parameter.name;
      EXPECT_TRUE(names.insert(parameter.name).second) << procedure.name << " " << parameter.name;
    }
  }
}

// A positional list has an end only if it is the last parameter, and leaving something out in the
// middle is possible only by name.
TEST(Catalogue, OptionalAndListParametersComeLast) {
  for (const Procedure& procedure : Catalogue()) {
    bool is_optional_seen = false;
    for (size_t i = 0; i < procedure.parameters.size(); ++i) {
      const Parameter& parameter = procedure.parameters[i];
      EXPECT_FALSE(parameter.is_required && is_optional_seen) << procedure.name;
      EXPECT_TRUE(!parameter.is_vararg || i + 1 == procedure.parameters.size()) << procedure.name;
      is_optional_seen = !parameter.is_required;
    }
  }
}

TEST(Catalogue, TheCatalogPrefixMayBeAnyName) {
  EXPECT_EQ(CommandOf("CALL sys.list_acl('db')"),
            CommandOf("CALL `my catalog`.sys.list_acl('db')"));
}

}  // namespace
}  // namespace pegel::procedures
