// What happened, as sentences.
//
// A record says one sentence for each fact that it made true (tools/replay/facts.h), or one about
// what was asked when it changed nothing: because it was so already, or because it was refused.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/fold.h"
#include "tools/replay/facts.h"

namespace pegel::tools {

// What `history` can be asked about. A new family of commands is one more row in sentence.cc.
struct Topic {
  absl::string_view name;  // `acl`
  absl::string_view help;
  std::vector<CommandKind> commands;  // Those that belong here.
};
const std::vector<Topic>& Topics();
absl::string_view TopicOf(CommandKind kind);  // Every kind has one.

// Tells a log from its first record on.
class Narrator {
 public:
  // `start`: the World in front of the first record that is told. What changed nothing and was only
  // read, reported or looked at, says nothing unless `with_reads`.
  Narrator(const World& start, bool with_reads) : with_reads_(with_reads), memory_(start) {}

  std::vector<Sentence> Tell(const Record& record, const Applied& applied);

 private:
  bool with_reads_;
  Memory memory_;
};

// `User:Bob from 10.0.0.1`; the server itself: `System:pegeld`.
std::string SubjectText(const Author& author);

}  // namespace pegel::tools
