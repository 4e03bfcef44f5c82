// A walk over a text that always knows its line and column.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "procedures/statement.h"

namespace pegel::procedures {

// Steps byte by byte; columns count characters, so a position is right whenever the cursor stands
// at the start of one. Does not own the text.
class Cursor {
 public:
  Cursor(absl::string_view text, Position start) : text_(text), position_(start) {}

  bool at_end() const { return offset_ == text_.size(); }
  size_t offset() const { return offset_; }
  Position position() const { return position_; }
  absl::string_view rest() const { return text_.substr(offset_); }

  // The byte `ahead` of here; NUL behind the end, which no well-formed statement holds.
  char Peek(size_t ahead = 0) const {
    return ahead < text_.size() - offset_ ? text_[offset_ + ahead] : '\0';
  }

  void Step() {
    char c = text_[offset_++];
    bool is_continuation = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (c == '\n') {
      position_ = Position{position_.line + 1, 1};
    } else if (!is_continuation) {
      ++position_.column;
    }
  }
  void Step(size_t bytes) {
    while (bytes-- > 0) Step();
  }

 private:
  absl::string_view text_;
  size_t offset_ = 0;
  Position position_;
};

// Passes blanks and comments. False: a `/*` has no `*/`; the cursor then stands at it.
bool SkipBlanksAndComments(Cursor& cursor);

// True at a quote of a text or a name: ', " or `.
bool AtQuote(const Cursor& cursor);

// Passes what is quoted, from the opening quote to behind the closing one; a doubled quote does
// not close. Returns what stands between, each doubled quote as one; none: it is not closed, and
// the cursor is at the end.
std::optional<std::string> TakeQuoted(Cursor& cursor);

}  // namespace pegel::procedures
