// The command line of `pegel`: what is asked for, and the help that teaches it.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "net/client.h"
#include "net/watch_filter.h"
#include "tools/shell/format.h"

namespace pegel::tools {

// Exit codes of `pegel`, a contract as in format.h. 4 is kept for a login that failed.
inline constexpr int kExitAccepted = 0;
inline constexpr int kExitRejected = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitNoConnection = 3;

// One -e or -f.
struct Input {
  enum class Kind { kStatements, kFile };
  Kind kind = Kind::kStatements;
  std::string text;  // Of a file: its name, `-` for standard input.
  bool operator==(const Input&) const = default;
};

struct SqlRequest {
  std::string server;
  std::vector<Input> inputs;  // In the order of the command line.
  Format format = Format::kTable;
  bool keep_going = false;
  bool is_quiet = false;
  std::string receipts;  // A file to write them behind; empty: none.
  uint32_t retry_seconds = 10;
};

struct StatusRequest {
  std::string server;
  Format format = Format::kTable;  // kTable or kJson.
};

// `pegel watch`.
struct WatchCommand {
  std::string server;
  std::string name;  // Empty: one of the program's choice.
  uint64_t from = 1;
  net::WatchFilter filter;
  uint64_t count = 0;              // Changes, then it ends; 0: for ever.
  Format format = Format::kTable;  // kTable or kJson.
};

// `pegel config rollout`.
struct RolloutCommand {
  std::string server;
  std::string key;
  Format format = Format::kTable;  // kTable or kJson.
};

// `pegel config effective`.
struct SettingsRequest {
  std::string server;
  Format format = Format::kTable;  // kTable or kJson.
};

// `pegel snapshot`.
struct SnapshotRequest {
  std::string server;
  Format format = Format::kTable;  // kTable or kJson.
};

// `pegel backup`: create, verify, restore. No call to a server, but for the question where it has
// its data, when create is not told.
struct BackupRequest {
  enum class What { kCreate, kVerify, kRestore };
  What what = What::kCreate;
  std::string server;
  std::string backup;              // The backup's directory.
  std::string data_dir;            // Created from (empty: ask the server), or restored to.
  uint64_t through = 0;            // Restore: the last lsn; 0: all.
  Format format = Format::kTable;  // kTable or kJson.
};

// `pegel keygen`: no server takes part.
struct KeygenRequest {
  std::string file;
  bool is_rotation = false;
};

// `pegel secrets reseal`.
struct ResealRequest {
  std::string server;
  uint32_t retry_seconds = 10;
};

// `pegel cluster unregister`.
struct UnregisterRequest {
  std::string server;
  int32_t id = 0;
  Format format = Format::kTable;  // kTable or kJson.
  uint32_t retry_seconds = 10;
};

// `pegel cluster create-table`, `drop-table`, `add-partition` and `drop-partition`.
struct TableChangeRequest {
  std::string server;
  net::TableChange change;
  Format format = Format::kTable;  // kTable or kJson.
  uint32_t retry_seconds = 10;
};

// `pegel cluster tables`.
struct TablesRequest {
  std::string server;
  Format format = Format::kTable;  // kTable or kJson.
};

// `pegel cluster buckets`.
struct BucketsRequest {
  std::string server;
  ListBuckets list;                // Which ones.
  uint64_t limit = 1000;           // At most so many in all; 0: no limit.
  Format format = Format::kTable;  // kTable or kJson.
};

// `pegel rebalance plan --offline`: no server takes part.
struct OfflinePlanRequest {
  std::string file;
  std::string goals;
  int32_t tolerance_permille = 0;
  bool is_drain_only = false;
  bool drains_dead = false;
  std::string temporary_offline = "DRAIN";
  uint64_t moves_max = 20;         // Listed in a table.
  Format format = Format::kTable;  // kTable or kJson.
};

// `pegel rebalance watch`.
struct RebalanceWatchRequest {
  std::string server;
  std::string id;  // Empty: the newest.
  double seconds_between = 1;
  uint32_t retry_seconds = 10;
};

// Nothing to do but to end: help was printed, or an error.
struct Leave {
  int exit_code = kExitAccepted;
};

using PegelRequest =
    std::variant<SqlRequest, StatusRequest, WatchCommand, RolloutCommand, SettingsRequest,
                 SnapshotRequest, BackupRequest, KeygenRequest, ResealRequest, UnregisterRequest,
                 TableChangeRequest, TablesRequest, BucketsRequest, OfflinePlanRequest,
                 RebalanceWatchRequest, Leave>;

PegelRequest ReadCommandLine(int argc, const char* const* argv, const std::string& version);

}  // namespace pegel::tools
