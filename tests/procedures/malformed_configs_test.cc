// What is refused of the procedures of cluster configs before there is a command: every text with
// its exact message. The general part of the language: malformed_test.cc.
#include <gtest/gtest.h>

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "tests/procedures/support.h"

namespace pegel::procedures {
namespace {

struct Refusal {
  std::string text;
  ErrorCode code;
  std::string message;
};

const std::vector<Refusal>& Refusals() {
  static const auto& kRefusals = *new std::vector<Refusal>{
      // Nothing given.
      {"CALL sys.set_cluster_configs()", ErrorCode::kInvalidArgument,
       "line 1, column 30: config_pairs cannot be null or empty. Please specify a valid "
       "configuration pairs."},
      {"CALL sys.set_cluster_configs(\n  -- later\n)", ErrorCode::kInvalidArgument,
       "line 3, column 1: config_pairs cannot be null or empty. Please specify a valid "
       "configuration pairs."},
      {"CALL fluss_catalog.sys.Set_Cluster_Configs( )", ErrorCode::kInvalidArgument,
       "line 1, column 45: config_pairs cannot be null or empty. Please specify a valid "
       "configuration pairs."},
      {"CALL sys.reset_cluster_configs()", ErrorCode::kInvalidArgument,
       "line 1, column 32: config_keys cannot be null or empty. Please specify valid configuration "
       "keys."},
      {"CALL sys.append_cluster_configs()", ErrorCode::kInvalidArgument,
       "line 1, column 33: config_pairs cannot be null or empty. Please specify valid "
       "configuration pairs."},
      {"CALL sys.subtract_cluster_configs()", ErrorCode::kInvalidArgument,
       "line 1, column 35: config_pairs cannot be null or empty. Please specify valid "
       "configuration pairs."},
      // A key without a value: the place is the key's.
      {"CALL sys.set_cluster_configs('datalake.format')", ErrorCode::kInvalidArgument,
       "line 1, column 30: config_pairs must be set in pairs. Please specify a valid configuration "
       "pairs."},
      {"CALL sys.set_cluster_configs(config_pairs => 'datalake.format')",
       ErrorCode::kInvalidArgument,
       "line 1, column 46: config_pairs must be set in pairs. Please specify a valid configuration "
       "pairs."},
      {"CALL sys.set_cluster_configs('datalake.format', 'paimon', 'kv.snapshot.interval')",
       ErrorCode::kInvalidArgument,
       "line 1, column 59: config_pairs must be set in pairs. Please specify a valid configuration "
       "pairs."},
      {"CALL sys.set_cluster_configs(\n  config_pairs => 'a', 'b',\n  'c', 'd',\n  'hunter2'\n)",
       ErrorCode::kInvalidArgument,
       "line 4, column 3: config_pairs must be set in pairs. Please specify a valid configuration "
       "pairs."},
      {"CALL sys.set_cluster_configs('a', 'b', NULL)", ErrorCode::kInvalidArgument,
       "line 1, column 40: config_pairs must be set in pairs. Please specify a valid configuration "
       "pairs."},
      {"CALL sys.set_cluster_configs(NULL)", ErrorCode::kInvalidArgument,
       "line 1, column 30: config_pairs must be set in pairs. Please specify a valid configuration "
       "pairs."},
      {"CALL sys.set_cluster_configs('', NULL, '')", ErrorCode::kInvalidArgument,
       "line 1, column 40: config_pairs must be set in pairs. Please specify a valid configuration "
       "pairs."},
      {"CALL sys.append_cluster_configs('remote.data.dirs')", ErrorCode::kInvalidArgument,
       "line 1, column 33: config_pairs must be set in pairs. Please specify valid configuration "
       "pairs."},
      {"CALL sys.append_cluster_configs('a', NULL, 'b')", ErrorCode::kInvalidArgument,
       "line 1, column 44: config_pairs must be set in pairs. Please specify valid configuration "
       "pairs."},
      {"CALL sys.subtract_cluster_configs(config_pairs => 'a', 'b', 'c')",
       ErrorCode::kInvalidArgument,
       "line 1, column 61: config_pairs must be set in pairs. Please specify valid configuration "
       "pairs."},
      // No key.
      {"CALL sys.set_cluster_configs('', 'paimon')", ErrorCode::kInvalidArgument,
       "line 1, column 30: Config key cannot be null or empty. Please specify a valid "
       "configuration key."},
      {"CALL sys.set_cluster_configs(' \t\n ', 'paimon')", ErrorCode::kInvalidArgument,
       "line 1, column 30: Config key cannot be null or empty. Please specify a valid "
       "configuration key."},
      {"CALL sys.set_cluster_configs(NULL, 'paimon')", ErrorCode::kInvalidArgument,
       "line 1, column 30: Config key cannot be null or empty. Please specify a valid "
       "configuration key."},
      {"CALL sys.set_cluster_configs('a', 'b', ' ', 'd')", ErrorCode::kInvalidArgument,
       "line 1, column 40: Config key cannot be null or empty. Please specify a valid "
       "configuration key."},
      {"CALL sys.set_cluster_configs(config_pairs => 'a', 'b',\n    NULL, 'd')",
       ErrorCode::kInvalidArgument,
       "line 2, column 5: Config key cannot be null or empty. Please specify a valid configuration "
       "key."},
      {"CALL sys.set_cluster_configs('\001', 'b')", ErrorCode::kInvalidArgument,
       "line 1, column 30: Config key cannot be null or empty. Please specify a valid "
       "configuration key."},
      {"CALL sys.reset_cluster_configs('')", ErrorCode::kInvalidArgument,
       "line 1, column 32: Config key cannot be null or empty. Please specify a valid "
       "configuration key."},
      {"CALL sys.reset_cluster_configs(NULL)", ErrorCode::kInvalidArgument,
       "line 1, column 32: Config key cannot be null or empty. Please specify a valid "
       "configuration key."},
      {"CALL sys.reset_cluster_configs('a', '')", ErrorCode::kInvalidArgument,
       "line 1, column 37: Config key cannot be null or empty. Please specify a valid "
       "configuration key."},
      {"CALL sys.reset_cluster_configs(config_keys => 'a', NULL, 'c')", ErrorCode::kInvalidArgument,
       "line 1, column 52: Config key cannot be null or empty. Please specify a valid "
       "configuration key."},
      {"CALL sys.append_cluster_configs('', 'b')", ErrorCode::kInvalidArgument,
       "line 1, column 33: Config key cannot be null or empty. Please specify a valid "
       "configuration key."},
      {"CALL sys.append_cluster_configs('a', 'b', NULL, NULL)", ErrorCode::kInvalidArgument,
       "line 1, column 43: Config key cannot be null or empty. Please specify a valid "
       "configuration key."},
      {"CALL sys.subtract_cluster_configs(' ', 'b')", ErrorCode::kInvalidArgument,
       "line 1, column 35: Config key cannot be null or empty. Please specify a valid "
       "configuration key."},
      {"CALL sys.get_cluster_configs('')", ErrorCode::kInvalidArgument,
       "line 1, column 30: Config key cannot be null or empty. Please specify a valid "
       "configuration key."},
      {"CALL sys.get_cluster_configs(NULL)", ErrorCode::kInvalidArgument,
       "line 1, column 30: Config key cannot be null or empty. Please specify a valid "
       "configuration key."},
      {"CALL sys.get_cluster_configs(config_keys => NULL)", ErrorCode::kInvalidArgument,
       "line 1, column 45: Config key cannot be null or empty. Please specify a valid "
       "configuration key."},
      {"CALL sys.get_cluster_configs('a', 'b', '\r\n')", ErrorCode::kInvalidArgument,
       "line 1, column 40: Config key cannot be null or empty. Please specify a valid "
       "configuration key."},
      // A value that cannot be NULL.
      {"CALL sys.append_cluster_configs('a', NULL)", ErrorCode::kInvalidArgument,
       "line 1, column 38: config_pairs: expected a text to append, found NULL"},
      {"CALL sys.append_cluster_configs('a', 'b', 'c', null)", ErrorCode::kInvalidArgument,
       "line 1, column 48: config_pairs: expected a text to append, found NULL"},
      {"CALL sys.subtract_cluster_configs('a', NULL)", ErrorCode::kInvalidArgument,
       "line 1, column 40: config_pairs: expected a text to subtract, found NULL"},
      {"CALL sys.subtract_cluster_configs(config_pairs => 'a',\nNULL)", ErrorCode::kInvalidArgument,
       "line 2, column 1: config_pairs: expected a text to subtract, found NULL"},
      // Parameters.
      {"CALL sys.set_cluster_configs(config_keys => 'a', 'b')", ErrorCode::kInvalidArgument,
       "line 1, column 30: sys.set_cluster_configs has no parameter of this name; it takes "
       "config_pairs"},
      {"CALL sys.set_cluster_configs(config_pair => 'a', 'b')", ErrorCode::kInvalidArgument,
       "line 1, column 30: sys.set_cluster_configs has no parameter 'config_pair'; did you mean "
       "'config_pairs'?"},
      {"CALL sys.set_cluster_configs(`datalake.format` => 'paimon')", ErrorCode::kInvalidArgument,
       "line 1, column 30: sys.set_cluster_configs has no parameter of this name; it takes "
       "config_pairs"},
      {"CALL sys.set_cluster_configs('a', 'b', host => '*')", ErrorCode::kInvalidArgument,
       "line 1, column 40: sys.set_cluster_configs has no parameter of this name; it takes "
       "config_pairs"},
      {"CALL sys.set_cluster_configs('a', 'b', config_pairs => 'c', 'd')",
       ErrorCode::kInvalidArgument, "line 1, column 40: config_pairs is given twice"},
      {"CALL sys.set_cluster_configs(config_pairs => 'a', 'b', CONFIG_PAIRS => 'c', 'd')",
       ErrorCode::kInvalidArgument, "line 1, column 56: config_pairs is given twice"},
      {"CALL sys.get_cluster_configs(config_pairs => 'a')", ErrorCode::kInvalidArgument,
       "line 1, column 30: sys.get_cluster_configs has no parameter of this name; it takes "
       "config_keys"},
      {"CALL sys.get_cluster_configs(config_key => 'a')", ErrorCode::kInvalidArgument,
       "line 1, column 30: sys.get_cluster_configs has no parameter 'config_key'; did you mean "
       "'config_keys'?"},
      {"CALL sys.get_cluster_configs(config_keys => 'a', config_keys => 'b')",
       ErrorCode::kInvalidArgument, "line 1, column 50: config_keys is given twice"},
      {"CALL sys.reset_cluster_configs(config_pairs => 'a')", ErrorCode::kInvalidArgument,
       "line 1, column 32: sys.reset_cluster_configs has no parameter of this name; it takes "
       "config_keys"},
      {"CALL sys.append_cluster_configs(pairs => 'a', 'b')", ErrorCode::kInvalidArgument,
       "line 1, column 33: sys.append_cluster_configs has no parameter of this name; it takes "
       "config_pairs"},
      {"CALL sys.subtract_cluster_configs(configpairs => 'a', 'b')", ErrorCode::kInvalidArgument,
       "line 1, column 35: sys.subtract_cluster_configs has no parameter 'configpairs'; did you "
       "mean 'config_pairs'?"},
      // Procedures.
      {"CALL sys.get_cluster_config('a')", ErrorCode::kProcedureNotExist,
       "line 1, column 6: Procedure sys.get_cluster_config does not exist. SHOW PROCEDURES lists "
       "those that do; did you mean 'sys.get_cluster_configs'?"},
      {"CALL sys.set_cluster_config('a', 'hunter2')", ErrorCode::kProcedureNotExist,
       "line 1, column 6: Procedure sys.set_cluster_config does not exist. SHOW PROCEDURES lists "
       "those that do; did you mean 'sys.set_cluster_configs'?"},
      {"CALL sys.apend_cluster_configs('a', 'hunter2')", ErrorCode::kProcedureNotExist,
       "line 1, column 6: Procedure sys.apend_cluster_configs does not exist. SHOW PROCEDURES "
       "lists those that do; did you mean 'sys.append_cluster_configs'?"},
      {"CALL sys.substract_cluster_configs('a', 'hunter2')", ErrorCode::kProcedureNotExist,
       "line 1, column 6: Procedure sys.substract_cluster_configs does not exist. SHOW PROCEDURES "
       "lists those that do; did you mean 'sys.subtract_cluster_configs'?"},
      {"CALL cat.sys.rset_cluster_configs('a')", ErrorCode::kProcedureNotExist,
       "line 1, column 10: Procedure sys.rset_cluster_configs does not exist. SHOW PROCEDURES "
       "lists those that do; did you mean 'sys.reset_cluster_configs'?"},
      {"CALL sys.delete_cluster_configs('a')", ErrorCode::kProcedureNotExist,
       "line 1, column 6: Procedure sys.delete_cluster_configs does not exist. SHOW PROCEDURES "
       "lists those that do."},
      {"CALL sys.configs()", ErrorCode::kProcedureNotExist,
       "line 1, column 6: Procedure sys.configs does not exist. SHOW PROCEDURES lists those that "
       "do."},
      // Among and behind arguments only the language's own words and symbols are repeated.
      {"CALL sys.set_cluster_configs('k', 200MB)", ErrorCode::kSyntax,
       "line 1, column 35: expected a text in single quotes or NULL, found a number"},
      {"CALL sys.set_cluster_configs('k', -1)", ErrorCode::kSyntax,
       "line 1, column 35: expected a text in single quotes or NULL, found a number"},
      {"CALL sys.set_cluster_configs('k', hunter2)", ErrorCode::kSyntax,
       "line 1, column 35: expected a text in single quotes or NULL, found a word"},
      {"CALL sys.set_cluster_configs('k', TRUE)", ErrorCode::kSyntax,
       "line 1, column 35: expected a text in single quotes or NULL, found 'TRUE'"},
      {"CALL sys.set_cluster_configs('k', \"hunter2\")", ErrorCode::kSyntax,
       "line 1, column 35: expected a text in single quotes or NULL, found a text in double "
       "quotes"},
      {"CALL sys.set_cluster_configs('k', `hunter2`)", ErrorCode::kSyntax,
       "line 1, column 35: expected a text in single quotes or NULL, found a name in backticks"},
      {"CALL sys.set_cluster_configs('k', {hunter2})", ErrorCode::kSyntax,
       "line 1, column 35: expected a text in single quotes or NULL, found a symbol"},
      {"CALL sys.set_cluster_configs('k', 😀)", ErrorCode::kSyntax,
       "line 1, column 35: expected a text in single quotes or NULL, found a symbol"},
      {"CALL sys.set_cluster_configs('k', ‘hunter2’)", ErrorCode::kSyntax,
       "line 1, column 35: expected a text in single quotes or NULL, found the typographic quote "
       "'‘'"},
      {"CALL sys.set_cluster_configs('k', \u00A0'hunter2')", ErrorCode::kSyntax,
       "line 1, column 35: expected a text in single quotes or NULL, found the character U+00A0"},
      {"CALL sys.set_cluster_configs('k', CONCAT('hunt', 'er2'))", ErrorCode::kSyntax,
       "line 1, column 35: expected a text in single quotes or NULL, found a word"},
      {"CALL sys.set_cluster_configs('k', hunter2 'x')", ErrorCode::kSyntax,
       "line 1, column 43: expected '=>' after the argument name, found a text in single quotes"},
      {"CALL sys.set_cluster_configs('k', ,'v')", ErrorCode::kSyntax,
       "line 1, column 35: expected a text in single quotes or NULL, found ','"},
      {"CALL sys.set_cluster_configs('k', 'v',)", ErrorCode::kSyntax,
       "line 1, column 39: expected a text in single quotes or NULL, found ')'"},
      {"CALL sys.set_cluster_configs('k', 'it's hunter2')", ErrorCode::kSyntax,
       "line 1, column 39: expected ',' or ')' after the value, found a word"},
      {"CALL sys.set_cluster_configs('k', 'hunter'2')", ErrorCode::kSyntax,
       "line 1, column 43: expected ',' or ')' after the value, found a number"},
      {"CALL sys.set_cluster_configs('k', 'hunt'$er2')", ErrorCode::kSyntax,
       "line 1, column 41: expected ',' or ')' after the value, found a symbol"},
      {"CALL sys.set_cluster_configs('k', 'hunt'`er2`)", ErrorCode::kSyntax,
       "line 1, column 41: expected ',' or ')' after the value, found a name in backticks"},
      {"CALL sys.set_cluster_configs('k', 'hunt' || 'er2')", ErrorCode::kSyntax,
       "line 1, column 42: expected ',' or ')' after the value, found a symbol"},
      {"CALL sys.set_cluster_configs('k' 'v')", ErrorCode::kSyntax,
       "line 1, column 34: expected ',' or ')' after the value, found a text in single quotes"},
      {"CALL sys.set_cluster_configs('k' = 'hunter2')", ErrorCode::kSyntax,
       "line 1, column 34: expected ',' or ')' after the value, found '='"},
      {"CALL sys.set_cluster_configs('k' => 'hunter2')", ErrorCode::kSyntax,
       "line 1, column 34: expected ',' or ')' after the value, found '=>'"},
      {"CALL sys.set_cluster_configs('k': 'hunter2')", ErrorCode::kSyntax,
       "line 1, column 33: expected ',' or ')' after the value, found ':'"},
      {"CALL sys.set_cluster_configs('k', 'v';", ErrorCode::kSyntax,
       "line 1, column 38: expected ',' or ')' after the value, found ';'"},
      {"CALL sys.set_cluster_configs('k', 'v'", ErrorCode::kSyntax,
       "line 1, column 38: expected ',' or ')' after the value, found the end of the statement"},
      {"CALL sys.set_cluster_configs('k', 'hunter2)", ErrorCode::kSyntax,
       "line 1, column 35: the quote ' that opens here is never closed"},
      {"CALL sys.set_cluster_configs('k', 'v') hunter2", ErrorCode::kSyntax,
       "line 1, column 40: expected ';' or the end of the statement, found a word"},
      {"CALL sys.set_cluster_configs('k', 'v') CALL sys.x()", ErrorCode::kSyntax,
       "line 1, column 40: expected ';' or the end of the statement, found 'CALL'"},
      {"CALL sys.set_cluster_configs('k', 'v'); hunter2", ErrorCode::kSyntax,
       "line 1, column 41: expected one statement only, nothing after its ';', found a word"},
      {"CALL sys.set_cluster_configs(ROW('k', 'v'))", ErrorCode::kSyntax,
       "line 1, column 30: expected a text in single quotes or NULL, found a word"},
      {"CALL sys.set_cluster_configs(config_pairs => ('k', 'v'))", ErrorCode::kSyntax,
       "line 1, column 46: expected a text in single quotes or NULL, found '('"},
      {"CALL sys.set_cluster_configs(config_pairs = 'k', 'v')", ErrorCode::kSyntax,
       "line 1, column 43: expected '=>' after the argument name, found '='"},
      {"CALL sys.set_cluster_configs(datalake.format => 'paimon')", ErrorCode::kSyntax,
       "line 1, column 30: expected a text in single quotes or NULL, found a word"},
      {"CALL sys.get_cluster_configs(*)", ErrorCode::kSyntax,
       "line 1, column 30: expected a text in single quotes or NULL, found a symbol"},
      {"CALL sys.reset_cluster_configs('k' AND 'k2')", ErrorCode::kSyntax,
       "line 1, column 36: expected ',' or ')' after the value, found a word"},
  };
  return kRefusals;
}

TEST(MalformedConfigs, EveryRefusalNamesPlaceExpectationAndFinding) {
  for (const Refusal& refusal : Refusals()) {
    std::optional<Error> error = ErrorOf(refusal.text);
    ASSERT_TRUE(error.has_value()) << refusal.text << " is accepted";
    EXPECT_EQ(error->message, refusal.message) << refusal.text;
    EXPECT_EQ(static_cast<int>(error->code), static_cast<int>(refusal.code)) << refusal.text;
  }
  std::printf("malformed config statements: refused=%zu\n", Refusals().size());
}

TEST(MalformedConfigs, NoRefusalRepeatsASecret) {
  for (const Refusal& refusal : Refusals()) {
    for (const char* secret : {"hunter", "hunt", "er2"}) {
      std::optional<Error> error = ErrorOf(refusal.text);
      EXPECT_EQ(error.value().message.find(secret), std::string::npos) << refusal.text;
    }
  }
}

}  // namespace
}  // namespace pegel::procedures
