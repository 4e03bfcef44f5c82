// The part of the World that holds cluster configs.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/config/value.h"
#include "core/ids.h"

namespace pegel::config {

// What the caller of get_cluster_configs sees as config_source.
enum class Source : uint8_t { kDynamic = 1, kStatic = 2, kDefault = 3 };

// A dynamic entry. An explicit null masks the static value: the option falls to its default.
struct DynamicEntry {
  std::optional<Value> value;
  Lsn changed;  // The record that set it to this.
  bool operator==(const DynamicEntry&) const = default;
};

// A static value: server.yaml as of the last Boot.
struct StaticEntry {
  Value value;
  Lsn changed;
  bool operator==(const StaticEntry&) const = default;
};

struct ConfigState {
  std::map<std::string, StaticEntry> statics;
  std::map<std::string, DynamicEntry> dynamics;
  size_t dynamic_bytes = 0;  // Of the keys and values of `dynamics`; derived, for its limit.
  // Keys that were set and are not any more, with the record that took them away; the newest
  // kConfigResetsMax. Whoever follows the changes may not have seen it yet.
  std::map<std::string, Lsn> resets;
  bool operator==(const ConfigState&) const = default;
};

}  // namespace pegel::config
