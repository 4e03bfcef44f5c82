#include "procedures/call_parser.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/utc.h"
#include "core/utf8.h"
#include "procedures/lexer.h"
#include "procedures/place.h"

namespace pegel::procedures {
namespace {

using Kind = Token::Kind;

constexpr absl::string_view kStatementKinds = "CALL, SHOW PROCEDURES or USE";
constexpr absl::string_view kValue = "a text in single quotes or NULL";

bool IsWord(const Token& token, absl::string_view keyword) {
  return token.kind == Kind::kWord && absl::EqualsIgnoreCase(token.text, keyword);
}
bool IsSymbol(const Token& token, absl::string_view symbol) {
  return token.kind == Kind::kSymbol && token.text == symbol;
}
// A name in backticks may have swallowed anything.
std::string Shown(const Token& name) {
  return name.kind == Kind::kWord ? Quoted(name.text) : "the name in backticks";
}
bool IsName(const Token& token) {
  return token.kind == Kind::kWord || token.kind == Kind::kQuotedName;
}

// One statement, by one function per line of the grammar. Each returns false when it has set
// error_. Loops only, no recursion: depth of input costs no stack.
class Parser {
 public:
  Parser(absl::string_view text, Position start)
      : lexer_(text, start), now_(lexer_.Next()), then_(lexer_.Next()) {}

  std::variant<Statement, Error> Parse() {
    if (ParseStatement() && ParseEnd()) return std::move(statement_);
    return *std::move(error_);
  }

 private:
  bool ParseStatement();
  bool ParseCall();
  bool ParsePath(CallStatement& call);
  bool AcceptPath(std::vector<Token>& parts, CallStatement& call);
  bool FailBareName(const Token& name);
  bool ParseArguments(CallStatement& call);
  bool ParseArgument(CallStatement& call);
  bool ParseValue(Argument& argument);
  bool FailValue(bool is_named);
  bool ParseAsOf(CallStatement& call);
  bool ParseLsn(CallStatement& call);
  bool ParseTimestamp(CallStatement& call);
  bool ParseShow();
  bool ParseUse();
  bool ParseEnd();

  Token Take();
  std::string Found(const Token& token) const;
  bool TakeSymbol(absl::string_view symbol);
  bool TakeName(absl::string_view what, Token* name);
  bool Fail(const Token& found, absl::string_view expected);

  Lexer lexer_;
  Token now_;
  Token then_;
  bool is_content_ = false;  // Arguments have begun, or something quoted has ended.
  Statement statement_;
  std::optional<Error> error_;
};

bool Parser::ParseStatement() {
  if (IsWord(now_, "CALL")) return ParseCall();
  if (IsWord(now_, "SHOW")) return ParseShow();
  if (IsWord(now_, "USE")) return ParseUse();
  return Fail(now_, kStatementKinds);
}

bool Parser::ParseCall() {
  Take();
  CallStatement call;
  if (!ParsePath(call) || !ParseArguments(call) || !ParseAsOf(call)) return false;
  statement_ = std::move(call);
  return true;
}

bool Parser::ParsePath(CallStatement& call) {
  std::vector<Token> parts(1);
  if (!TakeName("a procedure name after CALL", &parts[0])) return false;
  while (parts.size() < 3 && TakeSymbol(".")) {
    if (!TakeName("a name after '.'", &parts.emplace_back())) return false;
  }
  return AcceptPath(parts, call);
}

bool Parser::AcceptPath(std::vector<Token>& parts, CallStatement& call) {
  if (parts.size() == 1) return FailBareName(parts[0]);
  const Token& name = parts.back();
  const Token& folder = parts[parts.size() - 2];
  if (!absl::EqualsIgnoreCase(folder.text, "sys")) {
    return Fail(folder, absl::StrCat("'sys' as the place of procedure ", Shown(name)));
  }
  if (parts.size() == 3) call.catalog = std::move(parts[0].text);
  call.procedure = absl::StrCat(folder.text, ".", name.text);
  call.procedure_position = folder.position;
  return true;
}

// `CALL list_acl(…)` lacks the `sys.`; `CALL my-catalog.sys.…` went wrong behind the name.
bool Parser::FailBareName(const Token& name) {
  bool is_over = IsSymbol(now_, "(") || IsSymbol(now_, ";") || now_.kind == Kind::kEnd;
  return is_over ? Fail(name, "a procedure as sys.<name> or <catalog>.sys.<name>")
                 : Fail(now_, absl::StrCat("'.' after ", Shown(name)));
}

bool Parser::ParseArguments(CallStatement& call) {
  if (!TakeSymbol("(")) return Fail(now_, "'(' after the procedure name");
  call.end = now_.position;
  if (TakeSymbol(")")) return true;
  do {
    if (!ParseArgument(call)) return false;
    call.end = now_.position;
  } while (TakeSymbol(","));
  return TakeSymbol(")") || Fail(now_, "',' or ')' after the value");
}

bool Parser::ParseArgument(CallStatement& call) {
  if (call.arguments.size() == kArgumentsMax) {
    return Fail(now_, absl::StrCat("at most ", kArgumentsMax, " arguments"));
  }
  Argument argument;
  argument.name_position = now_.position;
  if (IsName(now_) && IsSymbol(then_, "=>")) {
    Token name;
    if (!TakeName("an argument name", &name)) return false;
    argument.name = std::move(name.text);
    Take();
  }
  if (!ParseValue(argument)) return false;
  call.arguments.push_back(std::move(argument));
  return true;
}

bool Parser::ParseValue(Argument& argument) {
  argument.value_position = now_.position;
  if (now_.kind == Kind::kText) {
    argument.value = Take().text;
    return true;
  }
  if (!IsWord(now_, "NULL")) return FailValue(argument.name.has_value());
  Take();
  return true;
}

// `resource = 'x'`, `resource: 'x'`, `resource 'x'` mean a name; the mistake is behind it.
bool Parser::FailValue(bool is_named) {
  bool means_a_name = IsSymbol(then_, "=") || IsSymbol(then_, ":") || then_.kind == Kind::kText;
  if (!is_named && IsName(now_) && means_a_name) return Fail(then_, "'=>' after the argument name");
  if (IsName(now_) && then_.kind == Kind::kBad) return Fail(then_, "");
  return Fail(now_, kValue);
}

bool Parser::ParseAsOf(CallStatement& call) {
  if (!IsWord(now_, "FOR")) return true;
  call.as_of_position = now_.position;
  Take();
  for (absl::string_view word : {"SYSTEM_TIME", "AS", "OF"}) {
    if (!IsWord(now_, word)) return Fail(now_, absl::StrCat(word, " of FOR SYSTEM_TIME AS OF"));
    Take();
  }
  if (IsWord(now_, "LSN")) return ParseLsn(call);
  if (IsWord(now_, "TIMESTAMP")) return ParseTimestamp(call);
  return Fail(now_, "TIMESTAMP or LSN after AS OF");
}

bool Parser::ParseLsn(CallStatement& call) {
  Take();
  uint64_t lsn = 0;
  bool is_lsn = now_.kind == Kind::kNumber && absl::SimpleAtoi(now_.text, &lsn) && lsn > 0;
  if (!is_lsn) return Fail(now_, "a whole number from 1 on after LSN");
  call.as_of = Lsn{lsn};
  Take();
  return true;
}

bool Parser::ParseTimestamp(CallStatement& call) {
  Take();
  if (now_.kind != Kind::kText) return Fail(now_, "a time in single quotes after TIMESTAMP");
  absl::StatusOr<UnixNanos> time = ParseUtc(now_.text);
  if (!time.ok()) {
    error_ = ErrorAt(now_.position, ErrorCode::kSyntax, std::string(time.status().message()));
    return false;
  }
  call.as_of = *time;
  Take();
  return true;
}

bool Parser::ParseShow() {
  Take();
  if (!IsWord(now_, "PROCEDURES")) return Fail(now_, "PROCEDURES after SHOW");
  Take();
  statement_ = ShowProceduresStatement{};
  return true;
}

// A catalog may itself be called `catalog`: the word is a keyword only before a name.
bool Parser::ParseUse() {
  Take();
  if (IsWord(now_, "CATALOG") && IsName(then_)) Take();
  Token name;
  if (!TakeName("a catalog name after USE", &name)) return false;
  statement_ = UseStatement{std::move(name.text)};
  return true;
}

bool Parser::ParseEnd() {
  bool has_semicolon = TakeSymbol(";");
  if (now_.kind == Kind::kEnd) return true;
  return Fail(now_, has_semicolon ? "one statement only, nothing after its ';'"
                                  : "';' or the end of the statement");
}

Token Parser::Take() {
  Token taken = std::move(now_);
  is_content_ |= IsSymbol(taken, "(") || taken.kind == Kind::kQuotedName;
  now_ = std::move(then_);
  then_ = lexer_.Next();
  return taken;
}

bool Parser::TakeSymbol(absl::string_view symbol) {
  if (!IsSymbol(now_, symbol)) return false;
  Take();
  return true;
}

bool Parser::TakeName(absl::string_view what, Token* name) {
  if (!IsName(now_) || now_.text.empty()) return Fail(now_, what);
  *name = Take();
  return true;
}

// Among arguments anything may be a secret without quotes, or the rest of one that a quote has torn
// in two ('it's'). So may be what stands behind a name in backticks that should not have been one.
std::string Parser::Found(const Token& token) const {
  return is_content_ ? DescribeWithoutContent(token) : Describe(token);
}

bool Parser::Fail(const Token& found, absl::string_view expected) {
  std::string message = found.kind == Kind::kBad
                            ? found.text
                            : absl::StrCat("expected ", expected, ", found ", Found(found));
  error_ = ErrorAt(found.position, ErrorCode::kSyntax, message);
  return false;
}

// The first place that is not UTF-8 or is a NUL, which ends texts in too many other programs.
std::optional<Error> FindBadByte(absl::string_view text, Position start) {
  Cursor cursor(text, start);
  while (!cursor.at_end()) {
    size_t bytes = Utf8CharBytes(cursor.rest());
    if (bytes == 0 || cursor.Peek() == '\0') {
      auto byte = static_cast<uint8_t>(cursor.Peek());
      return ErrorAt(cursor.position(), ErrorCode::kSyntax,
                     absl::StrCat("expected UTF-8 text without NULs, found the byte 0x",
                                  absl::Hex(byte, absl::kZeroPad2)));
    }
    cursor.Step(bytes);
  }
  return std::nullopt;
}

}  // namespace

std::variant<Statement, Error> ParseStatement(absl::string_view text, Position start) {
  if (text.size() > kStatementBytesMax) {
    return ErrorAt(start, ErrorCode::kSyntax,
                   absl::StrCat("expected a statement of at most ", kStatementBytesMax,
                                " bytes, found ", text.size()));
  }
  if (std::optional<Error> error = FindBadByte(text, start)) return *std::move(error);
  return Parser(text, start).Parse();
}

}  // namespace pegel::procedures
