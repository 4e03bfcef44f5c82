// Whatever comes in: no crash, an error with a true place, and a splitter that agrees with the
// parser.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/utf8.h"
#include "procedures/call_text.h"
#include "tests/procedures/random_call.h"
#include "tests/procedures/support.h"

namespace pegel::procedures {
namespace {

using testing::Random;

std::string RandomBytes(Random& random) {
  std::string text;
  for (size_t size = random.Below(80); size > 0; --size) {
    text += static_cast<char>(random.Below(256));
  }
  return text;
}

// Nearly statements: everything that means something to the reader, in any order.
std::string RandomSoup(Random& random) {
  static const std::vector<std::string> kPieces = {
      "CALL",        "SHOW",      "PROCEDURES", "USE",
      "CATALOG",     "NULL",      "sys",        "sys.list_acl",
      "sys.add_acl", "resource",  "host",       "ANY",
      "'ANY'",       "'CLUSTER'", "'User:a'",   "'READ'",
      "'ALLOW'",     "''",        "'",          "\"",
      "`",           "(",         ")",          ",",
      ".",           ";",         "=>",         "=",
      ">",           "-",         "--",         "/*",
      "*/",          "/",         "*",          " ",
      "\n",          "\t",        "5",          "-1",
      "ä",           "😀",         "\xff",       std::string(1, '\0'),
      "x",           "$"};
  std::string text = random.OneIn(2) ? "CALL sys.list_acl(" : "";
  for (size_t size = random.Below(24); size > 0; --size) text += random.Of(kPieces);
  return text;
}

// The text with one place changed, cut or doubled.
std::string WithSlip(Random& random, std::string text) {
  size_t place = random.Below(text.size());
  switch (random.Below(4)) {
    case 0:
      text[place] = static_cast<char>(random.Below(256));
      return text;
    case 1:
      return text.substr(0, place);
    case 2:
      return text.erase(place, 1 + random.Below(8));
    default:
      return text.insert(place, text.substr(place, 1 + random.Below(8)));
  }
}

std::string RandomSlip(Random& random) { return WithSlip(random, ToCallText(RandomCall(random))); }

std::string RandomText(Random& random) {
  switch (random.Below(3)) {
    case 0:
      return RandomBytes(random);
    case 1:
      return RandomSoup(random);
    default:
      return RandomSlip(random);
  }
}

// `line L, column C: …` with a place that `text` has (one behind its end included).
void ExpectTruePlace(const std::string& text, const std::string& message) {
  unsigned line = 0, column = 0;
  ASSERT_EQ(std::sscanf(message.c_str(), "line %u, column %u: ", &line, &column), 2) << message;
  size_t start = 0;
  for (unsigned i = 1; i < line; ++i) {
    start = text.find('\n', start);
    ASSERT_NE(start, std::string::npos) << message;
    ++start;
  }
  size_t bytes = std::min(text.find('\n', start), text.size()) - start;
  EXPECT_GE(column, 1u) << message;
  EXPECT_LE(column, bytes + 1) << message;
}

void ExpectSoundError(const std::string& text) {
  std::optional<Error> error = ErrorOf(text);
  if (!error) return;
  ExpectTruePlace(text, error->message);
  EXPECT_TRUE(IsUtf8(error->message)) << error->message;
  bool is_known = error->code == ErrorCode::kSyntax || error->code == ErrorCode::kInvalidArgument ||
                  error->code == ErrorCode::kProcedureNotExist;
  EXPECT_TRUE(is_known) << error->message;
  bool is_bounded = error->code != ErrorCode::kSyntax || error->message.size() <= 500;
  EXPECT_TRUE(is_bounded) << error->message;
}

// Pieces are what they say, in order, and none holds a `;` that the parser would stop at.
void ExpectSoundPieces(const std::string& text) {
  bool is_open = false;
  size_t from = 0;
  for (const ScriptPiece& piece : SplitScript(text, &is_open)) {
    size_t at = text.find(piece.text, from);
    ASSERT_NE(at, std::string::npos);
    from = at + piece.text.size();
    auto read = ParseStatement(piece.text, piece.start);
    auto* error = std::get_if<Error>(&read);
    bool stops = error != nullptr && absl::StrContains(error->message, "one statement only");
    EXPECT_FALSE(stops) << piece.text;
  }
}

// One statement alone is one piece, and reads the same from there.
void ExpectSplitterAgrees(const std::string& text) {
  auto whole = ParseStatement(text);
  if (std::holds_alternative<Error>(whole)) return;
  bool is_open = false;
  std::vector<ScriptPiece> pieces = SplitScript(text, &is_open);
  ASSERT_EQ(pieces.size(), 1u);
  auto piece = ParseStatement(pieces[0].text, pieces[0].start);
  ASSERT_TRUE(std::holds_alternative<Statement>(piece));
  EXPECT_EQ(std::get<Statement>(piece), std::get<Statement>(whole));
}

TEST(Robustness, AnyBytesAreReadOrRefusedWithATruePlace) {
  const uint64_t seed = testing::SeedFromEnvironment();
  const size_t texts = testing::IsFullVolume() ? 2'000'000 : 200'000;
  Random random(seed);
  size_t accepted = 0;
  for (size_t i = 0; i < texts && !HasFailure(); ++i) {
    std::string text = RandomText(random);
    SCOPED_TRACE(
        absl::StrCat("text ", i, ": ", text, "\n", testing::Reproduce(seed, "procedures_test")));
    ExpectSoundError(text);
    ExpectSoundPieces(text);
    ExpectSplitterAgrees(text);
    if (!ErrorOf(text)) ++accepted;
  }
  std::printf("statements, random texts: texts=%zu accepted=%zu\n", texts, accepted);
  EXPECT_GT(accepted, texts / 1000);  // Else the texts are too wild to say much.
  EXPECT_LT(accepted, texts / 2);
}

// Whatever slips in a statement that holds one: three of its letters in a row would be too much.
TEST(Robustness, NoSlipMakesAnErrorTellASecret) {
  const uint64_t seed = testing::SeedFromEnvironment();
  const size_t texts = testing::IsFullVolume() ? 1'000'000 : 100'000;
  const std::string good =
      "CALL sys.set_cluster_configs(config_pairs => 'a.b', 'QX''ZJ;QX`ZJ (4) QXZJ', 'c', 'QXZJ')";
  const char* const kPieces[] = {"QX'", "'ZJ", "ZJ;", ";QX", "QX`", "`ZJ", "QXZ", "XZJ"};
  Random random(seed);
  size_t refused = 0;
  for (size_t i = 0; i < texts; ++i) {
    std::string text = WithSlip(random, good);
    std::string message = MessageOf(text);
    for (const char* piece : kPieces) {
      ASSERT_FALSE(absl::StrContains(message, piece))
          << text << "\n"
          << message << "\n"
          << testing::Reproduce(seed, "procedures_test");
    }
    if (!message.empty()) ++refused;
  }
  std::printf("slips in statements with secrets: texts=%zu refused=%zu\n", texts, refused);
  EXPECT_GT(refused, texts / 4);
}

}  // namespace
}  // namespace pegel::procedures
