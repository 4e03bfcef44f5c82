#include "procedures/lexer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/utf8.h"
#include "procedures/place.h"

namespace pegel::procedures {
namespace {

using Kind = Token::Kind;

bool StartsWord(char c) { return absl::ascii_isalpha(c) || c == '_'; }
bool ContinuesWord(char c) { return absl::ascii_isalnum(c) || c == '_' || c == '$'; }
bool ContinuesNumber(char c) { return absl::ascii_isalnum(c) || c == '_' || c == '.'; }
bool IsSign(char c) { return c == '-' || c == '+'; }

// Characters of two bytes and more that look like a blank or like nothing; shown by number.
bool IsInvisible(absl::string_view character) {
  return character == "\u00A0" || character == "\u200B" || character == "\u202F" ||
         character == "\u2028" || character == "\u2029" || character == "\u3000" ||
         character == "\uFEFF";
}

// Of one character of well-formed UTF-8.
uint32_t CodePoint(absl::string_view character) {
  auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(character[i])); };
  switch (character.size()) {
    case 1:
      return byte(0);
    case 2:
      return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
    case 3:
      return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    default:
      return (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 |
             (byte(3) & 0x3F);
  }
}

bool IsTypographicQuote(absl::string_view character) {
  return character == "‘" || character == "’" || character == "“" || character == "”" ||
         character == "´";
}

bool IsVisible(absl::string_view symbol) {
  return symbol.size() == 1 ? absl::ascii_isgraph(symbol[0]) : !IsInvisible(symbol);
}

std::string DescribeSymbol(absl::string_view symbol) {
  if (IsTypographicQuote(symbol)) return absl::StrCat("the typographic quote ", Quoted(symbol));
  return IsVisible(symbol) ? Quoted(symbol)
                           : absl::StrCat("the character ", UPlus(CodePoint(symbol)));
}

// Words and symbols that people misplace often, and that tell nothing about a secret.
bool IsOurs(absl::string_view text) {
  static constexpr absl::string_view kOurs[] = {
      "CALL", "SHOW",      "USE", "NULL", "TRUE", "FALSE", "FOR", "SYSTEM_TIME", "AS", "OF",
      "LSN",  "TIMESTAMP", "(",   ")",    ",",    ".",     ";",   "=",           "=>", ":"};
  return std::any_of(std::begin(kOurs), std::end(kOurs),
                     [&](absl::string_view ours) { return absl::EqualsIgnoreCase(ours, text); });
}

bool IsHiddenSymbol(absl::string_view symbol) {
  return IsVisible(symbol) && !IsTypographicQuote(symbol) && !IsOurs(symbol);
}

}  // namespace

std::string Describe(const Token& token) {
  switch (token.kind) {
    case Kind::kWord:
      return Quoted(token.text);
    case Kind::kQuotedName:
      return "a name in backticks";
    case Kind::kText:
      return "a text in single quotes";
    case Kind::kDoubleQuoted:
      return "a text in double quotes";
    case Kind::kNumber:
      return absl::StrCat("the number ", Quoted(token.text));
    case Kind::kSymbol:
      return DescribeSymbol(token.text);
    case Kind::kEnd:
      return "the end of the statement";
    case Kind::kBad:
      break;
  }
  return token.text;
}

std::string DescribeWithoutContent(const Token& token) {
  switch (token.kind) {
    case Kind::kWord:
      return IsOurs(token.text) ? Quoted(token.text) : "a word";
    case Kind::kNumber:
      return "a number";
    case Kind::kSymbol:
      return IsHiddenSymbol(token.text) ? "a symbol" : DescribeSymbol(token.text);
    default:
      return Describe(token);
  }
}

Token Lexer::Next() {
  if (is_over_) return Token{Kind::kEnd, "", cursor_.position()};
  Token token = Read();
  is_over_ = token.kind == Kind::kBad;
  return token;
}

Token Lexer::Read() {
  if (!SkipBlanksAndComments(cursor_)) return Unclosed(cursor_.position(), "comment '/*'");
  if (cursor_.at_end()) return Token{Kind::kEnd, "", cursor_.position()};
  if (AtQuote(cursor_)) return ReadQuoted();
  if (StartsWord(cursor_.Peek())) return ReadWord();
  size_t digit_at = IsSign(cursor_.Peek()) ? 1 : 0;
  if (absl::ascii_isdigit(cursor_.Peek(digit_at))) return ReadNumber();
  return ReadSymbol();
}

Token Lexer::ReadQuoted() {
  const char quote = cursor_.Peek();
  const Position opened = cursor_.position();
  std::optional<std::string> inside = TakeQuoted(cursor_);
  if (!inside) return Unclosed(opened, absl::StrCat("quote ", absl::string_view(&quote, 1)));
  Kind kind = quote == '\'' ? Kind::kText : quote == '"' ? Kind::kDoubleQuoted : Kind::kQuotedName;
  return Token{kind, *std::move(inside), opened};
}

Token Lexer::ReadWord() {
  Token token{Kind::kWord, "", cursor_.position()};
  for (; ContinuesWord(cursor_.Peek()); cursor_.Step()) token.text += cursor_.Peek();
  return token;
}

Token Lexer::ReadNumber() {
  Token token{Kind::kNumber, std::string(1, cursor_.Peek()), cursor_.position()};
  cursor_.Step();
  for (; ContinuesNumber(cursor_.Peek()); cursor_.Step()) token.text += cursor_.Peek();
  return token;
}

Token Lexer::ReadSymbol() {
  Token token{Kind::kSymbol, "", cursor_.position()};
  bool is_arrow = cursor_.Peek() == '=' && cursor_.Peek(1) == '>';
  size_t bytes = is_arrow ? 2 : std::max<size_t>(1, Utf8CharBytes(cursor_.rest()));
  token.text = std::string(cursor_.rest().substr(0, bytes));
  cursor_.Step(bytes);
  return token;
}

Token Lexer::Unclosed(Position opened, absl::string_view what) {
  return Token{Kind::kBad, absl::StrCat("the ", what, " that opens here is never closed"), opened};
}

}  // namespace pegel::procedures
