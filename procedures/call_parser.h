// Text → statements. The grammar, with the places where it is wider than Flink's, is in
// procedures/GRAMMAR.md.
//
//   statement := CALL [catalog .] sys . name ( [argument {, argument}] ) [as_of]
//              | SHOW PROCEDURES | USE [CATALOG] name
//   argument  := [name =>] ( 'text' | NULL )
//   as_of     := FOR SYSTEM_TIME AS OF ( TIMESTAMP 'text' | LSN number )
//
// Keywords and names in any case; names may be in backticks; `''` inside a text is one quote;
// comments are `-- to the end of the line` and `/* … */`. Every error (kSyntax) is
// "line L, column C: expected …, found …" and changes nothing. Errors repeat nothing
// that stands in quotes, and, from the arguments of a call on, no word or number either: it may be
// a secret.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/error.h"
#include "procedures/statement.h"

namespace pegel::procedures {

inline constexpr size_t kStatementBytesMax = 65'536;  // A config batch with room to spare.
inline constexpr size_t kArgumentsMax = 1024;         // 512 config pairs in one call.

// Reads exactly one statement; a `;` behind it is optional. `start` is the place of the first
// character.
std::variant<Statement, Error> ParseStatement(absl::string_view text, Position start = {});

// One piece of a script, without its `;` and without blanks and comments around it, and where it
// starts.
struct ScriptPiece {
  std::string text;
  Position start;
};

// Splits a script at the `;` that stand outside texts, names and comments. Pieces that hold only
// blanks and comments are left out. `is_open`: the last piece has no `;` yet (an interactive shell
// asks for more). Never fails: bytes that are not UTF-8 and quotes or comments that are never
// closed stay in their piece, and ParseStatement says what is wrong with it.
std::vector<ScriptPiece> SplitScript(absl::string_view script, bool* is_open);

}  // namespace pegel::procedures
