#include "core/moves/settings.h"

#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/check.h"
#include "core/config/draft.h"
#include "core/config/grammar.h"
#include "core/rebalance/text.h"

namespace pegel::moves {
namespace {

constexpr absl::string_view kPrefix = "pegel.rebalance.";

// Reads values that were checked when they came (core/config/rules.cc).
class Reader {
 public:
  explicit Reader(const config::ConfigState& configs) : draft_(configs) {}

  int32_t Int(absl::string_view name) const { return Checked(config::ParseInt(Text(name)), name); }
  bool Bool(absl::string_view name) const {
    return Checked(config::ParseBoolean(Text(name)), name);
  }
  int64_t Bytes(absl::string_view name) const {
    return Checked(config::ParseMemorySize(Text(name)), name).bytes;
  }
  int64_t Nanos(absl::string_view name) const {
    config::Duration duration = Checked(config::ParseDuration(Text(name)), name);
    return duration.TotalNanos().value_or(std::numeric_limits<int64_t>::max());
  }
  rebalance::TemporaryOffline Mode(absl::string_view name) const {
    return Checked(rebalance::ParseTemporaryOffline(Text(name)), name);
  }

 private:
  std::string Text(absl::string_view name) const {
    std::optional<std::string> text = draft_.Text(absl::StrCat(kPrefix, name));
    PEGEL_CHECK(text.has_value(), "no value and no default: ", name);
    return *std::move(text);
  }
  template <typename T>
  static T Checked(absl::StatusOr<T> parsed, absl::string_view name) {
    PEGEL_CHECK(parsed.ok(), "a value that was checked, of ", name);
    return *std::move(parsed);
  }

  config::Draft draft_;
};

}  // namespace

int64_t BytesPerSecOf(const config::ConfigState& configs) {
  return Reader(configs).Bytes(absl::string_view(kBytesPerSecKey).substr(kPrefix.size()));
}

Settings SettingsOf(const config::ConfigState& configs) {
  Reader reader(configs);
  Settings settings;
  settings.moves_max = reader.Int("max-moves");
  settings.moves_per_server_max = reader.Int("max-moves-per-server");
  settings.leader_moves_max = reader.Int("max-leader-moves");
  settings.bytes_per_sec = BytesPerSecOf(configs);
  settings.timeout_nanos = reader.Nanos("move-timeout");
  settings.attempts_max = reader.Int("max-attempts");
  settings.dead_server_grace_nanos = reader.Nanos("dead-server-grace");
  return settings;
}

rebalance::Options OptionsOf(const config::ConfigState& configs,
                             std::vector<rebalance::Goal> goals) {
  Reader reader(configs);
  rebalance::Options options;
  options.goals = std::move(goals);
  options.tolerance_permille = reader.Int("balance-tolerance-permille");
  options.is_trigger_only = reader.Bool("trigger-only");
  options.is_drain_only = reader.Bool("drain-only");
  options.temporary_offline = reader.Mode("temporary-offline-mode");
  return options;
}

UnixNanos GraceEnd(const Settings& settings, UnixNanos since) {
  constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
  const int64_t grace = settings.dead_server_grace_nanos;
  return UnixNanos{grace > kNever - since.value ? kNever : since.value + grace};
}

}  // namespace pegel::moves
