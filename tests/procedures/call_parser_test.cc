// The grammar: left what is written, right how it is read. What is refused: malformed_test.cc.
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/procedures/support.h"

namespace pegel::procedures {
namespace {

struct Reading {
  std::string text;
  std::string form;
};

TEST(CallParser, ReadsWhatTheGrammarAllows) {
  const Reading kReadings[] = {
      {"CALL sys.x()", "call sys.x ()"},
      {"CALL sys.x ( ) ;", "call sys.x ()"},
      {"call SYS.X()", "call SYS.X ()"},
      {"CaLl sYs.AdD_aCl('a')", "call sYs.AdD_aCl ('a')"},
      {"CALL fluss_catalog.sys.x()", "call [fluss_catalog] sys.x ()"},
      {"CALL sys.sys.x()", "call [sys] sys.x ()"},
      {"CALL sys.sys()", "call sys.sys ()"},
      {"CALL call.sys.call()", "call [call] sys.call ()"},
      {"CALL `my-catalog`.`sys`.`x`()", "call [my-catalog] sys.x ()"},
      {"CALL `a``b.c`.sys.x()", "call [a`b.c] sys.x ()"},
      {"CALL `größe`.sys.x()", "call [größe] sys.x ()"},
      {"CALL _a1$.sys._x$1()", "call [_a1$] sys._x$1 ()"},
      {"CALL sys . x\n(\n)", "call sys.x ()"},
      {"CALL sys.x('a', 'b', 'c')", "call sys.x ('a', 'b', 'c')"},
      {"CALL sys.x('a','b')", "call sys.x ('a', 'b')"},
      {"CALL sys.x() FOR SYSTEM_TIME AS OF LSN 1234", "call sys.x () as of lsn 1234"},
      {"call sys.x('a') for system_time as of lsn 7;", "call sys.x ('a') as of lsn 7"},
      {"CALL sys.x() FOR SYSTEM_TIME AS OF TIMESTAMP '2026-11-22 08:00:00'",
       "call sys.x () as of 2026-11-22T08:00:00.000000000Z"},
      {"CALL sys.x(for => 'a')/**/FOR/**/SYSTEM_TIME AS\nOF TIMESTAMP'2026-11-22'",
       "call sys.x (for='a') as of 2026-11-22T00:00:00.000000000Z"},
      {"CALL sys.x('')", "call sys.x ('')"},
      {"CALL sys.x('''')", "call sys.x (''')"},
      {"CALL sys.x('it''s')", "call sys.x ('it's')"},
      {"CALL sys.x('''''')", "call sys.x ('''')"},
      {"CALL sys.x(' a ')", "call sys.x (' a ')"},
      {"CALL sys.x('a\nb')", "call sys.x ('a\nb')"},
      {"CALL sys.x('\"`;--/* */=>')", "call sys.x ('\"`;--/* */=>')"},
      {"CALL sys.x('\\')", "call sys.x ('\\')"},
      {"CALL sys.x('größe 表 😀')", "call sys.x ('größe 表 😀')"},
      {"CALL sys.x(NULL, null, Null)", "call sys.x (NULL, NULL, NULL)"},
      {"CALL sys.x('NULL')", "call sys.x ('NULL')"},
      {"CALL sys.x(a => 'b')", "call sys.x (a='b')"},
      {"CALL sys.x(a=>'b',c=>NULL)", "call sys.x (a='b', c=NULL)"},
      {"CALL sys.x(`a b` => 'c')", "call sys.x (a b='c')"},
      {"CALL sys.x(null => null)", "call sys.x (null=NULL)"},
      {"CALL sys.x('a', b => 'c')", "call sys.x ('a', b='c')"},
      {"CALL sys.x(keys => 'a', 'b', 'c')", "call sys.x (keys='a', 'b', 'c')"},
      {"CALL sys.x(a => 'b', a => 'c')", "call sys.x (a='b', a='c')"},
      {"CALL sys.x('a' -- why\n, 'b')", "call sys.x ('a', 'b')"},
      {"CALL sys.x(/* 'a', */ 'b')", "call sys.x ('b')"},
      {"/**/CALL/**/sys/**/./**/x/**/(/**/)/**/", "call sys.x ()"},
      {"CALL sys.x(/* /* not nested */ 'b')", "call sys.x ('b')"},
      {"CALL sys.x(/***/'b'/* * / */)", "call sys.x ('b')"},
      {"-- first\nCALL sys.x() -- last", "call sys.x ()"},
      {"CALL sys.x(); -- last", "call sys.x ()"},
      {"\t\r\n\f\v CALL sys.x()", "call sys.x ()"},
      {"CALL--\nsys.x()", "call sys.x ()"},
      {"SHOW PROCEDURES", "show procedures"},
      {"show\nprocedures ;", "show procedures"},
      {"USE fluss_catalog;", "use [fluss_catalog]"},
      {"use catalog fluss_catalog", "use [fluss_catalog]"},
      {"USE CATALOG `my catalog`", "use [my catalog]"},
      {"USE `CATALOG`", "use [CATALOG]"},
      {"USE catalog", "use [catalog]"},
      {"USE CATALOG catalog", "use [catalog]"},
  };
  for (const Reading& reading : kReadings) EXPECT_EQ(FormOf(reading.text), reading.form);
}

TEST(CallParser, EveryPartKnowsItsPlace) {
  CallStatement call = CallOf("CALL cat.sys.add_acl('größe', host\n  => 'b',\n\tc => NULL )");

  EXPECT_EQ(call.procedure_position, (Position{1, 10}));
  ASSERT_EQ(call.arguments.size(), 3u);
  EXPECT_EQ(call.arguments[0].name_position, (Position{1, 22}));
  EXPECT_EQ(call.arguments[0].value_position, (Position{1, 22}));
  EXPECT_EQ(call.arguments[1].name_position, (Position{1, 31}));
  EXPECT_EQ(call.arguments[1].value_position, (Position{2, 6}));
  EXPECT_EQ(call.arguments[2].name_position, (Position{3, 2}));
  EXPECT_EQ(call.arguments[2].value_position, (Position{3, 7}));
  EXPECT_EQ(call.end, (Position{3, 12}));
}

TEST(CallParser, PlacesCountFromWhereTheStatementStands) {
  auto read = ParseStatement("CALL sys.x(5,\n6)", Position{7, 20});
  EXPECT_EQ(std::get<Error>(read).message,
            "line 7, column 31: expected a text in single quotes or NULL, found a number");

  read = ParseStatement("CALL sys.x('a',\n6)", Position{7, 20});
  EXPECT_EQ(std::get<Error>(read).message,
            "line 8, column 1: expected a text in single quotes or NULL, found a number");
}

TEST(CallParser, AStatementMayBeAsLongAsTheLimitAndNoLonger) {
  std::string text = "CALL sys.x('')";
  text.insert(text.size() - 2, kStatementBytesMax - text.size(), 'a');
  CallStatement call = CallOf(text);
  ASSERT_EQ(call.arguments.size(), 1u);
  EXPECT_EQ(call.arguments[0].value->size(), kStatementBytesMax - 14);

  text.insert(text.size() - 2, "a");
  auto read = ParseStatement(text, Position{3, 4});
  EXPECT_EQ(std::get<Error>(read),
            (Error{ErrorCode::kSyntax,
                   "line 3, column 4: expected a statement of at most 65536 bytes, found 65537"}));
}

TEST(CallParser, ACallMayHaveAsManyArgumentsAsTheLimitAndNoMore) {
  std::string most = absl::StrJoin(std::vector<std::string>(kArgumentsMax, "'a'"), ",");
  EXPECT_EQ(CallOf(absl::StrCat("CALL sys.x(", most, ")")).arguments.size(), kArgumentsMax);

  EXPECT_EQ(FormOf(absl::StrCat("CALL sys.x(", most, ",\n'a')")),
            "line 2, column 1: expected at most 1024 arguments, found a text in single quotes");
}

// Deep nesting is where recursive readers end; this one does not recurse.
TEST(CallParser, NestingCostsNoStack) {
  EXPECT_EQ(FormOf(absl::StrCat("CALL sys.x(", std::string(60'000, '('))),
            "line 1, column 12: expected a text in single quotes or NULL, found '('");
  EXPECT_EQ(FormOf(absl::StrCat("CALL ", std::string(60'000, '.'))),
            "line 1, column 6: expected a procedure name after CALL, found '.'");
}

}  // namespace
}  // namespace pegel::procedures
