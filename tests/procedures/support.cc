#include "tests/procedures/support.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "procedures/catalogue.h"

namespace pegel::procedures {
namespace {

std::string Form(const Argument& argument) {
  std::string name = argument.name ? absl::StrCat(*argument.name, "=") : "";
  return absl::StrCat(name, argument.value ? absl::StrCat("'", *argument.value, "'") : "NULL");
}

struct FormVisitor {
  std::string operator()(const CallStatement& call) const {
    std::string catalog = call.catalog ? absl::StrCat("[", *call.catalog, "] ") : "";
    std::string arguments = absl::StrJoin(
        call.arguments, ", ",
        [](std::string* out, const Argument& argument) { absl::StrAppend(out, Form(argument)); });
    std::string as_of = call.as_of ? absl::StrCat(" as of ", ToText(*call.as_of)) : "";
    return absl::StrCat("call ", catalog, call.procedure, " (", arguments, ")", as_of);
  }
  std::string operator()(const ShowProceduresStatement&) const { return "show procedures"; }
  std::string operator()(const UseStatement& use) const {
    return absl::StrCat("use [", use.catalog, "]");
  }
};

}  // namespace

std::optional<Error> ErrorOf(absl::string_view text) {
  auto statement = ParseStatement(text);
  if (auto* error = std::get_if<Error>(&statement)) return *error;
  auto* call = std::get_if<CallStatement>(&std::get<Statement>(statement));
  if (call == nullptr) return std::nullopt;
  auto command = MakeCommand(*call);
  if (auto* error = std::get_if<Error>(&command)) return *error;
  return std::nullopt;
}

std::string MessageOf(absl::string_view text) {
  std::optional<Error> error = ErrorOf(text);
  return error ? error->message : "";
}

CallStatement CallOf(absl::string_view text) {
  auto statement = ParseStatement(text);
  if (auto* error = std::get_if<Error>(&statement)) {
    ADD_FAILURE() << text << ": " << error->message;
    return {};
  }
  return std::get<CallStatement>(std::get<Statement>(statement));
}

Command CommandOf(absl::string_view text) {
  auto command = MakeCommand(CallOf(text));
  if (auto* error = std::get_if<Error>(&command)) {
    ADD_FAILURE() << text << ": " << error->message;
    return {};
  }
  return std::get<Command>(command);
}

std::string Form(const Statement& statement) { return std::visit(FormVisitor{}, statement); }

std::string FormOf(absl::string_view text) {
  auto statement = ParseStatement(text);
  if (auto* error = std::get_if<Error>(&statement)) return error->message;
  return Form(std::get<Statement>(statement));
}

}  // namespace pegel::procedures
