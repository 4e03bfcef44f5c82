// What the cluster configs `pegel.rebalance.*` say now (core/config/options.tsv). They are dynamic:
// a change counts from the record behind it on, for moves under way too.
#pragma once

#include <cstdint>
#include <vector>

#include "core/config/state.h"
#include "core/rebalance/model.h"

namespace pegel::moves {

inline constexpr char kBytesPerSecKey[] = "pegel.rebalance.bytes-per-sec-per-server";

struct Settings {
  int64_t moves_max = 0;             // That change replicas; 0: none starts.
  int64_t moves_per_server_max = 0;  // In, and out.
  int64_t leader_moves_max = 0;      // 0: none starts.
  int64_t bytes_per_sec = 0;         // That a server may copy; 0: no limit.
  int64_t timeout_nanos = 0;
  int32_t attempts_max = 0;
  int64_t dead_server_grace_nanos = 0;
};

Settings SettingsOf(const config::ConfigState& configs);
int64_t BytesPerSecOf(const config::ConfigState& configs);  // Only that one.

// What a plan for these goals is made with.
rebalance::Options OptionsOf(const config::ConfigState& configs,
                             std::vector<rebalance::Goal> goals);

// From when on a server that is dead since `since` counts as gone.
UnixNanos GraceEnd(const Settings& settings, UnixNanos since);

}  // namespace pegel::moves
