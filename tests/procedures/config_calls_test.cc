// CALL → typed command for the procedures of cluster configs. What is refused:
// malformed_configs_test.cc.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/procedures/support.h"

namespace pegel::procedures {
namespace {

using config::Op;

// `set a=1, set b=NULL`
std::string FormOfChanges(absl::string_view text) {
  Command command = CommandOf(text);
  auto print = [](std::string* out, const config::Change& change) {
    const char* const kOps[] = {"set", "reset", "append", "subtract"};
    absl::StrAppend(out, kOps[static_cast<int>(change.op)], " ", change.key);
    if (change.op == Op::kDelete) return;
    absl::StrAppend(out, "=", change.value ? std::get<std::string>(*change.value) : "NULL");
  };
  return absl::StrJoin(std::get<AlterConfigs>(command).changes, ", ", print);
}

std::vector<std::string> KeysOf(absl::string_view text) {
  return std::get<GetConfigs>(CommandOf(text)).keys;
}

TEST(ConfigCalls, PairsComeByNameOrByPlace) {
  for (const char* text : {"CALL sys.set_cluster_configs('a', '1', 'b', '2')",
                           "CALL sys.set_cluster_configs(config_pairs => 'a', '1', 'b', '2')",
                           "CALL sys.set_cluster_configs(Config_Pairs => 'a', '1',\n'b','2');"}) {
    EXPECT_EQ(FormOfChanges(text), "set a=1, set b=2");
  }
}

TEST(ConfigCalls, KeysComeByNameOrByPlace) {
  EXPECT_EQ(FormOfChanges("CALL sys.reset_cluster_configs('a', 'b')"), "reset a, reset b");
  EXPECT_EQ(FormOfChanges("CALL sys.reset_cluster_configs(config_keys => 'a', 'b')"),
            "reset a, reset b");
  EXPECT_EQ(KeysOf("CALL sys.get_cluster_configs('b', 'a')"), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(KeysOf("CALL sys.get_cluster_configs(config_keys => 'b', 'a')"),
            (std::vector<std::string>{"b", "a"}));
}

TEST(ConfigCalls, GetWithoutKeysAsksForAll) {
  EXPECT_TRUE(KeysOf("CALL sys.get_cluster_configs()").empty());
}

TEST(ConfigCalls, AppendAndSubtractTakePairs) {
  EXPECT_EQ(FormOfChanges("CALL sys.append_cluster_configs('a', '1', 'b', '2')"),
            "append a=1, append b=2");
  EXPECT_EQ(FormOfChanges("CALL sys.subtract_cluster_configs(config_pairs => 'a', '1')"),
            "subtract a=1");
}

TEST(ConfigCalls, KeysAreTrimmedAndValuesAreNot) {
  EXPECT_EQ(FormOfChanges("CALL sys.set_cluster_configs(' a\t', ' 200MB ')"), "set a= 200MB ");
  EXPECT_EQ(FormOfChanges("CALL sys.append_cluster_configs('\na', '\n')"), "append a=\n");
  EXPECT_EQ(FormOfChanges("CALL sys.reset_cluster_configs(' a b ')"), "reset a b");
  EXPECT_EQ(KeysOf("CALL sys.get_cluster_configs(' a ')"), (std::vector<std::string>{"a"}));
}

TEST(ConfigCalls, SetTakesNullAndTheEmptyTextApart) {
  EXPECT_EQ(FormOfChanges("CALL sys.set_cluster_configs('a', NULL, 'b', '', 'c', 'NULL')"),
            "set a=NULL, set b=, set c=NULL");
  auto alter = std::get<AlterConfigs>(CommandOf("CALL sys.set_cluster_configs('a', NULL)"));
  EXPECT_EQ(alter.changes.at(0).value, std::nullopt);
}

TEST(ConfigCalls, TheSameKeyTwiceIsTwoSteps) {
  EXPECT_EQ(FormOfChanges("CALL sys.set_cluster_configs('a', '1', 'a', '2')"), "set a=1, set a=2");
}

TEST(ConfigCalls, ACallHoldsAsManyPairsAsArguments) {
  std::string pairs = absl::StrJoin(std::vector<std::string>(kArgumentsMax / 2, "'k', 'v'"), ", ");
  auto alter =
      std::get<AlterConfigs>(CommandOf(absl::StrCat("CALL sys.set_cluster_configs(", pairs, ")")));
  EXPECT_EQ(alter.changes.size(), 512u);
  EXPECT_EQ(MessageOf(absl::StrCat("CALL sys.set_cluster_configs(", pairs, ",\n'k', 'v')")),
            "line 2, column 1: expected at most 1024 arguments, found a text in single quotes");
}

TEST(ConfigCalls, AValueMayFillTheStatement) {
  std::string text = "CALL sys.set_cluster_configs('k', '')";
  std::string value(kStatementBytesMax - text.size(), 'v');
  text.insert(text.size() - 2, value);
  EXPECT_EQ(FormOfChanges(text), absl::StrCat("set k=", value));
}

}  // namespace
}  // namespace pegel::procedures
