#include "core/config/alter.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/config/collections.h"
#include "core/config/grammar.h"
#include "core/config/registry.h"
#include "core/config/rules.h"
#include "core/limits.h"

namespace pegel::config {
namespace {

Problem CheckKey(const std::string& key) {
  if (!MayChange(key)) {
    return ConfigProblem(
        absl::StrCat("The config key ", Shown(key), " is not allowed to be changed dynamically.",
                     FindOption(key) == nullptr ? " No option has this name." : ""));
  }
  return CheckKeyText(key);
}

Problem Combine(const Change& change, Draft* draft) {
  auto combined = Combine(*FindOption(change.key), change, draft->Effective(change.key));
  if (auto* error = std::get_if<Error>(&combined)) return std::move(*error);
  auto& value = std::get<std::optional<DynamicValue>>(combined);
  if (value.has_value()) draft->Set(change.key, *std::move(value));
  return std::nullopt;
}

Problem Make(const Change& change, Draft* draft) {
  if (Problem problem = CheckKey(change.key)) return problem;
  bool combines = change.op == Op::kAppend || change.op == Op::kSubtract;
  if (combines) {
    if (Problem problem = CheckCombines(FindOption(change.key), change)) return problem;
  }
  // Before anything is combined: what comes behind relies on the form.
  if (change.value.has_value()) {
    if (Problem problem = CheckForm(change.key, *change.value)) return problem;
  }
  switch (change.op) {
    case Op::kSet:
      draft->Set(change.key, change.value);
      return std::nullopt;
    case Op::kDelete:
      draft->Remove(change.key);
      return std::nullopt;
    case Op::kAppend:
    case Op::kSubtract:
      return Combine(change, draft);
  }
  return Error{ErrorCode::kInvalidArgument,
               absl::StrCat("Unsupported AlterConfigOpType: ", static_cast<int>(change.op))};
}

// Appending can make a value too long.
Problem CheckResults(const Draft& draft) {
  for (const std::string& key : draft.Touched()) {
    const DynamicValue* entry = draft.FindDynamic(key);
    if (entry == nullptr || !entry->has_value()) continue;
    if (Problem problem = CheckForm(key, **entry)) return problem;
  }
  return std::nullopt;
}

// Whoever is above a limit may still change and reset, but not add.
Problem CheckTotals(const ConfigState& state, const Draft& draft) {
  if (draft.dynamic_count() > std::max(kConfigKeysMax, state.dynamics.size())) {
    return Error{ErrorCode::kLimitExceeded,
                 absl::StrCat("The cluster would hold ", draft.dynamic_count(),
                              " dynamic configs, which is more than the limit of ", kConfigKeysMax,
                              ". Reset keys that are not needed.")};
  }
  if (draft.dynamic_bytes() > std::max(kConfigBytesMax, state.dynamic_bytes)) {
    return Error{ErrorCode::kLimitExceeded,
                 absl::StrCat("The dynamic configs would take ", draft.dynamic_bytes(),
                              " bytes, which is more than the limit of ", kConfigBytesMax,
                              ". Reset keys that are not needed.")};
  }
  return std::nullopt;
}

}  // namespace

Problem Alter(const std::vector<Change>& changes, const ConfigState& state, Draft* draft) {
  for (const Change& change : changes) {
    if (Problem problem = Make(change, draft)) return problem;
  }
  if (Problem problem = CheckResults(*draft)) return problem;
  if (Problem problem = CheckRules(Draft(state), *draft)) return problem;
  return CheckTotals(state, *draft);
}

}  // namespace pegel::config
