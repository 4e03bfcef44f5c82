#include "tools/flat_yaml.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/random.h"
#include "tests/system/process.h"

namespace pegel::tools {
namespace {

using Entries = std::vector<YamlEntry>;

Entries Parse(const std::string& text) {
  absl::StatusOr<Entries> entries = ParseFlatYaml("server.yaml", text);
  EXPECT_TRUE(entries.ok()) << entries.status() << "\n" << text;
  return entries.value_or(Entries{});
}

TEST(FlatYaml, AValueIsTheTextThatStandsThere) {
  EXPECT_EQ(Parse("# a comment\n"
                  "a.b: 200MB\n"
                  "a.c: true  # says why\n"
                  "\n"
                  "a.d: 007\n"
                  "a.e: 1e3\n"
                  "a.f: ' blanks '\n"
                  "a.g: \"x\\ty\"\n"
                  "a.h: ''\n"
                  "a.i: User:root;User:admin\n"
                  "a.j: http://host:1/x#y\n"
                  "a.k: ${env:X}\n"
                  "a.l: 'null'\n"
                  "a.m: größe"),
            (Entries{{"a.b", "200MB", 2},
                     {"a.c", "true", 3},
                     {"a.d", "007", 5},
                     {"a.e", "1e3", 6},
                     {"a.f", " blanks ", 7},
                     {"a.g", "x\ty", 8},
                     {"a.h", "", 9},
                     {"a.i", "User:root;User:admin", 10},
                     {"a.j", "http://host:1/x#y", 11},
                     {"a.k", "${env:X}", 12},
                     {"a.l", "null", 13},
                     {"a.m", "größe", 14}}));
}

TEST(FlatYaml, NothingIsAFileToo) {
  for (const char* text : {"", "# only\n", "---\n", "\n\n", "%YAML 1.2\n---\n"}) {
    EXPECT_EQ(Parse(text), Entries{}) << text;
  }
}

TEST(FlatYaml, OtherWaysToWriteTheSame) {
  const Entries same = {{"a.b", "x y", 1}};
  for (const char* text :
       {"a.b: x y", "a.b:   x y   \n", "\"a.b\": x y\n", "'a.b': 'x y'\n", "a.b: x\n  y\n",
        "a.b: >-\n  x\n  y\n", "a.b: |-\n  x y\n", "{a.b: x y}\n", "? a.b\n: x y\n", "a.b: x y\r\n",
        "\xEF\xBB\xBF"
        "a.b: x y"}) {
    EXPECT_EQ(Parse(text), same) << text;
  }
}

constexpr char kNone[] =
    "no value (to YAML, nothing, ~ and null are all none); write '' for an empty text, quote the "
    "word if it is meant, or leave the line out";
constexpr char kList[] = "a list; write it as one text instead: 'a,b'";
constexpr char kNested[] =
    "a nested map; write each of its keys on a line of its own, with all names joined by dots: "
    "'a.b: value'. A text that begins with a brace needs quotes";
constexpr char kAnchor[] =
    "an anchor (&) or alias (*); write the value itself. A text that begins so needs quotes";
constexpr char kTag[] = "a tag (!); leave it out. A text that begins with '!' needs quotes";
constexpr char kBadKey[] = "expected 'key: value', found a key that is not a plain text";
constexpr char kNotFlat[] = "expected lines of 'key: value', found something else";
constexpr char kSecond[] =
    "what stands here is no part of what began above: expected one document (no '---' or '...' in "
    "between), with every key in the same column";
constexpr char kUnclosed[] = "a quote that is never closed";
constexpr char kBytes[] = "expected UTF-8 text without NULs, found another byte";
constexpr char kEscape[] = "a text with a NUL or broken UTF-8; leave the escapes (\\) out";

std::string NotYaml(const std::string& reason) {
  return "not YAML: " + reason + ". A text with special characters needs quotes";
}

struct Bad {
  std::string text;
  std::string place;
  std::string reason;
};

// In every value stands this word. No message may repeat it.
constexpr char kSecret[] = "hunter2";

const std::vector<Bad>& BadFiles() {
  static const auto* const files = new std::vector<Bad>{
      {"a.b:\n", "1: key 'a.b'", kNone},
      {"a.b: ~\n", "1: key 'a.b'", kNone},
      {"x.y: 1\na.b: null\n", "2: key 'a.b'", kNone},
      {"a.b: Null\n", "1: key 'a.b'", kNone},
      {"a.b: # hunter2\n", "1: key 'a.b'", kNone},
      {"? a.b\n", "1: key 'a.b'", kNone},
      {"x.y: 1\nhunter2\n", "2", NotYaml("end of map not found")},
      {",x: hunter2\n", "1", kSecond},  // The parser itself would never end.
      {"a.b: [hunter2, x]\n", "1: key 'a.b'", kList},
      {"a.b:\n  - hunter2\n  - x\n", "1: key 'a.b'", kList},
      {"a.b:\n- hunter2\n", "1: key 'a.b'", kList},
      {"a.b: []\n", "1: key 'a.b'", kList},
      {"a.b: [[[[hunter2\n", "1: key 'a.b'", kList},
      {"a.b: {c: hunter2}\n", "1: key 'a.b'", kNested},
      {"a.b: {hunter2}\n", "1: key 'a.b'", kNested},
      {"a.b: {}\n", "1: key 'a.b'", kNested},
      {"a.b:\n  c: hunter2\n", "1: key 'a.b'", kNested},
      {"x.y: 1\n\n\na.b:\n\n  c:\n    d: hunter2\n", "4: key 'a.b'", kNested},
      {"<<: {a: hunter2}\n", "1", kNested},
      {"a.b: &hunter2 x\n", "1: key 'a.b'", kAnchor},
      {"a.b: *hunter2\n", "1: key 'a.b'", kAnchor},
      {"a.b: &x hunter2\na.c: *x\n", "1: key 'a.b'", kAnchor},
      {"&hunter2 a.b: 1\n", "1", kAnchor},
      {"&hunter2 {a.b: 1}\n", "1", kAnchor},
      {"<<: *hunter2\n", "1", kAnchor},
      {"a.b: !hunter2 x\n", "1: key 'a.b'", kTag},
      {"a.b: !!binary hunter2\n", "1: key 'a.b'", kTag},
      {"!!map {a.b: hunter2}\n", "1", kTag},
      {"!t a.b: hunter2\n", "1", kTag},
      {"a.b: 1\na.b: hunter2\n", "2: key 'a.b'", "given twice, here and at line 1; leave one out"},
      {"x.y: 1\na.b: hunter2\n\n'a.b': 2\n", "4: key 'a.b'",
       "given twice, here and at line 2; leave one out"},
      {"{a.b: 1, a.b: hunter2}\n", "1: key 'a.b'",
       "given twice, here and at line 1; leave one out"},
      {"[a]: hunter2\n", "1", kBadKey},
      {"{a: b}: hunter2\n", "1", kBadKey},
      {"? [a]\n: hunter2\n", "1", kBadKey},
      {": hunter2\n", "1", kBadKey},
      {"~: hunter2\n", "1", kBadKey},
      {"'': hunter2\n", "1", kBadKey},
      {"a b: hunter2\n", "1", kBadKey},
      {"a\tb: hunter2\n", "1", kBadKey},
      {"hunter2\n", "1", kNotFlat},
      {"a.b=hunter2\n", "1", kNotFlat},
      {"a.b:hunter2\n", "1", kNotFlat},
      {"- hunter2\n", "1", kNotFlat},
      {"[hunter2]\n", "1", kNotFlat},
      {"\ta.b: hunter2\n", "1", kNotFlat},
      {"a.b: 1\n---\na.c: hunter2\n", "2", kSecond},
      {"a.b: 1\n...\na.c: hunter2\n", "3", kSecond},
      {" a.b: 1\na.c: hunter2\n", "2", kSecond},
      {"a.b: \"hunter2\n", "1: key 'a.b'", kUnclosed},
      {"a.b: 'hunter2\na.c: 1\n", "1: key 'a.b'", kUnclosed},
      {"a.b: \xFF"
       "hunter2\n",
       "1", kBytes},
      {std::string("a.b: 1\na.c: hunter2\0\n", 20), "2", kBytes},
      {"a.b: \"hunter2\\0\"\n", "1: key 'a.b'", kEscape},
      {"a.b: \"hunter2\\q\"\n", "1: key 'a.b'", NotYaml("unknown escape character")},
      {"a.b: hunter2: x\n", "1", NotYaml("illegal map value")},
      {"a.b: 1\n  a.c: hunter2\n", "2", NotYaml("illegal map value")},
      {"a.b: 'it's hunter2'\n", "1", NotYaml("end of map not found")},
      {"a.b: \"x\" hunter2\n", "1", NotYaml("end of map not found")},
      {"a.b: @hunter2\n", "1: key 'a.b'", NotYaml("unknown token")},
      {"a.b: %hunter2\n", "1: key 'a.b'", NotYaml("unknown token")},
      {"a.b: ]hunter2\n", "1: key 'a.b'", NotYaml("illegal flow end")},
      {"a.b: - hunter2\n", "1: key 'a.b'", NotYaml("illegal block entry")},
      {"%YAML 9.9\n---\na.b: hunter2\n", "1", NotYaml("YAML major version too large")},
  };
  return *files;
}

TEST(FlatYaml, WhatIsNoFlatFileIsRefusedWithLineKeyReasonAndWithoutItsValues) {
  for (const Bad& bad : BadFiles()) {
    absl::StatusOr<Entries> entries = ParseFlatYaml("server.yaml", bad.text);
    ASSERT_FALSE(entries.ok()) << bad.text;
    EXPECT_EQ(entries.status().code(), absl::StatusCode::kInvalidArgument) << bad.text;
    EXPECT_EQ(entries.status().message(), "server.yaml:" + bad.place + ": " + bad.reason)
        << bad.text;
    EXPECT_FALSE(absl::StrContains(entries.status().message(), kSecret)) << bad.text;
  }
  std::cout << "bad yaml: files=" << BadFiles().size() << "\n";
}

TEST(FlatYaml, DepthCostsNoStack) {
  for (const char* piece : {"[", "{a: ", "- ", "? ", "!x ", "&x "}) {
    std::string text = "a.b: ";
    for (int i = 0; i < 20'000; ++i) text += piece;
    EXPECT_FALSE(ParseFlatYaml("server.yaml", text).ok()) << piece;
  }
}

// Any change of one byte, or an early end: entries or one clear error, never a crash.
TEST(FlatYaml, DamageIsReadOrRefused) {
  const uint64_t seed = pegel::testing::SeedFromEnvironment();
  SCOPED_TRACE(pegel::testing::Reproduce(seed, "tools_test"));
  pegel::testing::Random random(seed);
  const std::string whole = "a.b: 'x, y'\na.c: \"z\\n\"\n# c\na.d: |\n  l1\n  l2\na.e: {f}\n";
  const int rounds = pegel::testing::IsFullVolume() ? 200'000 : 5'000;
  int refused = 0;
  for (int i = 0; i < rounds; ++i) {
    std::string text = whole.substr(0, 1 + random.Below(whole.size()));
    text[random.Below(text.size())] = static_cast<char>(random.Below(256));
    absl::StatusOr<Entries> entries = ParseFlatYaml("server.yaml", text);
    refused += !entries.ok();
    if (!entries.ok()) {
      EXPECT_TRUE(absl::StartsWith(entries.status().message(), "server.yaml:"));
    }
  }
  std::cout << "damaged yaml: files=" << rounds << " refused=" << refused << "\n";
}

TEST(ReadFlatYaml, SaysWhatIsWrongWithTheFile) {
  pegel::testing::TemporaryDirectory directory;
  const std::string file = directory.path() + "/server.yaml";
  EXPECT_EQ(ReadFlatYaml(file).status().message(), file + ": no such file");
  EXPECT_EQ(ReadFlatYaml(directory.path()).status().message(),
            directory.path() + ": cannot be read: not a regular file");
  std::ofstream(file) << "a.b: 1\n";
  EXPECT_EQ(ReadFlatYaml(file).value(), (Entries{{"a.b", "1", 1}}));
  std::ofstream(file) << std::string(kYamlBytesMax, '#');
  EXPECT_TRUE(ReadFlatYaml(file).ok());
  std::ofstream(file) << std::string(kYamlBytesMax + 1, '#');
  EXPECT_EQ(ReadFlatYaml(file).status().message(),
            file + ": expected at most 1048576 bytes, found more");
}

}  // namespace
}  // namespace pegel::tools
