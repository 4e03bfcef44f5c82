// What a server is started with: tools/settings.h fills it from flags and server.yaml, tests by
// hand.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/change_feed.h"
#include "core/engine.h"
#include "core/ids.h"
#include "core/ports.h"
#include "net/limits.h"
#include "tools/snapshot_options.h"

namespace pegel::tools {

int64_t MonotonicMs();

struct ServerOptions {
  std::string data_dir;
  std::string listen = "127.0.0.1:7345";
  std::string key_file;                               // Empty: none, so secrets cannot be set.
  std::map<std::string, std::string> static_configs;  // As written, secrets in clear.
  EngineOptions engine;
  net::Limits limits;
  ChangeFeedOptions changes;  // What watchers find in memory.
  int64_t lease_ms = 10'000;  // How long a tablet server may be silent.
  SnapshotOptions snapshots;
  uint64_t disk_reserve = 64 << 20;  // Room that callers leave on the disk (tools/disk_room.h).
  // All of the above with where each value came from, secrets masked: the answer to AskSettings.
  std::vector<EffectiveSetting> shown;
  std::string version;  // What AskStatus says the program is.
  // The clock of record times. Injected so that tests can bend it.
  std::function<UnixNanos()> now;
  // Milliseconds since some moment, never going back, for leases.
  std::function<int64_t()> monotonic_ms = MonotonicMs;
  // 128 random bits as hex, used when the log is new.
  std::string new_cluster_id;
  // How far a start is; called for each record that it folds. Null: nobody wants to know.
  std::function<void(Lsn at, Lsn anchor)> on_recovering;
  // Receives warnings of the log, from any thread.
  std::function<void(const std::string&)> on_warning;
};

// Puts `server.yaml:4: key 'x': ` in front of a refusal that names one of these keys (the first one
// where several stand in it).
absl::Status AtItsPlace(const std::vector<EffectiveSetting>& shown, const absl::Status& refusal);

}  // namespace pegel::tools
