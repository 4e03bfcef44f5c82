// What happened, as sentences: `allowed User:Bob to WRITE on cluster.my_db.my_table from 10.0.0.1`.
//
// A record says one sentence for each fact that it made true, or one about what was asked when it
// changed nothing: because it was so already, or because it was refused.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/fold.h"

namespace pegel::tools {

// What `history` can be asked about. A new family of commands is one more row in sentence.cc.
struct Topic {
  absl::string_view name;  // `acl`
  absl::string_view help;
  std::vector<CommandKind> commands;  // Those that belong here.
};
const std::vector<Topic>& Topics();
absl::string_view TopicOf(CommandKind kind);  // Empty: none.

struct Sentence {
  absl::string_view topic;
  std::vector<std::string> names;       // Resources, config keys or server ids that it is about.
  std::vector<std::string> principals;  // Of access rules: whom they speak of.
  std::string text;                     // Without its subject, the author.
  bool is_change = true;                // False: nothing became true by it.
};

// Tells a log from its first record on; remembers what it needs to say `was`.
class Narrator {
 public:
  // Reads say nothing unless `with_reads`.
  explicit Narrator(bool with_reads) : with_reads_(with_reads) {}

  std::vector<Sentence> Tell(const Record& record, const Applied& applied);

 private:
  struct TellEvent;
  void TellBoot(const Boot& boot, std::vector<Sentence>* sentences);

  bool with_reads_;
  std::map<std::string, std::string> statics_;  // As last told.
  std::map<std::string, std::string> dynamics_;
};

// `ALLOW User:Bob to WRITE on cluster.my_db from 10.0.0.1`, for a rule that is not told as history.
std::string RuleText(const acl::Entry& entry);

// `User:Bob from 10.0.0.1`; the server itself: `System:pegeld`.
std::string SubjectText(const Author& author);

}  // namespace pegel::tools
