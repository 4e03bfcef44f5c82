#include "core/config/draft.h"

#include <set>

#include "absl/strings/match.h"
#include "core/config/registry.h"

namespace pegel::config {
namespace {

template <typename Map>
void AddKeys(const Map& map, absl::string_view prefix, std::set<std::string>* keys) {
  for (auto it = map.lower_bound(std::string(prefix));
       it != map.end() && absl::StartsWith(it->first, prefix); ++it) {
    keys->insert(it->first);
  }
}

}  // namespace

const DynamicValue* Draft::FindDynamic(const std::string& key) const {
  if (auto it = changed_.find(key); it != changed_.end()) {
    return it->second.has_value() ? &*it->second : nullptr;
  }
  auto it = state_.dynamics.find(key);
  return it == state_.dynamics.end() ? nullptr : &it->second.value;
}

const Value* Draft::FindStatic(const std::string& key) const {
  if (statics_ != nullptr) {
    auto it = statics_->find(key);
    return it == statics_->end() ? nullptr : &it->second;
  }
  auto it = state_.statics.find(key);
  return it == state_.statics.end() ? nullptr : &it->second.value;
}

const Value* Draft::Effective(const std::string& key) const {
  const DynamicValue* dynamic = FindDynamic(key);
  if (dynamic == nullptr) return FindStatic(key);
  return dynamic->has_value() ? &**dynamic : nullptr;
}

std::optional<std::string> Draft::Text(absl::string_view key) const {
  if (const Value* value = Effective(std::string(key))) {
    const auto* text = std::get_if<std::string>(value);
    return text == nullptr ? std::nullopt : std::optional<std::string>(*text);
  }
  const Option* option = FindOption(key);
  if (option == nullptr || !option->default_text.has_value()) return std::nullopt;
  return std::string(*option->default_text);
}

std::vector<std::string> Draft::Touched() const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : changed_) keys.push_back(key);
  return keys;
}

std::vector<std::string> Draft::KeysInForce(absl::string_view prefix) const {
  std::set<std::string> keys;
  AddKeys(changed_, prefix, &keys);
  AddKeys(state_.dynamics, prefix, &keys);
  if (statics_ != nullptr) {
    AddKeys(*statics_, prefix, &keys);
  } else {
    AddKeys(state_.statics, prefix, &keys);
  }
  std::vector<std::string> in_force;
  for (const std::string& key : keys) {
    if (Effective(key) != nullptr) in_force.push_back(key);
  }
  return in_force;
}

size_t Draft::dynamic_count() const {
  size_t count = state_.dynamics.size();
  for (const auto& [key, value] : changed_) {
    count += value.has_value();
    count -= state_.dynamics.contains(key);
  }
  return count;
}

size_t EntryBytes(const std::string& key, const DynamicValue& value) {
  return key.size() + (value.has_value() ? BytesOf(*value) : 0);
}

size_t Draft::dynamic_bytes() const {
  size_t bytes = state_.dynamic_bytes;
  for (const auto& [key, value] : changed_) {
    if (value.has_value()) bytes += EntryBytes(key, *value);
    auto was = state_.dynamics.find(key);
    if (was != state_.dynamics.end()) bytes -= EntryBytes(key, was->second.value);
  }
  return bytes;
}

bool Draft::MayDiffer(absl::string_view prefix) const {
  if (statics_ != nullptr) return true;
  auto first = changed_.lower_bound(std::string(prefix));
  return first != changed_.end() && absl::StartsWith(first->first, prefix);
}

std::vector<Event> Draft::Events() const {
  std::vector<Event> events;
  for (const auto& [key, value] : changed_) {
    auto was = state_.dynamics.find(key);
    bool had_entry = was != state_.dynamics.end();
    if (!value.has_value()) {
      if (had_entry) events.push_back(ConfigReset{key});
    } else if (!had_entry || was->second.value != *value) {
      events.push_back(ConfigSet{key, *value});
    }
  }
  return events;
}

}  // namespace pegel::config
