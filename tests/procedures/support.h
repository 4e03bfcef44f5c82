// How the tests of this folder speak: text in, what became of it out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/command.h"
#include "core/error.h"
#include "procedures/call_parser.h"
#include "procedures/statement.h"

namespace pegel::procedures {

// The error of reading `text` and, if it is a CALL, of making its command; none: it is good.
std::optional<Error> ErrorOf(absl::string_view text);
std::string MessageOf(absl::string_view text);  // `` when it is good.

// These fail the test and return an empty value when `text` is not what they ask for.
CallStatement CallOf(absl::string_view text);
Command CommandOf(absl::string_view text);

// A statement in one line, without places:
//   call sys.x ('a', NULL, name='b')      call [catalog] sys.x ()
//   show procedures                       use [catalog]
std::string Form(const Statement& statement);
std::string FormOf(absl::string_view text);  // Or its error's message.

}  // namespace pegel::procedures
