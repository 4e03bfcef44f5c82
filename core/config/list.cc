#include "core/config/list.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/config/blanks.h"
#include "core/config/numbers.h"

namespace pegel::config {
namespace {

bool IsMark(char c) { return c == '\'' || c == '"'; }

bool StartsWithMark(absl::string_view text, char mark) {
  return !text.empty() && text.front() == mark;
}

// One pass over the text. The rules are those of Fluss's StructuredOptionsSplitter.
class Splitter {
 public:
  Splitter(absl::string_view text, char separator) : text_(text), separator_(separator) {}

  absl::StatusOr<std::vector<std::string>> Split() {
    for (SkipBlanks(); at_ < text_.size(); SkipBlanks()) {
      if (text_[at_] == separator_) {
        TakeSeparator();
      } else if (IsMark(text_[at_])) {
        absl::Status status = TakeQuoted();
        if (!status.ok()) return status;
      } else {
        TakePlain();
      }
    }
    return std::move(elements_);
  }

 private:
  void SkipBlanks() {
    while (at_ < text_.size() && IsBlank(text_[at_])) ++at_;
  }

  // Two separators in a row hold an empty element; blanks between them do not count.
  void TakeSeparator() {
    ++at_;
    SkipBlanks();
    if (at_ < text_.size() && text_[at_] == separator_) elements_.emplace_back();
  }

  absl::Status TakeQuoted() {
    char mark = text_[at_++];
    std::string element;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == mark && !StartsWithMark(text_.substr(at_ + 1), mark)) break;
      if (text_[at_] == mark) ++at_;  // Doubled: one of the two.
      element.push_back(text_[at_]);
    }
    if (at_ == text_.size()) {
      return absl::InvalidArgumentError("Could not split string. Quoting was not closed properly.");
    }
    ++at_;
    SkipBlanks();
    if (at_ < text_.size() && text_[at_] != separator_) {
      return absl::InvalidArgumentError(
          absl::StrCat("Could not split string. Illegal quoting at position: ", at_ - 1));
    }
    elements_.push_back(std::move(element));
    return absl::OkStatus();
  }

  void TakePlain() {
    absl::string_view element = text_.substr(at_, text_.substr(at_).find(separator_));
    at_ += element.size();
    elements_.emplace_back(StripBlanks(element));
  }

  absl::string_view text_;
  char separator_;
  size_t at_ = 0;
  std::vector<std::string> elements_;
};

bool NeedsQuotes(absl::string_view element, char separator) {
  return element.empty() || IsMark(element.front()) || IsBlank(element.front()) ||
         IsBlank(element.back()) || element.find(separator) != absl::string_view::npos;
}

void AppendQuoted(absl::string_view element, std::string& out) {
  out.push_back('\'');
  for (char c : element) {
    if (c == '\'') out.push_back(c);
    out.push_back(c);
  }
  out.push_back('\'');
}

}  // namespace

absl::StatusOr<std::vector<std::string>> SplitQuoted(absl::string_view text, char separator) {
  return Splitter(text, separator).Split();
}

std::string JoinQuoted(absl::Span<const std::string> elements, char separator) {
  std::string out;
  for (const std::string& element : elements) {
    if (&element != elements.data()) out.push_back(separator);
    if (NeedsQuotes(element, separator)) {
      AppendQuoted(element, out);
    } else {
      out.append(element);
    }
  }
  return out;
}

absl::StatusOr<std::vector<std::string>> ParseList(absl::string_view text) {
  return SplitQuoted(text, ',');
}

std::string JoinList(absl::Span<const std::string> elements) { return JoinQuoted(elements, ','); }

absl::StatusOr<std::vector<int32_t>> ParseIntList(absl::string_view text) {
  absl::StatusOr<std::vector<std::string>> elements = ParseList(text);
  if (!elements.ok()) return elements.status();
  std::vector<int32_t> numbers;
  for (const std::string& element : *elements) {
    absl::StatusOr<int32_t> number = ParseInt(element);
    if (!number.ok()) return number.status();
    numbers.push_back(*number);
  }
  return numbers;
}

absl::StatusOr<std::vector<absl::string_view>> ParseEnumList(
    absl::string_view text, absl::string_view type, absl::Span<const absl::string_view> names) {
  absl::StatusOr<std::vector<std::string>> elements = ParseList(text);
  if (!elements.ok()) return elements.status();
  std::vector<absl::string_view> found;
  for (const std::string& element : *elements) {
    absl::StatusOr<absl::string_view> name = ParseEnum(element, type, names);
    if (!name.ok()) return name.status();
    found.push_back(*name);
  }
  return found;
}

}  // namespace pegel::config
