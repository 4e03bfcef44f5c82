// What is refused of the procedures of server tags before there is a command.
#include <gtest/gtest.h>

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/procedures/support.h"

namespace pegel::procedures {
namespace {

const std::string kNoServers =
    "tabletServers cannot be null or empty. You can specify one tabletServer as 1 or specify multi "
    "tabletServers as 1;2 (split by ';')";
const std::string kOnlyCommas =
    "tabletServers cannot be empty. You can specify one tabletServer as 1 or specify multi "
    "tabletServers as 1,2 (split by ',')";
const std::string kNoTag =
    "serverTag cannot be null or empty. Please specify a valid serverTag. serverTag is one of "
    "[PERMANENT_OFFLINE, TEMPORARY_OFFLINE]";

size_t refused = 0;

// Adding and removing read their arguments alike.
void ExpectRefused(const std::string& arguments, size_t column, const std::string& message) {
  for (std::string procedure : {"add_server_tag", "remove_server_tag"}) {
    std::string head = absl::StrCat("CALL sys.", procedure, "(");
    std::optional<Error> error = ErrorOf(absl::StrCat(head, arguments, ")"));
    ASSERT_TRUE(error.has_value()) << arguments << " is accepted";
    EXPECT_EQ(error->message, absl::StrCat("line 1, column ", head.size() + column, ": ", message));
    EXPECT_EQ(error->code, ErrorCode::kInvalidArgument) << arguments;
    ++refused;
  }
}

TEST(MalformedTags, NothingGiven) {
  ExpectRefused("", 1, kNoServers);
  ExpectRefused("'0'", 4, kNoTag);
  ExpectRefused("serverTag => 'PERMANENT_OFFLINE'", 33, kNoServers);
  ExpectRefused("'', 'PERMANENT_OFFLINE'", 1, kNoServers);
  ExpectRefused("'  ', 'x'", 1, kNoServers);
  ExpectRefused("',', 'PERMANENT_OFFLINE'", 1, kOnlyCommas);
  ExpectRefused("', ,', 'PERMANENT_OFFLINE'", 1, kOnlyCommas);
  ExpectRefused("'0', ''", 6, kNoTag);
  ExpectRefused("'0', ' '", 6, kNoTag);
  ExpectRefused("NULL, 'PERMANENT_OFFLINE'", 1, "tabletServers: expected a text, found NULL");
  ExpectRefused("'0', NULL", 6, "serverTag: expected a text, found NULL");
}

TEST(MalformedTags, ABadNumberIsShown) {
  for (const char* piece : {"a", "0;1", "99999999999", "2147483648", "-1", "+", "++1", "1.0", "0x1",
                            "1 2", "rack", "host:1"}) {
    ExpectRefused(absl::StrCat("'", piece, "', 'PERMANENT_OFFLINE'"), 1,
                  absl::StrCat("tabletServers: For input string: \"", piece,
                               "\"; expected a server id from 0 to 2147483647 or rack:<name>"));
  }
  for (const char* list : {"0,,1", ",0", "0,", "0, ,1"}) {
    ExpectRefused(absl::StrCat("'", list, "', 'x'"), 1,
                  "tabletServers: For input string: \"\"; expected a server id from 0 to "
                  "2147483647 or rack:<name>");
  }
}

TEST(MalformedTags, NothingStandsTwice) {
  for (const char* list : {"1,1", "1, 01", "+1,1", "0,1,2,1"}) {
    ExpectRefused(absl::StrCat("'", list, "', 'x'"), 1,
                  "tabletServers: 1 is given twice; name each server or rack once");
  }
  ExpectRefused("'rack:a,RACK: a', 'x'", 1,
                "tabletServers: rack:a is given twice; name each server or rack once");
}

TEST(MalformedTags, ARackHasAName) {
  ExpectRefused("'rack:', 'x'", 1,
                "tabletServers: expected the name of a rack behind 'rack:', found nothing");
  ExpectRefused("'0,rack: ', 'x'", 1,
                "tabletServers: expected the name of a rack behind 'rack:', found nothing");
}

TEST(MalformedTags, ATagIsOneOfTwo) {
  for (const char* tag : {"OFFLINE", "PERMANENT", "PERMANENT_OFFLINE,TEMPORARY_OFFLINE", "0"}) {
    ExpectRefused(absl::StrCat("'0', '", tag, "'"), 6,
                  absl::StrCat("serverTag: expected one of [PERMANENT_OFFLINE, TEMPORARY_OFFLINE], "
                               "found '",
                               tag, "'"));
  }
  std::printf("malformed tag statements: refused=%zu\n", refused);
}

TEST(Tags, AnyCaseAndBlanksAroundPiecesAreRead) {
  AddServerTag expected{{cluster::ServerId{0}, cluster::ServerId{1}, cluster::ServerId{2}},
                        cluster::ServerTag::kTemporaryOffline};
  EXPECT_EQ(CommandOf("CALL sys.add_server_tag('0,1, 2', ' temporary_Offline ')"),
            Command(expected));
  EXPECT_EQ(CommandOf("CALL c.sys.add_server_tag(serverTag => 'TEMPORARY_OFFLINE', "
                      "TABLETSERVERS => ' 0 , 1,2 ')"),
            Command(expected));
  EXPECT_EQ(CommandOf("CALL sys.list_servers()"), Command(ListServers{}));
  EXPECT_EQ(CommandOf("CALL sys.list_server_tags()"), Command(ListServerTags{}));
}

}  // namespace
}  // namespace pegel::procedures
