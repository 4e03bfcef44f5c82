#include <gtest/gtest.h>

#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/config/grammar.h"
#include "tests/support/random.h"

namespace pegel::config {
namespace {

using ::pegel::testing::Random;
using ::pegel::testing::Reproduce;

// One option of each type.
constexpr const char* kBoolean = "allow.create.log.tables";
constexpr const char* kInt = "max.partition.num";
constexpr const char* kLong = "log.flush.interval-messages";
constexpr const char* kDouble = "server.data-disk.write-limit-ratio";
constexpr const char* kString = "super.users";
constexpr const char* kFormat = "datalake.format";
constexpr const char* kStrategy = "remote.data.dirs.strategy";
constexpr const char* kSize = "kv.leader-replica.memory-reserved";
constexpr const char* kTime = "kv.snapshot.interval";
constexpr const char* kList = "remote.data.dirs";
constexpr const char* kInts = "remote.data.dirs.weights";
constexpr const char* kEnums = "kv.rocksdb.compression.per.level";
constexpr const char* kMap = "security.protocol.map";

template <typename Element>
std::string InBrackets(const absl::StatusOr<std::vector<Element>>& elements) {
  std::string out;
  for (const Element& element : *elements) absl::StrAppend(&out, "[", element, "]");
  return out;
}

std::string InBraces(const absl::StatusOr<std::vector<MapEntry>>& entries) {
  std::string out;
  for (const auto& [key, text] : *entries) absl::StrAppend(&out, "{", key, "=", text, "}");
  return out;
}

// What the value was read as: `[a][b]` for lists, `{k=v}` for maps, else the canonical text.
std::string Read(const Option& option, absl::string_view value) {
  switch (option.type) {
    case Type::kBoolean:
      return *ParseBoolean(value) ? "true" : "false";
    case Type::kInt:
      return absl::StrCat(*ParseInt(value));
    case Type::kLong:
      return absl::StrCat(*ParseLong(value));
    case Type::kDouble:
      return ToText(*ParseDecimal(value));
    case Type::kString:
    case Type::kPassword:
      return std::string(value);
    case Type::kEnum:
      return std::string(*ParseEnum(value, option.type_name, option.enum_values));
    case Type::kMemorySize:
      return ToText(*ParseMemorySize(value));
    case Type::kDuration:
      return ToText(*ParseDuration(value));
    case Type::kStringList:
      return InBrackets(ParseList(value));
    case Type::kIntList:
      return InBrackets(ParseIntList(value));
    case Type::kEnumList:
      return InBrackets(ParseEnumList(value, "", option.enum_values));
    case Type::kMap:
      return InBraces(ParseMap(value));
  }
  return "?";
}

int accepted = 0, rejected = 0;

struct Good {
  std::string value, read;
};

void ExpectRead(const char* key, const std::vector<Good>& cases) {
  const Option* option = FindOption(key);
  ASSERT_NE(option, nullptr) << key;
  for (const Good& c : cases) {
    absl::Status status = CheckValue(*option, c.value);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(Read(*option, c.value), c.read) << key << " = '" << c.value << "'";
    ++accepted;
  }
}

struct Bad {
  std::string value, reason;
};

// The whole message, letter for letter. Values here are short, so they are shown whole.
void ExpectRefused(const char* key, const char* type, const std::vector<Bad>& cases) {
  const Option* option = FindOption(key);
  ASSERT_NE(option, nullptr) << key;
  for (const Bad& c : cases) {
    absl::Status status = CheckValue(*option, c.value);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << key << " = '" << c.value << "'";
    EXPECT_EQ(std::string(status.message()),
              "Cannot parse '" + c.value + "' as " + type + " for config '" + key +
                  "': Could not parse value '" + c.value + "' for key '" + key + "'. " + c.reason);
    ++rejected;
  }
}

std::vector<Bad> AllFor(const std::string& reason, const std::vector<std::string>& values) {
  std::vector<Bad> cases;
  for (const std::string& value : values) cases.push_back({value, reason});
  return cases;
}

class ConfigGrammar : public ::testing::Test {
 public:
  static void TearDownTestSuite() {
    std::cout << "config grammar: accepted=" << accepted << " rejected=" << rejected << "\n";
  }
};

TEST_F(ConfigGrammar, Booleans) {
  ExpectRead(kBoolean, {{"true", "true"},
                        {"false", "false"},
                        {"TRUE", "true"},
                        {"False", "false"},
                        {"tRuE", "true"}});
  std::vector<Bad> bad;
  for (std::string value : {"", " true", "true ", "yes", "no", "1", "0", "on", "t", "truefalse"}) {
    bad.push_back({value, "Unrecognized option for boolean: " + value +
                              ". Expected either true or false(case insensitive)"});
  }
  ExpectRefused(kBoolean, "Boolean", bad);
}

TEST_F(ConfigGrammar, WholeNumbers) {
  ExpectRead(kInt, {{"0", "0"},
                    {"1", "1"},
                    {"-1", "-1"},
                    {"+2", "2"},
                    {"01", "1"},
                    {"-0", "0"},
                    {"0000000000000000000000000000007", "7"},
                    {"2147483647", "2147483647"},
                    {"-2147483648", "-2147483648"}});
  ExpectRefused(
      kInt, "Integer",
      AllFor("Expected a whole number from -2147483648 to 2147483647, without blanks, point or "
             "unit.",
             {"",     " ",     "1 ",    " 1",         "1.0",         "1e3",
              "0x10", "1_000", "1,000", "-",          "+",           "+-1",
              "--1",  "abc",   "1L",    "2147483648", "-2147483649", "99999999999999999999",
              "\t1",  "1\n",   "١"}));
  ExpectRead(kLong, {{"9223372036854775807", "9223372036854775807"},
                     {"-9223372036854775808", "-9223372036854775808"},
                     {"+2147483648", "2147483648"}});
  ExpectRefused(kLong, "Long",
                AllFor("Expected a whole number from -9223372036854775808 to 9223372036854775807, "
                       "without blanks, point or unit.",
                       {"9223372036854775808", "-9223372036854775809", "1L", ""}));
}

TEST_F(ConfigGrammar, Doubles) {
  ExpectRead(kDouble,
             {{"0.85", "0.85"},
              {".5", "0.5"},
              {"1.", "1.0"},
              {"1", "1.0"},
              {"-1.50", "-1.5"},
              {"+0.10", "0.1"},
              {" 0.8\t", "0.8"},
              {"1e0", "1.0"},
              {"1E-3", "0.001"},
              {"1e-4", "1.0E-4"},
              {"12.5e+2", "1250.0"},
              {"9999999", "9999999.0"},
              {"10000000", "1.0E7"},
              {"15000000000", "1.5E10"},
              {"0", "0.0"},
              {"-0.0", "0.0"},
              {"0e999999999999999999999", "0.0"},
              {"000.000100", "1.0E-4"},
              {"9.99e308", "9.99E308"},
              {"1e-324", "1.0E-324"},
              {"0.00000000000000000001e20", "1.0"},
              {std::string(1000, '0') + "1", "1.0"},
              {"0." + std::string(400, '0') + "25e401", "2.5"},
              {"0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"}});
  ExpectRefused(kDouble, "Double",
                AllFor("Expected a decimal number such as 0.85, 10 or 1e-3; NaN, Infinity, "
                       "hexadecimal numbers and the suffixes d and f are not accepted.",
                       {"",      " ",   ".",        "-",         "+.",   "e5",    ".e5",
                        "1e",    "1e+", "1e1.5",    "1e5e5",     "1..2", "1.2.3", "0,85",
                        "1 2",   "NaN", "Infinity", "-Infinity", "inf",  "0x1p3", "0.85d",
                        "0.85f", "1f",  "85%",      "--1",       "+-1",  "1e--5", "1 e5"}));
  ExpectRefused(
      kDouble, "Double",
      AllFor("Expected 0 or a number whose size is between 1e-324 and 9.99e308.",
             {"1e309", "1e-325", "-1e309", "10e308", "0.1e-324", "1e99999999999999999999",
              "1e-99999999999999999999", "1e9223372036854775807", "1.5e-9223372036854775807"}));
}

TEST_F(ConfigGrammar, Enums) {
  ExpectRead(kFormat, {{"paimon", "paimon"},
                       {"PAIMON", "paimon"},
                       {"Lance", "lance"},
                       {"iceBerg", "iceberg"},
                       {"hudi", "hudi"}});
  ExpectRefused(kFormat, "DataLakeFormat",
                AllFor("Could not parse value for enum class DataLakeFormat. Expected one of: "
                       "[[paimon, lance, iceberg, hudi]]",
                       {"", " paimon", "paimon ", "delta", "paim", "paimon,lance", "0"}));
  ExpectRead(kStrategy,
             {{"round_robin", "ROUND_ROBIN"}, {"Weighted_Round_Robin", "WEIGHTED_ROUND_ROBIN"}});
  ExpectRefused(kStrategy, "RemoteDataDirStrategy",
                AllFor("Could not parse value for enum class RemoteDataDirStrategy. Expected one "
                       "of: [[ROUND_ROBIN, WEIGHTED_ROUND_ROBIN]]",
                       {"round-robin", "ROUND_ROBIN ", "RANDOM"}));
}

TEST_F(ConfigGrammar, StringsAreTakenAsTheyAre) {
  ExpectRead(kString, {{"", ""}, {" User:a ", " User:a "}, {"'", "'"}, {"größe\n", "größe\n"}});
  ExpectRead("metrics.reporter.prometheus-push.password", {{" p,w:'\" ", " p,w:'\" "}});
}

TEST_F(ConfigGrammar, MemorySizes) {
  ExpectRead(kSize, {{"0b", "0 bytes"},
                     {"0 tb", "0 bytes"},
                     {"1b", "1 bytes"},
                     {"1 bytes", "1 bytes"},
                     {"1k", "1 kb"},
                     {"1 kb", "1 kb"},
                     {"2 kibibytes", "2 kb"},
                     {"1024b", "1 kb"},
                     {"1025b", "1025 bytes"},
                     {"1m", "1 mb"},
                     {"200MB", "200 mb"},
                     {" 200MB ", "200 mb"},
                     {"3mebibytes", "3 mb"},
                     {"1024 mb", "1 gb"},
                     {"1g", "1 gb"},
                     {"10  GB", "10 gb"},
                     {"1 gibibytes", "1 gb"},
                     {"1t", "1 tb"},
                     {"1024gb", "1 tb"},
                     {"2 TB", "2 tb"},
                     {"5 tebibytes", "5 tb"},
                     {"8388607 tb", "8388607 tb"},
                     {"9223372036854775807 bytes", "9223372036854775807 bytes"},
                     {"007 kb", "7 kb"},
                     {"\t1\nkb", "1 kb"}});
  auto no_unit = [](const std::string& value) {
    return Bad{value, "The memory value '" + value +
                          "' does not specify a memory unit. Memory size must be specified with "
                          "units bytes (b), kibibytes (kb), mebibytes (mb) or gibibytes (gb). E.g. "
                          "50b, 100kb, 3mb."};
  };
  auto unknown = [](const std::string& value, const std::string& unit) {
    return Bad{value, "Memory size unit '" + unit +
                          "' does not match any of the recognized units: (b | bytes) / (k | kb | "
                          "kibibytes) / (m | mb | mebibytes) / (g | gb | gibibytes) / (t | tb | "
                          "tebibytes)"};
  };
  ExpectRefused(kSize, "MemorySize",
                {no_unit("0"), no_unit("100"), no_unit(" 100 "), unknown("1.5mb", ".5mb"),
                 unknown("1 KiB", "kib"), unknown("1 byte", "byte"), unknown("1 mb 2", "mb 2"),
                 unknown("1 pb", "pb"), unknown("1,5 gb", ",5 gb"), unknown("1_000 kb", "_000 kb"),
                 unknown("1 m b", "m b")});
  ExpectRefused(
      kSize, "MemorySize",
      AllFor("text does not start with a number", {"mb", "-1mb", "+1mb", ".5mb", "x1mb", "'1mb'"}));
  ExpectRefused(kSize, "MemorySize",
                AllFor("argument is an empty- or whitespace-only string", {"", " ", "\t\n"}));
  ExpectRefused(kSize, "MemorySize",
                {{"9223372036854775808b",
                  "The value '9223372036854775808' cannot be re represented as 64bit number "
                  "(numeric overflow)."},
                 {"99999999999999999999",
                  "The value '99999999999999999999' cannot be re represented as 64bit number "
                  "(numeric overflow)."},
                 {"9223372036854775807 kb",
                  "The value '9223372036854775807 kb' cannot be re represented as 64bit number of "
                  "bytes (numeric overflow)."},
                 {" 8388608tb ",
                  "The value ' 8388608tb ' cannot be re represented as 64bit number of bytes "
                  "(numeric overflow)."}});
}

TEST_F(ConfigGrammar, Durations) {
  ExpectRead(kTime, {{"0ms", "0 ms"},
                     {"0 d", "0 ms"},
                     {"0ns", "0 ms"},
                     {"10 min", "10 min"},
                     {"10m", "10 min"},
                     {"1 minute", "1 min"},
                     {"60 minutes", "1 h"},
                     {"1h", "1 h"},
                     {"24 hours", "1 d"},
                     {"1 hour", "1 h"},
                     {"7d", "7 d"},
                     {"1 day", "1 d"},
                     {"2 DAYS", "2 d"},
                     {"86400000 ms", "1 d"},
                     {"30s", "30 s"},
                     {"30 sec", "30 s"},
                     {"30 Secs", "30 s"},
                     {"1 second", "1 s"},
                     {"90 seconds", "90 s"},
                     {"500 milli", "500 ms"},
                     {"500 millis", "500 ms"},
                     {"1 millisecond", "1 ms"},
                     {"1500 milliseconds", "1500 ms"},
                     {"1µs", "1 µs"},
                     {"5 micro", "5 µs"},
                     {"5 micros", "5 µs"},
                     {"1 microsecond", "1 µs"},
                     {"2000 microseconds", "2 ms"},
                     {"1 ns", "1 ns"},
                     {"7 nano", "7 ns"},
                     {"7 nanos", "7 ns"},
                     {"1001 nanosecond", "1001 ns"},
                     {"60000000000 nanoseconds", "1 min"},
                     {" 5\tMIN ", "5 min"},
                     {"005s", "5 s"},
                     {"9223372036854775807 ns", "9223372036854775807 ns"},
                     {"9223372036854775807 µs", "9223372036854775807 µs"},
                     {"9223372036854775807 ms", "9223372036854775807 ms"},
                     {"106751991167 d", "106751991167 d"}});
  auto no_unit = [](const std::string& value) {
    return Bad{value, "The time value '" + value +
                          "' does not specify a time unit. Time must be specified with units "
                          "milliseconds (ms), seconds (s), minutes (min), hour (h), or day (d). "
                          "E.g. 50ms, 100s, 3h."};
  };
  auto unknown = [](const std::string& value, const std::string& unit) {
    return Bad{value, "Time interval unit label '" + unit +
                          "' does not match any of the recognized units: DAYS: (d | day | days), "
                          "HOURS: (h | hour | hours), MINUTES: (min | m | minute | minutes), "
                          "SECONDS: (s | sec | secs | second | seconds), MILLISECONDS: (ms | milli "
                          "| millis | millisecond | milliseconds), MICROSECONDS: (µs | micro | "
                          "micros | microsecond | microseconds), NANOSECONDS: (ns | nano | nanos | "
                          "nanosecond | nanoseconds)"};
  };
  auto too_long = [](const std::string& value) {
    return Bad{value, "The value '" + value +
                          "' cannot be re represented as 64bit number of milliseconds (numeric "
                          "overflow)."};
  };
  ExpectRefused(kTime, "Duration",
                {no_unit("10"), no_unit("0"), no_unit(" 10 "), unknown("1 mins", "mins"),
                 unknown("2HS", "hs"), unknown("1 us", "us"), unknown("1w", "w"),
                 unknown("1h 30min", "h 30min"), unknown("1.5h", ".5h"), unknown("1 μs", "μs"),
                 unknown("1 dayz", "dayz"), unknown("10 min.", "min."), too_long("106751991168 d"),
                 too_long("9223372036854775807 s"), too_long("9223372036854775807 h"),
                 too_long("153722867280913 min")});
  ExpectRefused(kTime, "Duration",
                AllFor("text does not start with a number", {"min", "-1s", "+1s", "PT5M", ".5s"}));
  ExpectRefused(kTime, "Duration",
                AllFor("argument is an empty- or whitespace-only string", {"", "   "}));
  ExpectRefused(kTime, "Duration",
                {{"9223372036854775808 ns",
                  "The value '9223372036854775808' cannot be re represented as 64bit number "
                  "(numeric overflow)."}});
}

TEST_F(ConfigGrammar, DurationsAreExactAndSayWhetherNanosecondsFit) {
  EXPECT_EQ(ParseDuration("1500001 ns")->millis, 1);
  EXPECT_EQ(ParseDuration("1500001 ns")->nanos, 500'001);
  EXPECT_EQ(ParseDuration("9223372036854775807 ns")->TotalNanos(), INT64_MAX);
  EXPECT_EQ(ParseDuration("9223372036854 ms")->TotalNanos(), 9'223'372'036'854'000'000);
  EXPECT_EQ(ParseDuration("9223372036855 ms")->TotalNanos(), std::nullopt);
  EXPECT_EQ(ParseDuration("9223372036854776 µs")->TotalNanos(), std::nullopt);
  EXPECT_LT(*ParseDuration("999999 ns"), *ParseDuration("1 ms"));
}

TEST_F(ConfigGrammar, Lists) {
  ExpectRead(kList, {{"", ""},
                     {"   ", ""},
                     {",", ""},
                     {"a", "[a]"},
                     {"a,b", "[a][b]"},
                     {" a , b ", "[a][b]"},
                     {",a", "[a]"},
                     {"a,", "[a]"},
                     {"a,,b", "[a][][b]"},
                     {"a, ,b", "[a][][b]"},
                     {",,", "[]"},
                     {",,a", "[][a]"},
                     {"a,,", "[a][]"},
                     {"a,,,b", "[a][][][b]"},
                     {"''", "[]"},
                     {"'',''", "[][]"},
                     {"'a,b',c", "[a,b][c]"},
                     {"\"a,b\",c", "[a,b][c]"},
                     {" ' a ' ", "[ a ]"},
                     {"'it''s'", "[it's]"},
                     {"\"say \"\"hi\"\"\"", "[say \"hi\"]"},
                     {"'\"'", "[\"]"},
                     {"it's,b", "[it's][b]"},
                     {"a'b,c'd", "[a'b][c'd]"},
                     {"a b", "[a b]"},
                     {"s3://x:1/y,hdfs://z", "[s3://x:1/y][hdfs://z]"},
                     {"a\n,\tb", "[a][b]"},
                     {"größe,straße", "[größe][straße]"}});
  ExpectRefused(kList, "List<String>",
                AllFor("Could not split string. Quoting was not closed properly.",
                       {"'a", "\"a", "a,'", "'a\"", "'it''s", "'''", "a,\"b,c"}));
  ExpectRefused(kList, "List<String>",
                {{"'a'b", "Could not split string. Illegal quoting at position: 2"},
                 {"'a' b", "Could not split string. Illegal quoting at position: 3"},
                 {"x,'a'\"b\"", "Could not split string. Illegal quoting at position: 4"},
                 {"'a','b'c,d", "Could not split string. Illegal quoting at position: 6"}});
}

TEST_F(ConfigGrammar, ListsOfNumbersAndNames) {
  ExpectRead(
      kInts,
      {{"", ""}, {"1", "[1]"}, {"1, 2,3", "[1][2][3]"}, {"'1',\"-2\"", "[1][-2]"}, {"+1,", "[1]"}});
  ExpectRefused(kInts, "List<Integer>",
                AllFor("Expected a whole number from -2147483648 to 2147483647, without blanks, "
                       "point or unit.",
                       {"a", "1,,2", "1 2", "1;2", "1,2147483648", "' 1'", "1.0"}));
  ExpectRefused(kInts, "List<Integer>",
                {{"'1", "Could not split string. Quoting was not closed properly."}});
  ExpectRead(kEnums, {{"lz4", "[LZ4]"}, {"NO, Snappy ,zstd", "[NO][SNAPPY][ZSTD]"}, {"", ""}});
  ExpectRefused(kEnums, "List<KvCompressionType>",
                AllFor("Could not parse value for enum class KvCompressionType. Expected one of: "
                       "[[NO, SNAPPY, LZ4, ZSTD]]",
                       {"gzip", "LZ4,,ZSTD", "LZ4;ZSTD", "' LZ4'"}));
}

TEST_F(ConfigGrammar, Maps) {
  ExpectRead(kMap, {{"", ""},
                    {"a:b", "{a=b}"},
                    {"b:1,a:2", "{b=1}{a=2}"},
                    {" a : b , c : d ", "{a=b}{c=d}"},
                    {"a:b,", "{a=b}"},
                    {",a:b", "{a=b}"},
                    {"a:'x:y'", "{a=x:y}"},
                    {"'a:x,y',b:z", "{a=x,y}{b=z}"},
                    {"a:''", "{a=}"},
                    {"''''':b'", "{=b}"},
                    {"a:b:", "{a=b}"},
                    {"a:\"it's\"", "{a=it's}"},
                    {"a:it's", "{a=it's}"},
                    {"a:1,A:1", "{a=1}{A=1}"},
                    {"'''a:b'':''c,d'''", "{a:b=c,d}"}});
  ExpectRefused(kMap, "Map",
                AllFor("Map item is not a key-value pair (missing ':'?)",
                       {"a", "a:", ":b", ":", "a:b:c", "a::b", "a:b,,c:d", "a:b,c", "''", "a=b"}));
  ExpectRefused(kMap, "Map",
                {{"a:1,a:2", "Duplicate key a (attempted merging values 1 and 2)"},
                 {"a:1,b:2,a:1", "Duplicate key a (attempted merging values 1 and 1)"},
                 {"a:'x,y'", "Could not split string. Quoting was not closed properly."},
                 {"'a':b", "Could not split string. Illegal quoting at position: 2"},
                 {"'':b", "Could not split string. Illegal quoting at position: 1"},
                 {"a:'b", "Could not split string. Quoting was not closed properly."},
                 {"\"a:'b'c\"", "Could not split string. Illegal quoting at position: 4"}});
}

TEST_F(ConfigGrammar, TheMessageOfASecretHoldsNoPieceOfIt) {
  const Option& credentials = *FindOption("security.sasl.plain.credentials");
  for (std::string value : {"root", "root:hunter2:x", "root:hunter2,root:hunter3", "root:'hunter2",
                            "root:'hun,ter2'", "'root'hunter2"}) {
    EXPECT_EQ(CheckValue(credentials, value).message(),
              "Cannot parse value as Map for config 'security.sasl.plain.credentials': Could not "
              "parse value for key 'security.sasl.plain.credentials'.");
    ++rejected;
  }
  EXPECT_TRUE(CheckValue(credentials, "root:hunter2,guest:pw").ok());
}

TEST_F(ConfigGrammar, ALongValueIsShownShortened) {
  EXPECT_EQ(Shown(std::string(256, 'x')), std::string(256, 'x'));
  EXPECT_EQ(Shown(std::string(257, 'x')), std::string(64, 'x') + "… (257 bytes)");
  const std::string tail(300, 'x');
  // The 64th byte lies inside a character of 2, 3, 4 bytes: it is left out whole.
  EXPECT_EQ(Shown(std::string(63, 'a') + "ö" + tail), std::string(63, 'a') + "… (365 bytes)");
  EXPECT_EQ(Shown(std::string(62, 'a') + "€" + tail), std::string(62, 'a') + "… (365 bytes)");
  EXPECT_EQ(Shown(std::string(61, 'a') + "😀" + tail), std::string(61, 'a') + "… (365 bytes)");
  EXPECT_EQ(Shown(std::string(62, 'a') + "ö" + tail), std::string(62, 'a') + "ö… (364 bytes)");
  EXPECT_EQ(Shown(std::string(300, '\x80')), std::string(61, '\x80') + "… (300 bytes)");

  const std::string nines(16 * 1024, '9'), shown = std::string(64, '9') + "… (16384 bytes)";
  EXPECT_EQ(std::string(CheckValue(*FindOption(kSize), nines).message()),
            "Cannot parse '" + shown + "' as MemorySize for config '" + kSize +
                "': Could not parse value '" + shown + "' for key '" + kSize + "'. The value '" +
                shown + "' cannot be re represented as 64bit number (numeric overflow).");
  // No reason quotes a long value whole either.
  for (const char* key :
       {kBoolean, kInt, kLong, kDouble, kFormat, kSize, kTime, kInts, kEnums, kMap}) {
    for (const std::string& value : {"1" + std::string(9000, 'x'), nines + ".5.", nines + " tb",
                                     "a:" + nines + ",a:" + nines}) {
      absl::Status status = CheckValue(*FindOption(key), value);
      ASSERT_FALSE(status.ok()) << key;
      EXPECT_LT(status.message().size(), 1200u) << key;
    }
  }
}

// --- properties -------------------------------------------------------------------------------

int Rounds() { return pegel::testing::IsFullVolume() ? 300'000 : 10'000; }

// Letters, separators, marks, blanks and a few bytes that are no UTF-8.
std::string RandomText(Random& random) {
  static const std::string kBytes = std::string("ab:,,'\"' \t\n\x01\xC3\xB6\xFF;") + '\0';
  std::string text;
  for (uint64_t n = random.Below(8); n > 0; --n) text += kBytes[random.Below(kBytes.size())];
  return text;
}

TEST_F(ConfigGrammar, EveryListSurvivesItsText) {
  const uint64_t seed = pegel::testing::SeedFromEnvironment();
  SCOPED_TRACE(Reproduce(seed, "config_value_test"));
  Random random(seed);
  for (int i = 0; i < Rounds(); ++i) {
    std::vector<std::string> elements(random.Below(5));
    for (std::string& element : elements) element = RandomText(random);
    auto parsed = ParseList(JoinList(elements));
    ASSERT_TRUE(parsed.ok()) << parsed.status() << ": " << JoinList(elements);
    ASSERT_EQ(*parsed, elements) << JoinList(elements);
  }
}

TEST_F(ConfigGrammar, EveryMapSurvivesItsText) {
  const uint64_t seed = pegel::testing::SeedFromEnvironment();
  SCOPED_TRACE(Reproduce(seed, "config_value_test"));
  Random random(seed);
  for (int i = 0; i < Rounds(); ++i) {
    std::vector<MapEntry> entries(random.Below(5));
    for (size_t k = 0; k < entries.size(); ++k) {
      entries[k] = {RandomText(random) + static_cast<char>('0' + k), RandomText(random)};
    }
    if (random.OneIn(4) && !entries.empty()) entries[0].first = RandomText(random).substr(0, 1);
    auto parsed = ParseMap(JoinMap(entries));
    ASSERT_TRUE(parsed.ok()) << parsed.status() << ": " << JoinMap(entries);
    ASSERT_EQ(*parsed, entries) << JoinMap(entries);
  }
}

TEST_F(ConfigGrammar, WhateverIsReadPrintsAsATextThatReadsTheSame) {
  const uint64_t seed = pegel::testing::SeedFromEnvironment();
  SCOPED_TRACE(Reproduce(seed, "config_value_test"));
  Random random(seed);
  int lists = 0, maps = 0;
  for (int i = 0; i < Rounds(); ++i) {
    std::string text = RandomText(random) + RandomText(random);
    if (auto list = ParseList(text); list.ok()) {
      ++lists;
      ASSERT_EQ(*ParseList(JoinList(*list)), *list) << text;
    }
    if (auto map = ParseMap(text); map.ok()) {
      ++maps;
      ASSERT_EQ(*ParseMap(JoinMap(*map)), *map) << text;
    }
  }
  EXPECT_GT(lists, 100);
  EXPECT_GT(maps, 100);
}

TEST_F(ConfigGrammar, PrintedSizesAndDurationsReadTheSame) {
  const uint64_t seed = pegel::testing::SeedFromEnvironment();
  SCOPED_TRACE(Reproduce(seed, "config_value_test"));
  Random random(seed);
  const std::vector<std::string> sizes = {"b", "k", "m", "g", "t"},
                                 times = {"ns", "µs", "ms", "s", "m", "h", "d"};
  for (int i = 0; i < Rounds(); ++i) {
    uint64_t number = (random.Below(UINT64_MAX) >> 1) >> random.Below(63);
    if (auto size = ParseMemorySize(absl::StrCat(number, random.Of(sizes))); size.ok()) {
      ASSERT_EQ(*ParseMemorySize(ToText(*size)), *size) << ToText(*size);
    }
    if (auto time = ParseDuration(absl::StrCat(number, random.Of(times))); time.ok()) {
      ASSERT_EQ(*ParseDuration(ToText(*time)), *time) << ToText(*time);
    }
  }
}

// Numbers n / 10^places with at most nine digits: multiplied to one scale, they are whole numbers.
TEST_F(ConfigGrammar, DecimalsCompareAsTheNumbersThatTheyAre) {
  const uint64_t seed = pegel::testing::SeedFromEnvironment();
  SCOPED_TRACE(Reproduce(seed, "config_value_test"));
  Random random(seed);
  struct Number {
    int64_t scaled;
    std::string text;
  };
  auto any = [&random] {
    static constexpr int64_t kPowers[] = {1, 10, 100, 1'000, 10'000};
    int64_t n = static_cast<int64_t>(random.Below(2'000'001)) - 1'000'000;
    if (random.OneIn(3)) n /= 100'000;
    uint64_t places = random.Below(5);
    Number number{n * kPowers[4 - places], absl::StrCat(n, "e-", places)};
    if (random.OneIn(2)) number.text = ToText(*ParseDecimal(number.text));
    return number;
  };
  for (int i = 0; i < Rounds(); ++i) {
    Number a = any(), b = any();
    ASSERT_EQ(*ParseDecimal(a.text) <=> *ParseDecimal(b.text), a.scaled <=> b.scaled)
        << a.text << " and " << b.text;
    ASSERT_EQ(*ParseDecimal(a.text) == *ParseDecimal(b.text), a.scaled == b.scaled);
    ASSERT_EQ(DecimalOf(a.scaled), *ParseDecimal(absl::StrCat(a.scaled, ".00")));
    ASSERT_EQ(*ParseDecimal(ToText(*ParseDecimal(a.text))), *ParseDecimal(a.text));
  }
  EXPECT_LT(Decimal{}, *ParseDecimal("1e-324"));
  EXPECT_LT(*ParseDecimal("-1e308"), *ParseDecimal("-1e-324"));
  EXPECT_GT(*ParseDecimal("1.0000000000000000000000000000000000001"), DecimalOf(1));
  EXPECT_EQ(ToText(DecimalOf(INT64_MIN)), "-9.223372036854775808E18");
}

}  // namespace
}  // namespace pegel::config
