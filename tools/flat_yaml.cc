#include "tools/flat_yaml.h"

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/utf8.h"
#include "tools/read_file.h"

namespace pegel::tools {
namespace {

constexpr char kNoValue[] =
    "no value (to YAML, nothing, ~ and null are all none); write '' for an empty text, quote the "
    "word if it is meant, or leave the line out";
constexpr char kList[] = "a list; write it as one text instead: 'a,b'";
constexpr char kNested[] =
    "a nested map; write each of its keys on a line of its own, with all names joined by dots: "
    "'a.b: value'. A text that begins with a brace needs quotes";
constexpr char kAnchor[] =
    "an anchor (&) or alias (*); write the value itself. A text that begins so needs quotes";
constexpr char kTag[] = "a tag (!); leave it out. A text that begins with '!' needs quotes";
constexpr char kBadKey[] = "expected 'key: value', found a key that is not a plain text";
constexpr char kNotFlat[] = "expected lines of 'key: value', found something else";
constexpr char kDocuments[] =
    "what stands here is no part of what began above: expected one document (no '---' or '...' in "
    "between), with every key in the same column";
constexpr char kUnclosed[] = "a quote that is never closed";
constexpr char kControl[] = "a text with a NUL or broken UTF-8; leave the escapes (\\) out";

// Appended to the text as a comment: the parser takes a quote that is never closed for closed at
// the end of the file, and then this is part of the value.
constexpr char kEndMark[] = "# end of the file: pegel.flat-yaml.5d1c7a52";

// Quoted texts come with the tag `!`, plain ones with `?`; everything else was written.
bool IsTagged(const std::string& tag) { return !tag.empty() && tag != "!" && tag != "?"; }

// A key that can be repeated in an error. What stands where a key should may be a piece of a secret
// that was broken into two lines.
bool IsDottedName(absl::string_view key) {
  auto is_plain = [](char c) { return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_'; };
  return absl::c_all_of(key, is_plain) && absl::StrContains(key, '.');
}

bool HasBlank(absl::string_view key) {
  return absl::c_any_of(key, [](char c) { return static_cast<uint8_t>(c) <= ' ' || c == 0x7F; });
}

// Takes the parser's events and keeps the entries, or the first problem. Deeper levels of what was
// refused are skipped.
class Reader final : public YAML::EventHandler {
 public:
  explicit Reader(const std::string& name) : name_(name) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) Fail(mark, kDocuments);
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (depth_ == 0) return;  // A file of comments only.
    if (anchor != YAML::NullAnchor) return Fail(mark, kAnchor);
    Fail(mark, key_ ? kNoValue : kBadKey);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { Fail(mark, kAnchor); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    Fail(mark, depth_ == 0 ? kNotFlat : key_ ? kList : kBadKey);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override;
  void OnMapEnd() override { --depth_; }

  // What the parser itself did not understand.
  void Fail(const YAML::Mark& mark, absl::string_view reason);

  bool is_well() const { return problem_.ok(); }

  absl::StatusOr<std::vector<YamlEntry>> Finish() {
    if (!problem_.ok()) return problem_;
    return std::move(entries_);
  }

 private:
  void TakeKey(const YAML::Mark& mark, const std::string& key);

  std::string name_;
  int depth_ = 0;  // Of maps.
  int documents_ = 0;
  std::optional<YamlEntry> key_;  // Waits for its value.
  std::map<std::string, int> lines_;
  std::vector<YamlEntry> entries_;
  absl::Status problem_;
};

void Reader::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                      const std::string& value) {
  if (!problem_.ok()) return;
  if (depth_ == 0) return Fail(mark, kNotFlat);
  if (anchor != YAML::NullAnchor) return Fail(mark, kAnchor);
  if (IsTagged(tag)) return Fail(mark, kTag);
  if (absl::StrContains(value, kEndMark)) return Fail(mark, kUnclosed);
  if (!IsUtf8(value) || absl::StrContains(value, '\0')) return Fail(mark, kControl);
  if (!key_) return TakeKey(mark, value);
  key_->value = value;
  entries_.push_back(*std::move(key_));
  key_.reset();
}

void Reader::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                        YAML::EmitterStyle::value) {
  if (++depth_ > 1) return Fail(mark, key_ ? kNested : kBadKey);
  if (anchor != YAML::NullAnchor) return Fail(mark, kAnchor);
  if (IsTagged(tag)) Fail(mark, kTag);
}

void Reader::TakeKey(const YAML::Mark& mark, const std::string& key) {
  if (key.empty() || HasBlank(key)) return Fail(mark, kBadKey);
  auto [first, is_new] = lines_.emplace(key, mark.line + 1);
  key_ = YamlEntry{key, "", mark.line + 1};
  if (is_new) return;
  Fail(mark, absl::StrCat("given twice, here and at line ", first->second, "; leave one out"));
}

// The line is that of the key where one is known, because a value can begin below it.
void Reader::Fail(const YAML::Mark& mark, absl::string_view reason) {
  if (!problem_.ok()) return;
  problem_ = absl::InvalidArgumentError(
      key_ && IsDottedName(key_->key)
          ? absl::StrCat(name_, ":", key_->line, ": key '", key_->key, "': ", reason)
          : absl::StrCat(name_, ":", key_ ? key_->line : mark.line + 1, ": ", reason));
}

// The parser's own message up to its colon: behind it stand pieces of the text.
std::string ReasonOf(const YAML::Exception& exception) {
  absl::string_view message = exception.msg;
  if (message.substr(0, message.find(':')) == "the referenced anchor is not defined") {
    return kAnchor;
  }
  return absl::StrCat("not YAML: ", message.substr(0, message.find(':')),
                      ". A text with special characters needs quotes");
}

absl::Status CheckBytes(const std::string& name, absl::string_view text) {
  int line = 1;
  while (!text.empty()) {
    size_t bytes = Utf8CharBytes(text);
    if (bytes == 0 || text[0] == '\0') {
      return absl::InvalidArgumentError(
          absl::StrCat(name, ":", line, ": expected UTF-8 text without NULs, found another byte"));
    }
    line += text[0] == '\n';
    text.remove_prefix(bytes);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<YamlEntry>> ParseFlatYaml(const std::string& name,
                                                     absl::string_view text) {
  absl::Status bytes = CheckBytes(name, text);
  if (!bytes.ok()) return bytes;
  Reader reader(name);
  try {
    std::istringstream stream(
        absl::StrCat(text, text.empty() || text.back() == '\n' ? "" : "\n", kEndMark, "\n"));
    YAML::Parser parser(stream);
    // Not past a problem: at some wrong signs the parser makes empty documents without end.
    while (reader.is_well() && parser.HandleNextDocument(reader)) {
    }
  } catch (const YAML::Exception& exception) {
    reader.Fail(exception.mark, ReasonOf(exception));
  }
  return reader.Finish();
}

absl::StatusOr<std::vector<YamlEntry>> ReadFlatYaml(const std::string& file) {
  absl::StatusOr<std::string> text = ReadSmallFile(file, kYamlBytesMax);
  if (!text.ok()) return text.status();
  return ParseFlatYaml(file, *text);
}

}  // namespace pegel::tools
