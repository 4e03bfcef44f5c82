#include "tools/settings.h"

#include <cstdint>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/config/duration.h"
#include "core/config/memory_size.h"
#include "procedures/suggest.h"

namespace pegel::tools {
namespace {

constexpr uint64_t kCountMax = 1'000'000'000;

// Shorter ones would take a busy moment for a death; longer ones are no failure detection.
constexpr int64_t kLeaseMsMin = 500;
constexpr int64_t kLeaseMsMax = 3'600'000;

// Shorter ones would do nothing but write; a year is as good as never.
constexpr int64_t kSnapshotMsMin = 1'000;
constexpr int64_t kSnapshotMsMax = 366LL * 24 * 3'600'000;

// Less would not hold what is under way; more than a terabyte is a slip.
constexpr int64_t kReserveBytesMin = 1 << 20;
constexpr int64_t kReserveBytesMax = int64_t{1} << 40;

absl::Status LandText(const std::string& text, std::string* out) {
  if (text.empty()) return absl::InvalidArgumentError("expected a text, found an empty one");
  *out = text;
  return absl::OkStatus();
}

absl::Status LandCount(const std::string& text, size_t* out) {
  uint64_t count = 0;
  if (!absl::SimpleAtoi(text, &count) || count == 0 || count > kCountMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a whole number from 1 to ", kCountMax, ", found '", text, "'"));
  }
  *out = count;
  return absl::OkStatus();
}

absl::Status LandSwitch(const std::string& text, bool* out) {
  *out = absl::EqualsIgnoreCase(text, "true");
  if (*out || absl::EqualsIgnoreCase(text, "false")) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("expected true or false, found '", text, "'"));
}

absl::Status LandDuration(const std::string& text, int64_t min_ms, int64_t max_ms,
                          int64_t* out_ms) {
  absl::StatusOr<config::Duration> duration = config::ParseDuration(text);
  if (!duration.ok()) return duration.status();
  if (duration->millis < min_ms || duration->millis > max_ms) {
    return absl::InvalidArgumentError(absl::StrCat("expected a duration from ", min_ms, " ms to ",
                                                   max_ms / 60'000, " min, found '", text, "'"));
  }
  *out_ms = duration->millis;
  return absl::OkStatus();
}

absl::Status LandReserve(const std::string& text, uint64_t* out_bytes) {
  absl::StatusOr<config::MemorySize> size = config::ParseMemorySize(text);
  if (!size.ok()) return size.status();
  if (size->bytes < kReserveBytesMin || size->bytes > kReserveBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a size from 1 mb to 1 tb, found '", text, "'"));
  }
  *out_bytes = static_cast<uint64_t>(size->bytes);
  return absl::OkStatus();
}

constexpr Setting kSettings[] = {
    {"pegel.data-dir", "--data-dir", "DIR", "", "Directory of the log; made if it is not there",
     [](const std::string& text, ServerOptions& o) { return LandText(text, &o.data_dir); }},
    {"pegel.listen", "--listen", "HOST:PORT", "127.0.0.1:7345",
     "Loopback address and port; port 0 takes a free one and prints it",
     [](const std::string& text, ServerOptions& o) { return LandText(text, &o.listen); }},
    {"pegel.secrets.key-file", "--key-file", "FILE", "",
     "Key file that seals secrets (pegel keygen FILE makes one); without it secrets cannot be set",
     [](const std::string& text, ServerOptions& o) { return LandText(text, &o.key_file); }},
    {"pegel.log.reads", "--log-reads", "BOOL", "true",
     "Whether reads become records too, for audits",
     [](const std::string& text, ServerOptions& o) {
       return LandSwitch(text, &o.engine.log_reads);
     }},
    {"pegel.disk.reserve", "--disk-reserve", "SIZE", "64 mb",
     "Room that callers leave on the log's file system; with less, changes are refused (NOSPACE)",
     [](const std::string& text, ServerOptions& o) { return LandReserve(text, &o.disk_reserve); }},
    {"pegel.line-max", "--line-max", "N", "8192",
     "Calls that may wait for the disk; more are refused as OVERLOADED",
     [](const std::string& text, ServerOptions& o) {
       return LandCount(text, &o.engine.line_records_max);
     }},
    {"pegel.connections-max", "--connections-max", "N", "1024", "Connections in all",
     [](const std::string& text, ServerOptions& o) {
       return LandCount(text, &o.limits.connections_max);
     }},
    {"pegel.connections-per-address-max", "--connections-per-address-max", "N", "256",
     "Connections from one address",
     [](const std::string& text, ServerOptions& o) {
       return LandCount(text, &o.limits.connections_per_address_max);
     }},
    {"pegel.calls-in-flight-max", "--calls-in-flight-max", "N", "1024",
     "Calls of one connection without a reply yet",
     [](const std::string& text, ServerOptions& o) {
       return LandCount(text, &o.limits.calls_in_flight_max);
     }},
    {"pegel.changes-in-memory", "--changes-in-memory", "N", "4096",
     "Newest changes that watchers find in memory; older ones are read from the log",
     [](const std::string& text, ServerOptions& o) {
       return LandCount(text, &o.changes.changes_max);
     }},
    {"pegel.cluster.lease", "--lease", "DURATION", "10 s",
     "How long a tablet server may be silent before it is taken for dead",
     [](const std::string& text, ServerOptions& o) {
       return LandDuration(text, kLeaseMsMin, kLeaseMsMax, &o.lease_ms);
     }},
    {"pegel.snapshot.interval-records", "--snapshot-interval-records", "N", "100000",
     "A snapshot is taken when this many records follow the last one; bounds what a start folds",
     [](const std::string& text, ServerOptions& o) {
       return LandCount(text, &o.snapshots.interval_records);
     }},
    {"pegel.snapshot.interval", "--snapshot-interval", "DURATION", "1 h",
     "… or when this long has passed and there are new records",
     [](const std::string& text, ServerOptions& o) {
       return LandDuration(text, kSnapshotMsMin, kSnapshotMsMax, &o.snapshots.interval_ms);
     }},
    {"pegel.snapshot.keep", "--snapshot-keep", "N", "2",
     "Snapshots kept; a start that finds the newest damaged takes the next",
     [](const std::string& text, ServerOptions& o) { return LandCount(text, &o.snapshots.keep); }},
    {"pegel.retention.records", "--retention-records", "N", "",
     "Newest records that stay in the log; older ones are exported, then trimmed. Without it the "
     "log is kept for ever",
     [](const std::string& text, ServerOptions& o) {
       return LandCount(text, &o.snapshots.retention.records);
     }},
    {"pegel.retention.export-dir", "--retention-export-dir", "DIR", "",
     "Directory that trimmed records are exported to; made if it is not there",
     [](const std::string& text, ServerOptions& o) {
       return LandText(text, &o.snapshots.retention.export_dir);
     }},
};

}  // namespace

absl::Span<const Setting> Settings() { return kSettings; }

const Setting* FindSetting(absl::string_view key) {
  for (const Setting& setting : kSettings) {
    if (setting.key == key) return &setting;
  }
  return nullptr;
}

std::string SuggestSetting(absl::string_view key) {
  std::vector<absl::string_view> keys;
  for (const Setting& setting : kSettings) keys.push_back(setting.key);
  std::string hint = procedures::DidYouMean(key, keys);
  return hint.empty() ? "; pegeld --help lists all" : hint;
}

}  // namespace pegel::tools
