#include "core/cluster/names.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/limits.h"
#include "core/utf8.h"

namespace pegel::cluster {
namespace {

// What is wrong with one name; empty: nothing. `things`: what else is called so.
std::string ProblemOf(absl::string_view name, absl::string_view things) {
  if (name.empty()) return "the empty string is not allowed";
  if (name.size() > kTableNameBytesMax) {
    return absl::StrCat("the length of '", name, "' is longer than the max allowed length ",
                        kTableNameBytesMax);
  }
  for (char c : name) {
    if (absl::ascii_isalnum(c) || c == '_' || c == '-') continue;
    return absl::StrCat("'", name,
                        "' contains one or more characters other than ASCII alphanumerics, '_' "
                        "and '-'");
  }
  if (absl::StartsWith(name, "__")) {
    return absl::StrCat("'__' is not allowed as prefix, since it is reserved for internal ",
                        things);
  }
  return "";
}

// A refusal is logged, so it holds nothing but text.
std::string Shown(absl::string_view name) {
  return IsUtf8(name) ? std::string(name) : std::string("(not UTF-8)");
}

}  // namespace

std::string ToText(const TablePath& path) { return absl::StrCat(path.database, ".", path.table); }

std::optional<Error> PathProblem(const TablePath& path) {
  std::string database = Shown(path.database), table = Shown(path.table);
  if (std::string problem = ProblemOf(database, "databases"); !problem.empty()) {
    return Error{ErrorCode::kInvalidDatabase,
                 absl::StrCat("Database name ", database, " is invalid: ", problem)};
  }
  if (std::string problem = ProblemOf(table, "tables"); !problem.empty()) {
    return Error{ErrorCode::kInvalidTable,
                 absl::StrCat("Table name ", table, " is invalid: ", problem)};
  }
  return std::nullopt;
}

std::optional<Error> PartitionNameProblem(absl::string_view name) {
  if (name.size() > kNameBytesMax) {
    return Error{ErrorCode::kPartitionSpecInvalid,
                 absl::StrCat("The partition name has ", name.size(), " bytes, expected at most ",
                              kNameBytesMax)};
  }
  std::string text = Shown(name);
  for (absl::string_view value : absl::StrSplit(text, '$')) {
    if (std::string problem = ProblemOf(value, "partitions"); !problem.empty()) {
      return Error{ErrorCode::kPartitionSpecInvalid,
                   absl::StrCat("The partition value ", value, " is invalid: ", problem)};
    }
  }
  return std::nullopt;
}

}  // namespace pegel::cluster
