#include "procedures/cursor.h"

namespace pegel::procedures {
namespace {

bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

void SkipLine(Cursor& cursor) {
  while (!cursor.at_end() && cursor.Peek() != '\n') cursor.Step();
}

// At `/*`. False: it is not closed, the cursor did not move.
bool SkipBlockComment(Cursor& cursor) {
  size_t close = cursor.rest().find("*/", 2);
  if (close == absl::string_view::npos) return false;
  cursor.Step(close + 2);
  return true;
}

}  // namespace

bool SkipBlanksAndComments(Cursor& cursor) {
  while (!cursor.at_end()) {
    if (IsBlank(cursor.Peek())) {
      cursor.Step();
    } else if (cursor.Peek() == '-' && cursor.Peek(1) == '-') {
      SkipLine(cursor);
    } else if (cursor.Peek() == '/' && cursor.Peek(1) == '*') {
      if (!SkipBlockComment(cursor)) return false;
    } else {
      break;
    }
  }
  return true;
}

bool AtQuote(const Cursor& cursor) {
  char c = cursor.Peek();
  return c == '\'' || c == '"' || c == '`';
}

std::optional<std::string> TakeQuoted(Cursor& cursor) {
  const char quote = cursor.Peek();
  cursor.Step();
  std::string inside;
  while (!cursor.at_end()) {
    bool is_quote = cursor.Peek() == quote;
    if (is_quote && cursor.Peek(1) != quote) {
      cursor.Step();
      return inside;
    }
    inside += cursor.Peek();
    cursor.Step(is_quote ? 2 : 1);
  }
  return std::nullopt;
}

}  // namespace pegel::procedures
