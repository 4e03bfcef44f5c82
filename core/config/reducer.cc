#include "core/config/reducer.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/acl/authorize.h"
#include "core/check.h"
#include "core/config/alter.h"
#include "core/config/blanks.h"
#include "core/config/registry.h"
#include "core/config/resets.h"

namespace pegel::config {
namespace {

// The refusal, when the author may not do `operation` on the cluster.
std::optional<Decision> Refuse(const World& world, const Moment& now, acl::Operation operation) {
  acl::Request request = acl::RequestOf(now.author, operation, acl::Resource{});
  if (acl::Authorize(world.security, world.acls, request).is_allowed) return std::nullopt;
  return Reject(ErrorCode::kAuthorization, acl::DenialText(request));
}

Decision Reject(Error error) { return Decision{std::move(error), {}}; }

// The entry of a key that is set, or that has a default; unset: no one knows it.
std::optional<ConfigEntry> EntryOf(const ConfigState& state, const std::string& key) {
  if (auto it = state.dynamics.find(key); it != state.dynamics.end()) {
    return ConfigEntry{key, it->second.value, Source::kDynamic};
  }
  if (auto it = state.statics.find(key); it != state.statics.end()) {
    return ConfigEntry{key, it->second.value, Source::kStatic};
  }
  const Option* option = FindOption(key);
  if (option == nullptr) return std::nullopt;
  std::optional<Value> value;
  if (option->default_text.has_value()) value = std::string(*option->default_text);
  return ConfigEntry{key, std::move(value), Source::kDefault};
}

std::set<std::string> SetKeys(const ConfigState& state) {
  std::set<std::string> keys;
  for (const auto& [key, entry] : state.statics) keys.insert(key);
  for (const auto& [key, entry] : state.dynamics) keys.insert(key);
  return keys;
}

// Whether `after` may stand where `before` is: another seal of the same.
bool HasSameShape(const Value& before, const Value& after) {
  if (before.index() != after.index()) return false;
  const auto* was = std::get_if<SealedMap>(&before);
  if (was == nullptr) return true;
  const auto& is = std::get<SealedMap>(after);
  return std::equal(was->entries.begin(), was->entries.end(), is.entries.begin(), is.entries.end(),
                    [](const SealedEntry& a, const SealedEntry& b) { return a.name == b.name; });
}

const Value* ValueOf(const StaticEntry& entry) { return &entry.value; }
const Value* ValueOf(const DynamicEntry& entry) { return entry.value ? &*entry.value : nullptr; }

// Adds the events that put `seals` in place of those in `entries`; false: they do not match.
template <typename Entries>
bool Reseal(const Entries& entries, const std::map<std::string, Value>& seals, bool is_static,
            std::vector<Event>* events) {
  size_t matched = 0;
  for (const auto& [key, entry] : entries) {
    const Value* value = ValueOf(entry);
    if (value == nullptr || !IsSealed(*value)) continue;
    auto seal = seals.find(key);
    if (seal == seals.end() || !HasSameShape(*value, seal->second)) return false;
    ++matched;
    if (seal->second != *value) events->push_back(ConfigResealed{key, is_static, seal->second});
  }
  return matched == seals.size();
}

}  // namespace

Decision Decide(const World& world, const Moment& now, const AlterConfigs& command) {
  if (auto refusal = Refuse(world, now, acl::Operation::kAlter)) return *std::move(refusal);
  Draft draft(world.configs);
  if (Problem problem = Alter(command.changes, world.configs, &draft)) {
    return Reject(*std::move(problem));
  }
  return Decision{Result{Done{}}, draft.Events()};
}

Decision Decide(const World& world, const Moment& now, const GetConfigs& command) {
  if (auto refusal = Refuse(world, now, acl::Operation::kDescribe)) return *std::move(refusal);
  std::set<std::string> keys;
  for (const std::string& key : command.keys) keys.emplace(StripBlanks(key));
  if (keys.empty()) keys = SetKeys(world.configs);
  ConfigEntries listed;
  for (const std::string& key : keys) {
    if (auto entry = EntryOf(world.configs, key)) listed.entries.push_back(*std::move(entry));
  }
  return Decision{Result{std::move(listed)}, {}};
}

Decision Decide(const World& world, const Moment& now, const ResealSecrets& command) {
  if (auto refusal = Refuse(world, now, acl::Operation::kAlter)) return *std::move(refusal);
  Decision decision{Result{Done{}}, {}};
  const ConfigState& configs = world.configs;
  if (Reseal(configs.statics, command.statics, true, &decision.events) &&
      Reseal(configs.dynamics, command.dynamics, false, &decision.events)) {
    return decision;
  }
  return Reject(Error{ErrorCode::kInvalidArgument,
                      "The secrets to seal again are not those that the cluster holds: they "
                      "changed meanwhile. Nothing was changed; run it again."});
}

// The record that is being applied is the next one: the fold moves the lsn on when all its events
// are in.
void Evolve(World& world, const ConfigSet& event) {
  ConfigState& configs = world.configs;
  DynamicEntry& entry = configs.dynamics[event.key];
  configs.dynamic_bytes -= entry.changed == Lsn{} ? 0 : EntryBytes(event.key, entry.value);
  configs.dynamic_bytes += EntryBytes(event.key, event.value);
  entry = DynamicEntry{event.value, Next(world.lsn)};
  configs.resets.erase(event.key);
}

void Evolve(World& world, const ConfigReset& event) {
  auto entry = world.configs.dynamics.find(event.key);
  PEGEL_CHECK(entry != world.configs.dynamics.end(), "reset but not set: ", event.key);
  world.configs.dynamic_bytes -= EntryBytes(event.key, entry->second.value);
  world.configs.dynamics.erase(entry);
  RememberReset(world.configs, event.key, Next(world.lsn));
}

void Evolve(World& world, const ConfigResealed& event) {
  ConfigState& configs = world.configs;
  if (event.is_static) {
    configs.statics.at(event.key).value = event.value;
  } else {
    DynamicEntry& entry = configs.dynamics.at(event.key);
    configs.dynamic_bytes -= EntryBytes(event.key, entry.value);
    entry.value = event.value;
    configs.dynamic_bytes += EntryBytes(event.key, entry.value);
  }
}

}  // namespace pegel::config
