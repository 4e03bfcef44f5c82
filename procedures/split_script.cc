// SplitScript: the part of call_parser.h that works on whole scripts. It reads with the lexer's own
// cursor, so that both agree on what stands inside a text, a name or a comment; it never fails:
// what cannot be read is left to ParseStatement, which says why.
#include <optional>

#include "procedures/call_parser.h"
#include "procedures/cursor.h"

namespace pegel::procedures {
namespace {

// Something quoted, else one character. What is never closed reaches to the end.
void StepOver(Cursor& cursor) {
  if (AtQuote(cursor)) {
    TakeQuoted(cursor);
  } else {
    cursor.Step();
  }
}

class Splitter {
 public:
  explicit Splitter(absl::string_view script) : script_(script), cursor_(script, Position{}) {}

  // Returns whether the last piece is open.
  bool Run() {
    while (ToNextContent()) {
      if (cursor_.Peek() == ';' && !is_torn_) {
        ClosePiece();
        cursor_.Step();
      } else {
        ExtendPiece();
      }
    }
    bool is_open = begin_.has_value();
    ClosePiece();
    return is_open;
  }

  std::vector<ScriptPiece>& pieces() { return pieces_; }

 private:
  // False at the end. A comment that is never closed counts as content, up to the end, so that its
  // error is not lost.
  bool ToNextContent() {
    is_torn_ = is_torn_ || !SkipBlanksAndComments(cursor_);
    return !cursor_.at_end();
  }

  void ExtendPiece() {
    if (!begin_) {
      begin_ = cursor_.offset();
      start_ = cursor_.position();
    }
    is_torn_ ? cursor_.Step() : StepOver(cursor_);
    end_ = cursor_.offset();
  }

  void ClosePiece() {
    if (!begin_) return;
    pieces_.push_back({std::string(script_.substr(*begin_, end_ - *begin_)), start_});
    begin_.reset();
  }

  absl::string_view script_;
  Cursor cursor_;
  std::vector<ScriptPiece> pieces_;
  std::optional<size_t> begin_;  // Of the piece that is being read.
  Position start_;
  size_t end_ = 0;
  bool is_torn_ = false;  // Inside a comment that is never closed.
};

}  // namespace

std::vector<ScriptPiece> SplitScript(absl::string_view script, bool* is_open) {
  Splitter splitter(script);
  *is_open = splitter.Run();
  return std::move(splitter.pieces());
}

}  // namespace pegel::procedures
