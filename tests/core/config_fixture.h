// A World that has booted, and calls on its configs.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "core/fold.h"
#include "tests/support/acl.h"
#include "tests/support/configs.h"

namespace pegel::testing {

using Statics = std::map<std::string, config::Value>;

// How an outcome reads in a table of expectations: empty when accepted, else the message.
inline std::string RefusalOf(const Decision& decision) {
  const auto* error = std::get_if<Error>(&decision.outcome);
  return error == nullptr ? "" : error->message;
}

inline ErrorCode CodeOf(const Decision& decision) { return std::get<Error>(decision.outcome).code; }

class ConfigWorld {
 public:
  explicit ConfigWorld(const Statics& statics = {}) { Start(statics); }

  // A start of the server with these static values; empty when accepted.
  std::string Start(const Statics& statics) {
    Boot boot = BootOf(false);
    boot.static_configs.insert(statics.begin(), statics.end());
    return RefusalOf(Call(boot));
  }

  Decision Call(const Command& command, const Author& author = AuthorOf("User:root")) {
    Moment now{Next(world.lsn), world.time, author};
    return Apply(world, now, RequestId{}, command).decision;
  }

  // Empty when accepted.
  std::string Alter(std::vector<config::Change> changes) {
    return RefusalOf(Call(AlterConfigs{std::move(changes)}));
  }

  std::vector<ConfigEntry> Get(std::vector<std::string> keys = {}) {
    Decision decision = Call(GetConfigs{std::move(keys)});
    return std::get<ConfigEntries>(std::get<Result>(decision.outcome)).entries;
  }

  // `<none>`: no dynamic entry; `<null>`: an explicit null; names for a sealed map.
  std::string Dynamic(const std::string& key) const {
    auto it = world.configs.dynamics.find(key);
    if (it == world.configs.dynamics.end()) return "<none>";
    if (!it->second.value.has_value()) return "<null>";
    return TextOf(*it->second.value);
  }

  static std::string TextOf(const config::Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    std::string names;
    if (const auto* map = std::get_if<config::SealedMap>(&value)) {
      for (const auto& entry : map->entries) names += (names.empty() ? "" : ",") + entry.name;
    }
    return "sealed(" + names + ")";
  }

  World world;
};

}  // namespace pegel::testing
