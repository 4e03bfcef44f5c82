// Scripts in pieces: left the script, right its pieces with their places.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/procedures/support.h"

namespace pegel::procedures {
namespace {

// `1:1 [first] 2:3 [second] open`
std::string Pieces(absl::string_view script) {
  bool is_open = false;
  std::string form;
  for (const ScriptPiece& piece : SplitScript(script, &is_open)) {
    absl::StrAppend(&form, piece.start.line, ":", piece.start.column, " [", piece.text, "] ");
  }
  return form + (is_open ? "open" : "done");
}

TEST(SplitScript, SplitsAtSemicolons) {
  EXPECT_EQ(Pieces("a;b;"), "1:1 [a] 1:3 [b] done");
  EXPECT_EQ(Pieces("a;\n  b\n;"), "1:1 [a] 2:3 [b] done");
  EXPECT_EQ(Pieces("a; b"), "1:1 [a] 1:4 [b] open");
}

TEST(SplitScript, LeavesOutWhatSaysNothing) {
  EXPECT_EQ(Pieces(""), "done");
  EXPECT_EQ(Pieces(" \t\r\n"), "done");
  EXPECT_EQ(Pieces(";;; ;\n;"), "done");
  EXPECT_EQ(Pieces("-- only this"), "done");
  EXPECT_EQ(Pieces("/* only this */ ; -- and this"), "done");
  EXPECT_EQ(Pieces("a; -- behind"), "1:1 [a] done");
}

TEST(SplitScript, APieceHasNoBlanksOrCommentsAroundIt) {
  EXPECT_EQ(Pieces("-- Who\n  a b /* c */ ; "), "2:3 [a b] done");
  EXPECT_EQ(Pieces("a /* b */ c -- d\n"), "1:1 [a /* b */ c] open");
}

TEST(SplitScript, SemicolonsInTextsNamesAndCommentsDoNotSplit) {
  EXPECT_EQ(Pieces("'a;b';c"), "1:1 ['a;b'] 1:7 [c] open");
  EXPECT_EQ(Pieces("'a'';b';c"), "1:1 ['a'';b'] 1:9 [c] open");
  EXPECT_EQ(Pieces("`a;b`;c"), "1:1 [`a;b`] 1:7 [c] open");
  EXPECT_EQ(Pieces("`a``;b`;c"), "1:1 [`a``;b`] 1:9 [c] open");
  EXPECT_EQ(Pieces("\"a;b\";c"), "1:1 [\"a;b\"] 1:7 [c] open");
  EXPECT_EQ(Pieces("a -- b;c\n;d"), "1:1 [a] 2:2 [d] open");
  EXPECT_EQ(Pieces("a /* b;c */;d"), "1:1 [a] 1:13 [d] open");
}

TEST(SplitScript, QuotesInCommentsAndCommentsInTextsMeanNothing) {
  EXPECT_EQ(Pieces("-- it's\na;b"), "2:1 [a] 2:3 [b] open");
  EXPECT_EQ(Pieces("/* it's */a;b"), "1:11 [a] 1:13 [b] open");
  EXPECT_EQ(Pieces("'--';'/*';c"), "1:1 ['--'] 1:6 ['/*'] 1:11 [c] open");
  EXPECT_EQ(Pieces("'`';`'`;c"), "1:1 ['`'] 1:5 [`'`] 1:9 [c] open");
}

TEST(SplitScript, WhatIsNeverClosedReachesToTheEndAndStaysOpen) {
  EXPECT_EQ(Pieces("a;'b;c;"), "1:1 [a] 1:3 ['b;c;] open");
  EXPECT_EQ(Pieces("a;`b;c;"), "1:1 [a] 1:3 [`b;c;] open");
  EXPECT_EQ(Pieces("a;\"b;c;"), "1:1 [a] 1:3 [\"b;c;] open");
  EXPECT_EQ(Pieces("a;b /* c; 'd';"), "1:1 [a] 1:3 [b /* c; 'd';] open");
  EXPECT_EQ(Pieces("a; /* b;"), "1:1 [a] 1:4 [/* b;] open");
  EXPECT_EQ(Pieces("/*/;"), "1:1 [/*/;] open");
}

TEST(SplitScript, SingleDashesAndSlashesAreNoComments) {
  EXPECT_EQ(Pieces("a - b; c / d; e * / f"), "1:1 [a - b] 1:8 [c / d] 1:15 [e * / f] open");
  EXPECT_EQ(Pieces("a -"), "1:1 [a -] open");
  EXPECT_EQ(Pieces("a /"), "1:1 [a /] open");
}

TEST(SplitScript, ColumnsCountCharacters) {
  EXPECT_EQ(Pieces("größe;b"), "1:1 [größe] 1:7 [b] open");
  EXPECT_EQ(Pieces("'😀';b"), "1:1 ['😀'] 1:5 [b] open");
  EXPECT_EQ(Pieces("a;\r\n\tb"), "1:1 [a] 2:2 [b] open");
}

TEST(SplitScript, BytesThatAreNoTextStayForTheParserToRefuse) {
  EXPECT_EQ(Pieces("a\xff;b"), "1:1 [a\xff] 1:4 [b] open");
  EXPECT_EQ(Pieces(absl::string_view("a\0b;c", 5)), std::string("1:1 [a\0b] 1:5 [c] open", 22));
}

// An interactive shell asks for more exactly while this says open.
TEST(SplitScript, GrowingTextIsOpenUntilItsSemicolon) {
  const std::string kText = "-- Grant\nCALL sys.add_acl('a;b', /* ; */ `;`)";
  for (size_t size = kText.find('C') + 1; size <= kText.size(); ++size) {
    bool is_open = false;
    SplitScript(kText.substr(0, size), &is_open);
    EXPECT_TRUE(is_open) << kText.substr(0, size);
  }
  bool is_open = true;
  EXPECT_EQ(SplitScript(kText + "; -- done", &is_open).size(), 1u);
  EXPECT_FALSE(is_open);
}

TEST(SplitScript, ErrorsOfAPiecePointIntoTheScript) {
  bool is_open;
  std::vector<ScriptPiece> pieces = SplitScript("USE a;\n  CALL sys.x(5)", &is_open);
  ASSERT_EQ(pieces.size(), 2u);
  auto read = ParseStatement(pieces[1].text, pieces[1].start);
  EXPECT_EQ(std::get<Error>(read).message,
            "line 2, column 14: expected a text in single quotes or NULL, found a number");
}

}  // namespace
}  // namespace pegel::procedures
