// Arguments by parameter, on made-up procedures.
#include "procedures/binder.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "procedures/suggest.h"
#include "tests/procedures/support.h"

namespace pegel::procedures {
namespace {

constexpr Parameter kPlainParameters[] = {
    {.name = "resource"},
    {.name = "tolerant", .default_text = "ANY"},
    {.name = "host", .is_required = false, .default_text = "*"},
};
constexpr Parameter kListParameters[] = {
    {.name = "mode"},
    {.name = "config_keys", .is_required = false, .is_vararg = true},
};
const Procedure kPlain{"sys.plain", "Plain.", kPlainParameters, nullptr};
const Procedure kList{"sys.list", "Takes a list.", kListParameters, nullptr};
const Procedure kNothing{"sys.nothing", "Takes nothing.", {}, nullptr};

std::string FormOf(const std::optional<std::string>& value) {
  return value ? absl::StrCat("'", *value, "'") : "NULL";
}

// `resource=['a'] host=[]`, or the message of the error.
std::string Bound(const Procedure& procedure, absl::string_view arguments) {
  auto bound = BindArguments(procedure, CallOf(absl::StrCat("CALL sys.x(", arguments, ")")));
  if (auto* error = std::get_if<Error>(&bound)) {
    EXPECT_EQ(error->code, ErrorCode::kInvalidArgument);
    return error->message;
  }
  std::vector<std::string> parts;
  for (size_t i = 0; i < procedure.parameters.size(); ++i) {
    const auto& values = std::get<BoundArguments>(bound)[i].values;
    std::string list = absl::StrJoin(
        values, ",", [](std::string* out, const auto& value) { out->append(FormOf(value)); });
    parts.push_back(absl::StrCat(procedure.parameters[i].name, "=[", list, "]"));
  }
  return absl::StrJoin(parts, " ");
}

TEST(Binder, PositionalArgumentsTakeTheParametersInOrder) {
  EXPECT_EQ(Bound(kPlain, "'a', 'b', 'c'"), "resource=['a'] tolerant=['b'] host=['c']");
}

TEST(Binder, NamedArgumentsComeInAnyOrderAndCase) {
  EXPECT_EQ(Bound(kPlain, "HOST => 'c', Resource => 'a', tolerant => 'b'"),
            "resource=['a'] tolerant=['b'] host=['c']");
  EXPECT_EQ(Bound(kPlain, "`resource` => 'a', tolerant => 'b'"),
            "resource=['a'] tolerant=['b'] host=[]");
}

TEST(Binder, NamedArgumentsMayFollowPositionalOnes) {
  EXPECT_EQ(Bound(kPlain, "'a', host => 'c', tolerant => 'b'"),
            "resource=['a'] tolerant=['b'] host=['c']");
}

TEST(Binder, AnEmptyTextIsAValue) {
  EXPECT_EQ(Bound(kPlain, "'', '', ''"), "resource=[''] tolerant=[''] host=['']");
}

TEST(Binder, NullMeansLeftOut) {
  EXPECT_EQ(Bound(kPlain, "'a', 'b', NULL"), "resource=['a'] tolerant=['b'] host=[]");
}

TEST(Binder, ARequiredParameterWithADefaultTakesNullButMayNotBeMissing) {
  EXPECT_EQ(Bound(kPlain, "'a', NULL"), "resource=['a'] tolerant=[] host=[]");
  EXPECT_EQ(Bound(kPlain, "'a'"), "line 1, column 15: sys.plain needs a value for tolerant");
}

TEST(Binder, ARequiredParameterRefusesNull) {
  EXPECT_EQ(Bound(kPlain, "NULL, 'b'"), "line 1, column 12: resource: expected a text, found NULL");
  EXPECT_EQ(Bound(kPlain, "resource => NULL, tolerant => 'b'"),
            "line 1, column 24: resource: expected a text, found NULL");
}

TEST(Binder, AListTakesAllPositionalArgumentsFromItsPlaceOn) {
  EXPECT_EQ(Bound(kList, "'m', 'a', 'b', 'c'"), "mode=['m'] config_keys=['a','b','c']");
  EXPECT_EQ(Bound(kList, "'m'"), "mode=['m'] config_keys=[]");
}

TEST(Binder, ANamedListGoesOnWithThePositionalArgumentsBehindIt) {
  EXPECT_EQ(Bound(kList, "'m', config_keys => 'a', 'b', 'c'"),
            "mode=['m'] config_keys=['a','b','c']");
  EXPECT_EQ(Bound(kList, "config_keys => 'a', 'b', mode => 'm'"),
            "mode=['m'] config_keys=['a','b']");
  EXPECT_EQ(Bound(kList, "mode => 'm', Config_Keys => 'a', 'b'"),
            "mode=['m'] config_keys=['a','b']");
}

TEST(Binder, AListKeepsItsNulls) {
  EXPECT_EQ(Bound(kList, "'m', 'a', NULL, 'c'"), "mode=['m'] config_keys=['a',NULL,'c']");
}

TEST(Binder, AListEndsAtTheNextName) {
  EXPECT_EQ(
      Bound(kList, "config_keys => 'a', mode => 'm', 'b'"),
      "line 1, column 45: expected a name for this argument (name => 'text'), because the one "
      "before it has a name; sys.list takes mode and config_keys");
  EXPECT_EQ(Bound(kList, "config_keys => 'a', mode => 'm', config_keys => 'b'"),
            "line 1, column 45: config_keys is given twice");
}

TEST(Binder, AProcedureWithoutParametersTakesNothing) {
  EXPECT_EQ(Bound(kNothing, ""), "");
  EXPECT_EQ(Bound(kNothing, "'a'"),
            "line 1, column 12: expected at most 0 arguments, found one more; sys.nothing takes no "
            "arguments");
  EXPECT_EQ(Bound(kNothing, "a => 'b'"),
            "line 1, column 12: sys.nothing has no parameter of this name; it takes no arguments");
}

TEST(Binder, AParameterMayHaveItsOwnTextForBeingLeftOut) {
  constexpr Parameter kParameters[] = {{.name = "x"}, {.name = "y", .missing_text = "No y."}};
  const Procedure procedure{"sys.p", "P.", kParameters, nullptr};
  EXPECT_EQ(Bound(procedure, "'a'"), "line 1, column 15: No y.");
  EXPECT_EQ(Bound(procedure, "y => 'a'"), "line 1, column 20: sys.p needs a value for x");
}

TEST(Binder, EveryValueKnowsItsPlace) {
  auto bound = BindArguments(kList, CallOf("CALL sys.x(config_keys => 'a',\n'b', mode => 'm')"));
  const auto& arguments = std::get<BoundArguments>(bound);
  EXPECT_EQ(arguments[0].position, (Position{2, 14}));
  EXPECT_EQ(arguments[1].position, (Position{1, 27}));
  EXPECT_EQ(arguments[1].positions, (std::vector<Position>{{1, 27}, {2, 1}}));

  bound = BindArguments(kList, CallOf("CALL sys.x('m'\n)"));
  EXPECT_EQ(std::get<BoundArguments>(bound)[1].position, (Position{2, 1}));
}

// One slip is corrected; a wild guess is answered with the list.
TEST(Binder, SuggestsTheNearestName) {
  auto hint = [](absl::string_view name) {
    return Bound(kPlain, absl::StrCat("`", name, "` => 'a'"));
  };
  for (const char* slip : {"resourc", "resources", "RESOURSE", "reosurce", "resource "}) {
    EXPECT_NE(hint(slip).find("; did you mean 'resource'?"), std::string::npos) << hint(slip);
  }
  for (const char* slip : {"hots", "hst", "Hostt"}) {
    EXPECT_NE(hint(slip).find("; did you mean 'host'?"), std::string::npos) << hint(slip);
  }
  for (const char* guess : {"r", "tableName", "config_keys"}) {
    EXPECT_NE(hint(guess).find("; it takes resource, tolerant and host"), std::string::npos)
        << hint(guess);
  }
}

// Two slips in three letters is another word.
TEST(Binder, ShortNamesNeedACloserGuess) {
  EXPECT_EQ(DidYouMean("tga", {"tag"}), "");
  EXPECT_EQ(DidYouMean("tg", {"tag"}), "; did you mean 'tag'?");
  EXPECT_EQ(DidYouMean("", {"a"}), "");
}

}  // namespace
}  // namespace pegel::procedures
