#include "tools/fleet/scenario.h"

#include <yaml-cpp/yaml.h>

#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/config/duration.h"
#include "core/config/numbers.h"
#include "tools/read_file.h"

namespace pegel::tools {
namespace {

constexpr size_t kFileBytesMax = 1 << 20;

constexpr char kActions[] =
    "kill, stop, start, mute, unmute, create-table, drop-table, add-partition, drop-partition, "
    "unregister, sql, wait or end";

// Walks the document; the first problem is thrown as a Problem, and goes no further than
// ParseScenario.
struct Problem {
  int line = 0;
  std::string text;
};

int LineOf(const YAML::Node& node) { return node.Mark().line + 1; }

[[noreturn]] void Fail(const YAML::Node& node, std::string text) {
  throw Problem{LineOf(node), std::move(text)};
}

std::string TextOf(const YAML::Node& node, absl::string_view what) {
  if (!node.IsScalar())
    Fail(node, absl::StrCat(what, ": expected one value, found something else"));
  return node.Scalar();
}

int32_t NumberOf(const YAML::Node& node, absl::string_view what) {
  std::string text = TextOf(node, what);
  int32_t number = 0;
  if (!absl::SimpleAtoi(text, &number)) {
    Fail(node, absl::StrCat(what, ": expected a whole number, found '", text, "'"));
  }
  return number;
}

bool BooleanOf(const YAML::Node& node, absl::string_view what) {
  auto value = config::ParseBoolean(TextOf(node, what));
  if (!value.ok()) Fail(node, absl::StrCat(what, ": ", value.status().message()));
  return *value;
}

absl::Duration DurationOf(const YAML::Node& node, absl::string_view what) {
  auto value = config::ParseDuration(TextOf(node, what));
  if (!value.ok()) Fail(node, absl::StrCat(what, ": ", value.status().message()));
  return absl::Milliseconds(value->millis);
}

// One id or a list of them.
std::vector<int32_t> IdsOf(const YAML::Node& node, absl::string_view what) {
  if (!node.IsSequence()) return {NumberOf(node, what)};
  std::vector<int32_t> ids;
  for (const YAML::Node& id : node) ids.push_back(NumberOf(id, what));
  return ids;
}

cluster::TablePath PathOf(const YAML::Node& node, absl::string_view what) {
  std::string text = TextOf(node, what);
  std::vector<std::string> pieces = absl::StrSplit(text, '.');
  if (pieces.size() != 2) {
    Fail(node, absl::StrCat(what, ": expected database.table, found '", text, "'"));
  }
  return {pieces[0], pieces[1]};
}

// The fields of an action that has several; `known` are all that it may have.
YAML::Node Field(const YAML::Node& node, absl::string_view what, const std::string& name,
                 const std::set<std::string>& known, bool is_required) {
  if (!node.IsMap()) {
    Fail(node, absl::StrCat(what, ": expected {", name, ": …}, found something else"));
  }
  for (const auto& item : node) {
    if (known.count(item.first.Scalar()) == 0) {
      Fail(item.first, absl::StrCat(what, ": '", item.first.Scalar(), "' is not a part of it"));
    }
  }
  YAML::Node field = node[name];
  if (!field.IsDefined() && is_required) Fail(node, absl::StrCat(what, ": ", name, " is missing"));
  return field;
}

CreateTable CreateTableOf(const YAML::Node& node) {
  constexpr char kWhat[] = "create-table";
  const std::set<std::string> known = {"table", "buckets", "replication", "partitioned"};
  auto field = [&](const std::string& name, bool is_required) {
    return Field(node, kWhat, name, known, is_required);
  };
  CreateTable create{PathOf(field("table", true), kWhat), 1, 3, false};
  if (auto buckets = field("buckets", false); buckets.IsDefined()) {
    create.bucket_count = NumberOf(buckets, "buckets");
  }
  if (auto replication = field("replication", false); replication.IsDefined()) {
    create.replication_factor = NumberOf(replication, "replication");
  }
  if (auto partitioned = field("partitioned", false); partitioned.IsDefined()) {
    create.is_partitioned = BooleanOf(partitioned, "partitioned");
  }
  return create;
}

template <typename Change>
Change PartitionChangeOf(const YAML::Node& node, absl::string_view what) {
  const std::set<std::string> known = {"table", "partition"};
  return {PathOf(Field(node, what, "table", known, true), what),
          TextOf(Field(node, what, "partition", known, true), what)};
}

// The one word that an action takes.
template <typename Action>
Action WordOf(const YAML::Node& node, absl::string_view what, absl::string_view word) {
  std::string text = TextOf(node, what);
  if (text != word) Fail(node, absl::StrCat(what, ": expected ", word, ", found '", text, "'"));
  return {};
}

// False: no such action.
bool ReadAction(const std::string& name, const YAML::Node& value, Step* step) {
  if (name == "kill")
    step->action = ChangeLives{IdsOf(value, name), Crew::Life::kKilled};
  else if (name == "stop")
    step->action = ChangeLives{IdsOf(value, name), Crew::Life::kStopped};
  else if (name == "start")
    step->action = ChangeLives{IdsOf(value, name), Crew::Life::kUp};
  else if (name == "mute")
    step->action = ChangeMutes{IdsOf(value, name), true};
  else if (name == "unmute")
    step->action = ChangeMutes{IdsOf(value, name), false};
  else if (name == "create-table")
    step->action = CreateTableOf(value);
  else if (name == "drop-table")
    step->action = DropTable{PathOf(value, name)};
  else if (name == "add-partition")
    step->action = PartitionChangeOf<AddPartition>(value, name);
  else if (name == "drop-partition")
    step->action = PartitionChangeOf<DropPartition>(value, name);
  else if (name == "unregister")
    step->action = UnregisterServer{{NumberOf(value, name)}};
  else if (name == "sql")
    step->action = RunSql{TextOf(value, name)};
  else if (name == "wait")
    step->action = WordOf<AwaitSettled>(value, name, "settled");
  else if (name == "end")
    step->action = WordOf<EndFleet>(value, name, "fleet");
  else
    return false;
  return true;
}

Step ReadStep(const YAML::Node& node) {
  if (!node.IsMap()) Fail(node, absl::StrCat("expected a step, `- ACTION: …` with ", kActions));
  Step step;
  step.line = LineOf(node);
  std::string action;
  for (const auto& item : node) {
    const std::string& name = item.first.Scalar();
    if (name == "at") {
      step.at = DurationOf(item.second, name);
    } else if (name == "after") {
      step.after = DurationOf(item.second, name);
    } else if (name == "may-fail") {
      step.may_fail = BooleanOf(item.second, name);
    } else if (!action.empty()) {
      Fail(item.first, absl::StrCat("a step does one thing: found ", action, " and '", name, "'"));
    } else if (!ReadAction(name, item.second, &step)) {
      Fail(item.first, absl::StrCat("expected ", kActions, ", found '", name, "'"));
    } else {
      action = name;
    }
  }
  if (action.empty()) Fail(node, absl::StrCat("a step needs an action: ", kActions));
  if (step.at && step.after) Fail(node, "a step has `at` or `after`, not both");
  return step;
}

Scenario ReadAll(const YAML::Node& root) {
  Scenario scenario;
  if (root.IsNull()) return scenario;
  if (!root.IsMap()) Fail(root, "expected `option: value` lines and `steps:`");
  for (const auto& item : root) {
    std::string name = TextOf(item.first, "option");
    if (name == "scenario") Fail(item.first, "a scenario cannot name another");
    if (name != "steps") {
      scenario.settings.emplace_back(name, TextOf(item.second, name));
      continue;
    }
    if (!item.second.IsSequence()) Fail(item.second, "steps: expected a list, `- kill: 1`");
    for (const YAML::Node& step : item.second) scenario.steps.push_back(ReadStep(step));
  }
  return scenario;
}

absl::Status Wrong(const std::string& name, int line, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(name, ":", line, ": ", text));
}

}  // namespace

absl::StatusOr<Scenario> ParseScenario(const std::string& name, const std::string& text) {
  try {
    return ReadAll(YAML::Load(text));
  } catch (const Problem& problem) {
    return Wrong(name, problem.line, problem.text);
  } catch (const YAML::Exception& error) {
    return Wrong(name, error.mark.line + 1, error.msg);
  }
}

absl::StatusOr<Scenario> ReadScenario(const std::string& file) {
  absl::StatusOr<std::string> text = ReadSmallFile(file, kFileBytesMax);
  if (!text.ok()) return text.status();
  return ParseScenario(file, *text);
}

}  // namespace pegel::tools
