// What cluster configs would be if an alteration, or a server.yaml, came into force: rules are
// checked here before anything is true. Reads through to the state that it was made from, which
// must outlive it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/config/state.h"
#include "core/event.h"

namespace pegel::config {

using DynamicValue = std::optional<Value>;  // Unset: an explicit null.

// What a dynamic entry counts towards the limit.
size_t EntryBytes(const std::string& key, const DynamicValue& value);

class Draft {
 public:
  // The state as it is, to be altered.
  explicit Draft(const ConfigState& state) : state_(state) {}
  // The state as it would be under other static values.
  Draft(const ConfigState& state, const std::map<std::string, Value>& statics)
      : state_(state), statics_(&statics) {}

  // Null: there is no dynamic entry.
  const DynamicValue* FindDynamic(const std::string& key) const;
  const Value* FindStatic(const std::string& key) const;

  // The value in force without defaults: dynamic, else static; null when there is none.
  const Value* Effective(const std::string& key) const;

  // The text in force, the registry's default included. Unset when there is none, or a seal.
  std::optional<std::string> Text(absl::string_view key) const;

  void Set(const std::string& key, DynamicValue value) { changed_[key] = std::move(value); }
  void Remove(const std::string& key) { changed_[key] = std::nullopt; }

  // Every key that Set or Remove named, in order.
  std::vector<std::string> Touched() const;
  // Every key with this prefix that has a value in force, in order.
  std::vector<std::string> KeysInForce(absl::string_view prefix) const;
  size_t dynamic_count() const;
  size_t dynamic_bytes() const;

  // Whether anything with this prefix may have another value in force than in the state: a rule on
  // others need not be asked again.
  bool MayDiffer(absl::string_view prefix) const;

  // The facts that make the draft true: none for an entry that stays as it was.
  std::vector<Event> Events() const;

 private:
  const ConfigState& state_;
  const std::map<std::string, Value>* statics_ = nullptr;       // In place of the state's.
  std::map<std::string, std::optional<DynamicValue>> changed_;  // Unset: no entry any more.
};

}  // namespace pegel::config
