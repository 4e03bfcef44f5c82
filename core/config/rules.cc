#include "core/config/rules.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/check.h"
#include "core/config/credentials.h"
#include "core/config/grammar.h"
#include "core/config/remote_dirs.h"
#include "core/limits.h"
#include "core/utf8.h"

namespace pegel::config {
namespace {

// The value in force of an option that has a default.
std::string TextOf(const Draft& draft, absl::string_view key) {
  std::optional<std::string> text = draft.Text(key);
  PEGEL_CHECK(text.has_value(), "no value and no default: ", key);
  return *std::move(text);
}

template <typename T>
T Checked(absl::StatusOr<T> parsed, absl::string_view key) {
  PEGEL_CHECK(parsed.ok(), "a value that was checked, of ", key);
  return *std::move(parsed);
}

Decimal RatioOf(const Draft& draft, absl::string_view key) {
  return Checked(ParseDecimal(TextOf(draft, key)), key);
}

// 0 < recover < limit <= 1.
Problem CheckDiskLimits(const Draft&, const Draft& after) {
  Decimal limit = RatioOf(after, "server.data-disk.write-limit-ratio");
  Decimal recover = RatioOf(after, "server.data-disk.write-recover-ratio");
  if (Decimal{} < recover && recover < limit && limit <= DecimalOf(1)) return std::nullopt;
  return ConfigProblem(absl::StrCat(
      "Invalid disk write-limit configuration: server.data-disk.write-recover-ratio must be within "
      "(0.0, server.data-disk.write-limit-ratio), and server.data-disk.write-limit-ratio must be "
      "no greater than 1.0; server.data-disk.write-limit-ratio=",
      Shown(ToText(limit)), ", server.data-disk.write-recover-ratio=", Shown(ToText(recover))));
}

Problem CheckLookupCache(const Draft&, const Draft& after) {
  constexpr absl::string_view kKey = "server.historical-partition.lookup-cache.max-disk-ratio";
  Decimal ratio = RatioOf(after, kKey);
  if (Decimal{} < ratio && ratio <= DecimalOf(1)) return std::nullopt;
  return ConfigProblem(
      absl::StrCat("Invalid configuration for ", kKey, ", it must be within (0.0, 1.0]."));
}

Problem CheckAtLeastOneMilli(const Draft& draft, absl::string_view key) {
  if (Checked(ParseDuration(TextOf(draft, key)), key).millis >= 1) return std::nullopt;
  return ConfigProblem(absl::StrCat("Invalid configuration for ", key,
                                    ", it must be greater than or equal to 1 ms."));
}

Problem CheckLookuperExpiry(const Draft&, const Draft& after) {
  return CheckAtLeastOneMilli(after,
                              "server.historical-partition.lookuper-cache.expire-after-access");
}

Problem CheckSnapshotInterval(const Draft&, const Draft& after) {
  constexpr absl::string_view kKey = "kv.snapshot.interval";
  int64_t millis = Checked(ParseDuration(TextOf(after, kKey)), kKey).millis;
  if (millis > 0) return std::nullopt;
  return ConfigProblem(
      absl::StrCat("Invalid ", kKey, " can not be negative or zero: ", millis, " ms"));
}

Problem CheckMinInSync(const Draft&, const Draft& after) {
  constexpr absl::string_view kKey = "log.replica.min-in-sync-replicas-number";
  int32_t number = Checked(ParseInt(TextOf(after, kKey)), kKey);
  if (number > 0) return std::nullopt;
  return ConfigProblem(absl::StrCat("Invalid ", kKey, " can not be negative or zero: ", number));
}

constexpr char kLakeEnabled[] = "datalake.enabled", kLakeFormat[] = "datalake.format";

std::optional<std::string> LakeFormat(const Draft& draft) {
  std::optional<std::string> format = draft.Text(kLakeFormat);
  if (format.has_value()) absl::AsciiStrToLower(&*format);
  return format;
}

// On the resulting whole, so that enabling and resetting the format in one call is seen (Q28).
Problem CheckLakeSwitch(const Draft&, const Draft& after) {
  std::optional<std::string> enabled = after.Text(kLakeEnabled);
  if (!enabled.has_value() || !Checked(ParseBoolean(*enabled), kLakeEnabled)) return std::nullopt;
  if (LakeFormat(after).has_value()) return std::nullopt;
  return ConfigProblem(
      "'datalake.format' must be configured when 'datalake.enabled' is explicitly set to true.");
}

Problem CheckLakeKeys(const Draft&, const Draft& after) {
  std::optional<std::string> format = LakeFormat(after);
  if (!format.has_value()) return std::nullopt;
  const std::string prefix = absl::StrCat("datalake.", *format, ".");
  // The others were checked when they came, under the same format.
  bool is_same_format = !after.MayDiffer(kLakeFormat);
  for (const std::string& key : is_same_format ? after.Touched() : after.KeysInForce("datalake.")) {
    if (!absl::StartsWith(key, "datalake.") || after.Effective(key) == nullptr) continue;
    if (key == kLakeEnabled || key == kLakeFormat || absl::StartsWith(key, prefix)) continue;
    return ConfigProblem(
        absl::StrCat("Invalid configuration '", key, "' for '", *format, "' datalake format"));
  }
  return std::nullopt;
}

Problem CheckUsers(const Draft&, const Draft& after) {
  const Value* value = after.Effective(std::string(kCredentialsKey));
  if (value == nullptr) return std::nullopt;
  for (const SealedEntry& entry : std::get<SealedMap>(*value).entries) {
    if (auto bad = BadUserName(entry.name)) return ConfigProblem(*std::move(bad));
  }
  return std::nullopt;
}

Problem CheckLength(const std::string& key, size_t bytes, size_t bytes_max) {
  if (bytes <= bytes_max) return std::nullopt;
  return Error{ErrorCode::kLimitExceeded,
               absl::StrCat("The value of '", Shown(key), "' has ", bytes,
                            " bytes, which is more than the limit of ", bytes_max, ".")};
}

Problem CheckText(const std::string& key, const std::string& text) {
  if (IsSecret(key)) {
    return Error{ErrorCode::kInvalidArgument,
                 absl::StrCat("The value of '", Shown(key), "' is a secret that was not sealed.")};
  }
  if (Problem problem = CheckLength(key, text.size(), kConfigValueBytesMax)) return problem;
  // The log could not be read again with it.
  if (!IsUtf8(text)) {
    return ConfigProblem(absl::StrCat("The value of '", Shown(key), "' is not UTF-8."));
  }
  if (IsMarker(text)) {
    return ConfigProblem(
        absl::StrCat("Config provider markers are resolved at startup only and are not supported "
                     "in dynamic configuration: key '",
                     Shown(key), "'."));
  }
  const Option* option = FindOption(key);
  absl::Status status = option == nullptr ? absl::OkStatus() : CheckValue(*option, text);
  return status.ok() ? std::nullopt : ConfigProblem(std::string(status.message()));
}

Problem CheckSeal(const std::string& key, const Value& value) {
  bool is_map = std::holds_alternative<SealedMap>(value);
  if (!IsSecret(key) || is_map != (key == kCredentialsKey)) {
    return Error{ErrorCode::kInvalidArgument, absl::StrCat("The value of '", Shown(key),
                                                           "' is sealed in a form that its key "
                                                           "does not take.")};
  }
  return CheckLength(key, BytesOf(value), kConfigSealBytesMax);
}

struct LowerBound {
  absl::string_view key;
  int32_t least;
};

Problem CheckRange(const Draft& draft, absl::string_view key, int32_t least, int32_t most) {
  int32_t number = Checked(ParseInt(TextOf(draft, key)), key);
  if (number >= least && number <= most) return std::nullopt;
  return ConfigProblem(absl::StrCat("Invalid configuration for ", key, ", it must be from ", least,
                                    " to ", most, ", found ", number, "."));
}

Problem CheckRebalance(const Draft&, const Draft& after) {
  struct Range {
    absl::string_view key;
    int32_t least, most;
  };
  constexpr Range kRanges[] = {{"pegel.rebalance.balance-tolerance-permille", 0, 1'000},
                               {"pegel.rebalance.max-attempts", 1, 1'000},
                               {"pegel.rebalance.max-leader-moves", 0, 1'000'000},
                               {"pegel.rebalance.max-moves", 0, 1'000'000},
                               {"pegel.rebalance.max-moves-per-server", 1, 1'000'000}};
  for (const auto& [key, least, most] : kRanges) {
    if (Problem problem = CheckRange(after, key, least, most)) return problem;
  }
  return CheckAtLeastOneMilli(after, "pegel.rebalance.move-timeout");
}

}  // namespace

Problem CheckKeyText(absl::string_view key) {
  bool is_printable =
      std::all_of(key.begin(), key.end(), [](char c) { return absl::ascii_isgraph(c); });
  if (is_printable && key.size() <= kConfigKeyBytesMax) return std::nullopt;
  return ConfigProblem(absl::StrCat("The config key ", Shown(key), " has ", key.size(),
                                    " bytes; expected at most ", kConfigKeyBytesMax,
                                    ", printable and without blanks."));
}

bool IsMarker(absl::string_view text) {
  return text.size() > 3 && absl::StartsWith(text, "${") && text.back() == '}';
}

Problem CheckForm(const std::string& key, const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? CheckText(key, *text) : CheckSeal(key, value);
}

Problem CheckRules(const Draft& before, const Draft& after) {
  // Each with the prefix of the keys that it speaks about.
  struct Rule {
    absl::string_view about;
    Problem (*check)(const Draft&, const Draft&);
  };
  constexpr Rule kRules[] = {
      {"server.data-disk.", &CheckDiskLimits},
      {"server.historical-partition.", &CheckLookupCache},
      {"server.historical-partition.", &CheckLookuperExpiry},
      {"kv.snapshot.interval", &CheckSnapshotInterval},
      {"log.replica.min-in-sync-replicas-number", &CheckMinInSync},
      {"datalake.", &CheckLakeSwitch},
      {"datalake.", &CheckLakeKeys},
      {kCredentialsKey, &CheckUsers},
      {"pegel.rebalance.", &CheckRebalance},
      {"remote.data.", &CheckRemoteDirsKept},
      {"remote.data.", &CheckRemoteDirWeights},
  };
  for (const Rule& rule : kRules) {
    if (!after.MayDiffer(rule.about)) continue;
    if (Problem problem = rule.check(before, after)) return problem;
  }
  return std::nullopt;
}

Problem CheckStartBounds(const Draft& draft) {
  constexpr LowerBound kBounds[] = {{"default.replication.factor", 1},
                                    {"kv.snapshot.num-retained", 1},
                                    {"server.background.threads", 1},
                                    {"server.io-pool.size", 1},
                                    {"tablet-server.id", 0}};
  for (const auto& [key, least] : kBounds) {
    std::optional<std::string> text = draft.Text(key);
    if (!text.has_value() || Checked(ParseInt(*text), key) >= least) continue;
    return ConfigProblem(absl::StrCat("Invalid configuration for ", key,
                                      ", it must be greater than or equal ", least, "."));
  }
  constexpr absl::string_view kCheckInterval = "log.retention.check-interval";
  if (Checked(ParseDuration(TextOf(draft, kCheckInterval)), kCheckInterval).millis < 1) {
    return ConfigProblem(absl::StrCat("Invalid configuration for ", kCheckInterval,
                                      ", it must be greater than or equal 1 ms."));
  }
  constexpr absl::string_view kSegment = "log.segment.file-size";
  constexpr int64_t kSegmentBytesMax = 2147483647;
  int64_t bytes = Checked(ParseMemorySize(TextOf(draft, kSegment)), kSegment).bytes;
  if (bytes <= kSegmentBytesMax) return std::nullopt;
  return ConfigProblem(absl::StrCat("Invalid configuration for ", kSegment,
                                    ", it must be less than or equal ", kSegmentBytesMax,
                                    " bytes, found ", bytes, " bytes."));
}

}  // namespace pegel::config
