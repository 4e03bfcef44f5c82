// pegel-replay history: who changed what, and who was refused, as sentences.
#include <algorithm>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/acl/text.h"
#include "core/utc.h"
#include "procedures/call_text.h"
#include "tools/replay/command.h"
#include "tools/replay/record_text.h"
#include "tools/replay/sentence.h"
#include "tools/replay/source.h"
#include "tools/shell/printable.h"

namespace pegel::tools {
namespace {

struct HistoryOptions {
  Common common;
  std::string topic;
  std::string name;       // Empty: all.
  std::string principal;  // Of the rules, not who made them.
  std::string author;
  bool with_reads = false;
};

bool Holds(const std::vector<std::string>& list, const std::string& wanted) {
  return wanted.empty() || std::find(list.begin(), list.end(), wanted) != list.end();
}

bool IsWanted(const HistoryOptions& options, const Sentence& sentence) {
  return sentence.topic == options.topic && Holds(sentence.names, options.name) &&
         Holds(sentence.principals, options.principal);
}

std::string LineOf(const Moment& moment, const Sentence& sentence) {
  return Printable(absl::StrCat("lsn ", moment.lsn.value, "  ", ShortTime(moment.time), "  ",
                                SubjectText(moment.author), " ", sentence.text));
}

Json JsonOf(const Record& record, const Applied& applied, const Sentence& sentence) {
  Json json = MomentJson(record.moment);
  json["topic"] = std::string(sentence.topic);
  json["names"] = sentence.names;
  json["principals"] = sentence.principals;
  json["accepted"] = IsAccepted(applied.decision.outcome);
  json["changed"] = sentence.is_change;
  json["sentence"] = sentence.text;
  json["call"] = procedures::ToCallText(record.command);
  if (const auto* error = std::get_if<Error>(&applied.decision.outcome)) {
    json["error"] = ErrorJson(*error);
  }
  return json;
}

// Resources have two spellings; history knows the printed one.
std::string Canonical(const std::string& topic, const std::string& name) {
  if (topic != "acl") return name;
  absl::StatusOr<acl::Resource> resource = acl::ParseResource(name);
  return resource.ok() ? acl::ToText(*resource) : name;
}

int History(const HistoryOptions& given) {
  HistoryOptions options = given;
  if (!options.name.empty()) options.name = Canonical(options.topic, options.name);
  absl::StatusOr<Source> source = Source::Open(options.common);
  if (!source.ok()) return ReportFault(options.common, source.status());
  absl::StatusOr<replay::Folded> folded = source->Beginning();
  if (!folded.ok()) return ReportFault(options.common, folded.status());
  Narrator narrator(folded->world, options.with_reads);
  auto print = [&](const Record& record, const Applied& applied, const Hash256&) {
    std::vector<Sentence> sentences = narrator.Tell(record, applied);
    const Author& author = record.moment.author;
    if (!options.author.empty() && ToText(author.principal) != options.author) return;
    for (const Sentence& sentence : sentences) {
      if (!IsWanted(options, sentence)) continue;
      std::cout << (options.common.is_json() ? JsonText(JsonOf(record, applied, sentence))
                                             : LineOf(record.moment, sentence) + "\n");
    }
  };
  folded = source->FoldAll(*std::move(folded), "history", print);
  return folded.ok() ? kExitGood : ReportFault(options.common, folded.status());
}

std::string TopicHelp() {
  std::string help = "Topics:\n";
  for (const Topic& topic : Topics()) {
    absl::StrAppend(&help, "  ", topic.name, std::string(11 - topic.name.size(), ' '), topic.help,
                    "\n");
  }
  return help;
}

}  // namespace

void AddHistory(CommandLine& line) {
  auto options = std::make_shared<HistoryOptions>();
  std::vector<std::string> names;
  for (const Topic& topic : Topics()) names.emplace_back(topic.name);
  CLI::App* history =
      line.Add("history", "Tells who changed what, and who was refused", options, History);
  history->add_option("topic", options->topic, "What about")
      ->required()
      ->check(CLI::IsMember(names));
  history->add_option("NAME", options->name,
                      "Only about this one; how it is named depends on the topic");
  history
      ->add_option("--principal", options->principal,
                   "acl: only rules that speak of this principal")
      ->type_name("TYPE:NAME");
  history->add_option("--by", options->author, "Only what this principal asked for")
      ->type_name("TYPE:NAME");
  history->add_flag("--reads", options->with_reads,
                    "Tells who read, too, and what was sent without news");
  history->footer(TopicHelp() + R"help(
Examples:
  pegel-replay history acl --principal User:Bob --data-dir ./data
  pegel-replay history config kv.snapshot.interval --data-dir ./data
  pegel-replay history acl my_db.my_table --by User:Alice --data-dir ./data --format json

Calls that were refused, or that found everything so already, are told too.
Exit: 0 the log is good, 1 it is damaged (all before the damage is told), 2 wrong usage.)help");
}

}  // namespace pegel::tools
