#include "core/config/collections.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/check.h"
#include "core/config/grammar.h"

namespace pegel::config {
namespace {

using Combined = std::variant<std::optional<DynamicValue>, Error>;
using Elements = std::vector<std::string>;

Error ConfigError(std::string message) { return Error{ErrorCode::kConfig, std::move(message)}; }

bool IsList(const Option& option) {
  return option.type == Type::kStringList || option.type == Type::kIntList ||
         option.type == Type::kEnumList;
}

// Equal for elements that the list's type takes for one: `01` and `1` are one number.
std::string Identity(const Option& option, const std::string& element) {
  if (option.type != Type::kIntList) return element;
  absl::StatusOr<int32_t> number = ParseInt(element);
  return number.ok() ? absl::StrCat(*number) : element;
}

std::set<std::string> Identities(const Option& option, const Elements& elements) {
  std::set<std::string> identities;
  for (const std::string& element : elements) identities.insert(Identity(option, element));
  return identities;
}

Elements Parsed(const std::string& text) {
  absl::StatusOr<Elements> elements = ParseList(text);
  PEGEL_CHECK(elements.ok(), "a list that was checked: ", elements.status().ToString());
  return *std::move(elements);
}

Combined AppendToList(const Option& option, const std::string& value, const std::string& base) {
  Elements elements = Parsed(base), more = Parsed(value);
  if (more.empty()) return std::optional<DynamicValue>();
  std::set<std::string> held = Identities(option, elements);
  for (std::string& added : more) {
    bool may_repeat = option.type == Type::kIntList;  // Two directories may have one weight.
    if (!held.insert(Identity(option, added)).second && !may_repeat) {
      return ConfigError(absl::StrCat(option.key, " already contains '", Shown(added), "'."));
    }
    elements.push_back(std::move(added));
  }
  // As the caller wrote it, where that says the same.
  std::string raw = base.empty() ? value : absl::StrCat(base, ",", value);
  absl::StatusOr<Elements> read = ParseList(raw);
  if (!read.ok() || *read != elements) raw = JoinList(elements);
  return std::optional<DynamicValue>(Value(std::move(raw)));
}

Combined SubtractFromList(const Option& option, const std::string& value, const std::string& base) {
  const std::set<std::string> removed = Identities(option, Parsed(value));
  Elements all = Parsed(base), kept;
  for (const std::string& element : all) {
    if (!removed.contains(Identity(option, element))) kept.push_back(element);
  }
  if (kept.size() == all.size()) return std::optional<DynamicValue>();
  if (kept.empty()) return std::optional<DynamicValue>(DynamicValue());
  return std::optional<DynamicValue>(Value(JoinList(kept)));
}

Combined CombineLists(const Option& option, const Change& change, const Value* base) {
  const std::string& value = std::get<std::string>(*change.value);
  const std::string nothing;
  const std::string& text = base == nullptr ? nothing : std::get<std::string>(*base);
  return change.op == Op::kAppend ? AppendToList(option, value, text)
                                  : SubtractFromList(option, value, text);
}

Combined AppendToMap(const Option& option, const SealedMap& value, SealedMap map) {
  if (value.entries.empty()) return std::optional<DynamicValue>();
  std::set<std::string> names;
  for (const SealedEntry& entry : map.entries) names.insert(entry.name);
  for (const SealedEntry& entry : value.entries) {
    if (!names.insert(entry.name).second) {
      return ConfigError(absl::StrCat(option.key, " must not contain duplicate map entry keys: '",
                                      Shown(entry.name), "'."));
    }
    map.entries.push_back(entry);
  }
  return std::optional<DynamicValue>(Value(std::move(map)));
}

Combined SubtractFromMap(const SealedMap& value, SealedMap map) {
  std::set<std::string> names;
  for (const SealedEntry& entry : value.entries) names.insert(entry.name);
  size_t removed = std::erase_if(
      map.entries, [&](const SealedEntry& entry) { return names.contains(entry.name); });
  if (removed == 0) return std::optional<DynamicValue>();
  if (map.entries.empty()) return std::optional<DynamicValue>(DynamicValue());
  return std::optional<DynamicValue>(Value(std::move(map)));
}

// The one map that may change holds passwords, so its values are seals.
Combined CombineMaps(const Option& option, const Change& change, const Value* base) {
  const auto& value = std::get<SealedMap>(*change.value);
  SealedMap map = base == nullptr ? SealedMap() : std::get<SealedMap>(*base);
  return change.op == Op::kAppend ? AppendToMap(option, value, std::move(map))
                                  : SubtractFromMap(value, std::move(map));
}

}  // namespace

Problem CheckCombines(const Option* option, const Change& change) {
  if (option == nullptr || (option->type != Type::kMap && !IsList(*option))) {
    return ConfigError(absl::StrCat(
        "APPEND/SUBTRACT operations are only supported for list-typed or map-typed config keys, "
        "but '",
        Shown(change.key), "' is not a list or map type."));
  }
  if (change.value.has_value()) return std::nullopt;
  return ConfigError(absl::StrCat(change.op == Op::kAppend ? "APPEND" : "SUBTRACT",
                                  " needs a value for config key '", Shown(change.key),
                                  "'; to unset it, use set with NULL."));
}

Combined Combine(const Option& option, const Change& change, const Value* base) {
  return option.type == Type::kMap ? CombineMaps(option, change, base)
                                   : CombineLists(option, change, base);
}

}  // namespace pegel::config
