#include "tests/sim/memories.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace pegel::sim {
namespace {

using linear::Operation;
using model::Ask;
using Kind = Operation::Kind;

constexpr char kThere[] = "there", kGone[] = "gone";
constexpr char kNotDynamic[] = "(not dynamic)", kNull[] = "(null)";

bool IsRoot(const Ask& ask) { return ask.who == "User:root"; }

// What a call of configs does to one key; none: it does not name it.
std::optional<Operation> ChangeOf(const Ask& ask, const std::string& key) {
  const bool is_set = ask.what == "set_cluster_configs",
             is_reset = ask.what == "reset_cluster_configs";
  std::optional<Operation> change;
  for (size_t i = 0; i < ask.texts.size(); i += is_reset ? 1 : 2) {
    if (ask.texts[i] != key) continue;
    bool is_plain = (is_set || is_reset) && !change;  // Twice in one call: whatever comes of it.
    if (!is_plain) {
      change = Operation{.kind = Kind::kChange};
    } else {
      change = Operation{.kind = Kind::kWrite, .value = kNotDynamic};
      if (is_set) change->value = ask.texts[i + 1].value_or(kNull);
    }
  }
  return change;
}

bool IsConfigChange(const Ask& ask) {
  return ask.what == "set_cluster_configs" || ask.what == "reset_cluster_configs" ||
         ask.what == "append_cluster_configs" || ask.what == "subtract_cluster_configs";
}

}  // namespace

Memories::Id Memories::Begin(const Ask& ask, bool may_repeat) {
  memories_.push_back({.ask = ask, .call = ++now_, .may_repeat = may_repeat, .rows = {}});
  return memories_.size() - 1;
}

void Memories::End(Id id, bool is_accepted, const std::vector<model::Row>& rows) {
  Memory& memory = memories_[id];
  memory.done = ++now_;
  memory.is_accepted = is_accepted;
  memory.rows = rows;
}

void Memories::AddRules(Histories* histories) const {
  std::set<model::Rule> rules;
  for (const Memory& memory : memories_) {
    if (memory.ask.what == "add_acl") rules.insert(model::RuleOf(memory.ask));
  }
  for (const model::Rule& rule : rules) {
    const std::string line = model::LineOf(rule);
    std::vector<Operation>& history = (*histories)[line];
    for (const Memory& memory : memories_) {
      const Ask& ask = memory.ask;
      bool is_add = ask.what == "add_acl" && model::RuleOf(ask) == rule;
      bool is_drop = ask.what == "drop_acl" && model::Selects(ask, rule);
      if (is_add || is_drop) {
        Add(memory, {.kind = Kind::kWrite, .value = is_add ? kThere : kGone}, &history);
      } else if (ask.what == "list_acl" && memory.is_accepted && model::Selects(ask, rule)) {
        bool is_there = false;
        for (const model::Row& row : memory.rows) is_there = is_there || row[0] == line;
        // To others some rules are not shown.
        if (!is_there && !IsRoot(ask)) continue;
        Add(memory, {.kind = Kind::kRead, .value = is_there ? kThere : kGone}, &history);
      }
    }
  }
}

void Memories::AddConfigs(Histories* histories) const {
  std::set<std::string> keys;
  for (const Memory& memory : memories_) {
    if (!IsConfigChange(memory.ask)) continue;
    size_t step = memory.ask.what == "reset_cluster_configs" ? 1 : 2;
    for (size_t i = 0; i < memory.ask.texts.size(); i += step) keys.insert(*memory.ask.texts[i]);
  }
  for (const std::string& key : keys) {
    std::vector<Operation>& history = (*histories)[key];
    for (const Memory& memory : memories_) {
      const Ask& ask = memory.ask;
      if (IsConfigChange(ask)) {
        if (auto change = ChangeOf(ask, key)) Add(memory, *std::move(change), &history);
      } else if (ask.what == "get_cluster_configs" && memory.is_accepted) {
        std::string found = kNotDynamic;
        for (const model::Row& row : memory.rows) {
          if (row[0] == key && row[2] == "DYNAMIC_CONFIG") found = row[1].value_or(kNull);
        }
        bool is_asked = ask.texts.empty();
        for (const model::Text& text : ask.texts) is_asked = is_asked || text == key;
        if (is_asked) Add(memory, {.kind = Kind::kRead, .value = found}, &history);
      }
    }
  }
}

void Memories::Add(const Memory& memory, Operation operation, std::vector<Operation>* history) {
  operation.call = memory.call;
  bool is_answered = memory.done != linear::kNever;
  // What was refused did nothing, at least that time.
  if (is_answered && memory.is_accepted) {
    operation.done = memory.done;
    history->push_back(operation);
  }
  if (operation.kind == Kind::kRead || (is_answered && !memory.may_repeat)) return;
  operation.done = linear::kNever;
  operation.repeats = memory.may_repeat;
  history->push_back(std::move(operation));
}

Memories::Judged Memories::Judge() const {
  Histories rules, configs;
  AddRules(&rules);
  AddConfigs(&configs);
  Judged judged;
  auto look = [&](const Histories& histories, const char* initial) {
    for (const auto& [object, history] : histories) {
      linear::Verdict verdict = linear::Search(history, initial);
      ++judged.objects;
      judged.operations += history.size();
      judged.steps += verdict.steps;
      bool is_right = verdict.kind == linear::Verdict::Kind::kLinearizable;
      if (!is_right && !judged.violation)
        judged.violation = absl::StrCat(object, ": ", verdict.why);
    }
  };
  look(rules, kGone);
  look(configs, kNotDynamic);
  return judged;
}

}  // namespace pegel::sim
