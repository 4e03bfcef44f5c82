// Text → tokens: words, texts, numbers, symbols, each with its place.
//
// Tokens come one at a time, so that the first mistake in reading order is the one reported, and a
// hostile text costs no more memory than its longest token.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "procedures/cursor.h"
#include "procedures/statement.h"

namespace pegel::procedures {

struct Token {
  enum class Kind {
    kWord,          // CALL, sys, resource
    kQuotedName,    // `name`
    kText,          // 'text'
    kDoubleQuoted,  // "text", which nothing takes
    kNumber,        // 12, -1, 0.5, 200MB
    kSymbol,        // ( ) , . ; => or any other single character
    kEnd,           // Of the statement; comes for ever.
    kBad,           // `text` is the message of the error; kEnd follows.
  };
  Kind kind = Kind::kEnd;
  std::string text;  // Without quotes, doubled quotes made one.
  Position position;
};

// What an error says was found. Nothing in quotes is repeated: it may be a secret.
std::string Describe(const Token& token);

// The same for a place where anything may be (part of) a secret: only words and symbols of the
// language itself are repeated.
std::string DescribeWithoutContent(const Token& token);

// Requires that the text outlives it, and that it is UTF-8 without NULs.
class Lexer {
 public:
  Lexer(absl::string_view text, Position start) : cursor_(text, start) {}

  Token Next();

 private:
  Token Read();
  Token ReadQuoted();
  Token ReadWord();
  Token ReadNumber();
  Token ReadSymbol();
  Token Unclosed(Position opened, absl::string_view what);

  Cursor cursor_;
  bool is_over_ = false;
};

}  // namespace pegel::procedures
