// What people and programs see. The JSON lines are a contract: compared byte for byte.
#include "tools/shell/format.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pegel::tools {
namespace {

Answer Accepted(procedures::Table table) {
  return {.statement = "CALL sys.x()", .lsn = Lsn{7}, .table = std::move(table), .error = {}};
}

Answer Rejected(ErrorCode code, const std::string& message) {
  return {.statement = "CALL sys.x()", .lsn = {}, .table = {}, .error = Error{code, message}};
}

const procedures::Table kTwoColumns = {
    {"config_key", "config_value"},
    {{"datalake.format", "paimon"}, {"größe", std::nullopt}, {"", "x"}}};

std::string Out(const Answer& answer, Format format) { return Print(answer, format, false).out; }

TEST(JsonFormat, AnAcceptedStatementIsOneObjectOnOneLine) {
  EXPECT_EQ(Out(Accepted({{"result"}, {{"success"}}}), Format::kJson),
            R"j({"statement":"CALL sys.x()","lsn":7,"columns":["result"],"rows":[["success"]]})j"
            "\n");
  EXPECT_EQ(Out(Accepted(kTwoColumns), Format::kJson),
            R"j({"statement":"CALL sys.x()","lsn":7,"columns":["config_key","config_value"],)j"
            R"j("rows":[["datalake.format","paimon"],["größe",null],["","x"]]})j"
            "\n");
}

TEST(JsonFormat, ARejectedStatementHasAnErrorInsteadOfRows) {
  EXPECT_EQ(Out(Rejected(ErrorCode::kAuthorization, "no \"way\" "), Format::kJson),
            R"j({"statement":"CALL sys.x()","lsn":null,"error":{"code":48,)j"
            R"j("name":"AUTHORIZATION_EXCEPTION","message":"no \"way\" "}})j"
            "\n");
}

TEST(JsonFormat, EmptyTablesKeepTheirKeys) {
  EXPECT_EQ(Out(Accepted({{"result"}, {}}), Format::kJson),
            R"j({"statement":"CALL sys.x()","lsn":7,"columns":["result"],"rows":[]})j"
            "\n");
  EXPECT_EQ(Out(Accepted({}), Format::kJson),
            R"j({"statement":"CALL sys.x()","lsn":7,"columns":[],"rows":[]})j"
            "\n");
}

TEST(JsonFormat, ALineNeverBreaksAndNeverFails) {
  Answer answer = Accepted({{"a\xff"}, {{"\n\xc3"}, {std::string("\0", 1)}}});
  answer.statement = "CALL\nsys.x('\xff')";
  std::string line = Out(answer, Format::kJson);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["statement"], "CALL\nsys.x('\uFFFD')");
  EXPECT_EQ(json["rows"][1][0], std::string("\0", 1));
}

TEST(JsonFormat, KnowsErrorsOfNewerServers) {
  std::string line = Out(Rejected(static_cast<ErrorCode>(4711), "new"), Format::kJson);
  EXPECT_NE(line.find(R"j("code":4711,"name":"UNKNOWN")j"), std::string::npos) << line;
}

TEST(TableFormat, ABoxAlignsCharacters) {
  EXPECT_EQ(Out(Accepted(kTwoColumns), Format::kTable),
            "+-----------------+--------------+\n"
            "| config_key      | config_value |\n"
            "+-----------------+--------------+\n"
            "| datalake.format | paimon       |\n"
            "| größe           | NULL         |\n"
            "|                 | x            |\n"
            "+-----------------+--------------+\n"
            "3 rows\n");
}

TEST(TableFormat, OneRowAndNoRow) {
  EXPECT_EQ(Out(Accepted({{"result"}, {{"success"}}}), Format::kTable),
            "+---------+\n| result  |\n+---------+\n| success |\n+---------+\n1 row\n");
  EXPECT_EQ(Out(Accepted({{"result"}, {}}), Format::kTable),
            "+--------+\n| result |\n+--------+\n0 rows\n");
}

TEST(TableFormat, AStatementWithoutColumnsIsOk) {
  EXPECT_EQ(Out(Accepted({}), Format::kTable), "OK\n");
}

TEST(TableFormat, ControlCharactersDoNotBreakTheBox) {
  EXPECT_EQ(Out(Accepted({{"a"}, {{"b\nc\x1b"}}}), Format::kTable),
            "+----------+\n| a        |\n+----------+\n| b\\nc\\x1b |\n+----------+\n1 row\n");
}

TEST(TableFormat, QuietLeavesOutTheCount) {
  Printed printed = Print(Accepted({{"r"}, {{"x"}}}), Format::kTable, true);
  EXPECT_EQ(printed.out, "+---+\n| r |\n+---+\n| x |\n+---+\n");
}

TEST(TableFormat, ErrorsGoToTheOtherStream) {
  for (Format format : {Format::kTable, Format::kCsv}) {
    Printed printed = Print(Rejected(ErrorCode::kAuthorization, "no way"), format, false);
    EXPECT_EQ(printed.out, "");
    EXPECT_EQ(printed.err, "ERROR 48 (AUTHORIZATION_EXCEPTION): no way\n");
  }
}

TEST(CsvFormat, FollowsRfc4180) {
  EXPECT_EQ(Out(Accepted({{"a", "b,c"}, {{"x", "y"}, {"1,2", "say \"hi\""}, {"l\nm", "r\r"}}}),
                Format::kCsv),
            "a,\"b,c\"\r\nx,y\r\n\"1,2\",\"say \"\"hi\"\"\"\r\n\"l\nm\",\"r\r\"\r\n");
}

TEST(CsvFormat, NullIsNothingAndAnEmptyTextIsQuoted) {
  EXPECT_EQ(Out(Accepted({{"a", "b"}, {{std::nullopt, ""}}}), Format::kCsv), "a,b\r\n,\"\"\r\n");
}

TEST(CsvFormat, EveryStatementHasItsHeader) {
  EXPECT_EQ(Out(Accepted({{"result"}, {}}), Format::kCsv), "result\r\n");
  EXPECT_EQ(Out(Accepted({}), Format::kCsv), "");
}

}  // namespace
}  // namespace pegel::tools
