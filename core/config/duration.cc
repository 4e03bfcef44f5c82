#include "core/config/duration.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "core/config/quantity.h"
#include "core/config/shown.h"

namespace pegel::config {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kNanosPerMilli = 1'000'000;

struct NamedUnit {
  absl::string_view name;  // In the error's list of units.
  absl::string_view printed;
  Unit unit;  // Its size is in milliseconds, or in nanoseconds for those below one.
};

constexpr NamedUnit kUnits[] = {
    {"DAYS", "d", {86'400'000, "d | day | days"}},
    {"HOURS", "h", {3'600'000, "h | hour | hours"}},
    {"MINUTES", "min", {60'000, "min | m | minute | minutes"}},
    {"SECONDS", "s", {1'000, "s | sec | secs | second | seconds"}},
    {"MILLISECONDS", "ms", {1, "ms | milli | millis | millisecond | milliseconds"}}};
constexpr NamedUnit kFineUnits[] = {
    {"MICROSECONDS", "µs", {1'000, "µs | micro | micros | microsecond | microseconds"}},
    {"NANOSECONDS", "ns", {1, "ns | nano | nanos | nanosecond | nanoseconds"}}};

absl::Status NoUnit(absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(
      "The time value '", Shown(text),
      "' does not specify a time unit. Time must be specified with units milliseconds (ms), "
      "seconds (s), minutes (min), hour (h), or day (d). E.g. 50ms, 100s, 3h."));
}

absl::Status UnknownUnit(absl::string_view label) {
  std::string all;
  auto list = [&all](const NamedUnit& unit) {
    absl::StrAppend(&all, all.empty() ? "" : ", ", unit.name, ": (", unit.unit.labels, ")");
  };
  for (const NamedUnit& unit : kUnits) list(unit);
  for (const NamedUnit& unit : kFineUnits) list(unit);
  return absl::InvalidArgumentError(
      absl::StrCat("Time interval unit label '", Shown(label),
                   "' does not match any of the recognized units: ", all));
}

absl::Status TooLong(absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(
      "The value '", Shown(text),
      "' cannot be re represented as 64bit number of milliseconds (numeric overflow)."));
}

}  // namespace

std::optional<int64_t> Duration::TotalNanos() const {
  if (millis > (kMax - nanos) / kNanosPerMilli) return std::nullopt;
  return millis * kNanosPerMilli + nanos;
}

absl::StatusOr<Duration> ParseDuration(absl::string_view text) {
  absl::StatusOr<Quantity> quantity = ParseQuantity(text);
  if (!quantity.ok()) return quantity.status();
  if (quantity->unit.empty()) return NoUnit(text);
  for (const NamedUnit& one : kUnits) {
    if (!HasLabel(one.unit, quantity->unit)) continue;
    if (quantity->number > kMax / one.unit.size) return TooLong(text);
    return Duration{quantity->number * one.unit.size, 0};
  }
  for (const NamedUnit& one : kFineUnits) {
    if (!HasLabel(one.unit, quantity->unit)) continue;
    int64_t per_milli = kNanosPerMilli / one.unit.size;
    int64_t rest = quantity->number % per_milli * one.unit.size;
    return Duration{quantity->number / per_milli, static_cast<int32_t>(rest)};
  }
  return UnknownUnit(quantity->unit);
}

std::string ToText(Duration duration) {
  if (duration == Duration{}) return "0 ms";
  if (duration.nanos == 0) {
    for (const NamedUnit& one : kUnits) {
      if (duration.millis % one.unit.size != 0) continue;
      return absl::StrCat(duration.millis / one.unit.size, " ", one.printed);
    }
  }
  // Read from at most 64 bits of micro- or nanoseconds, so these fit.
  const Unit& micros = kFineUnits[0].unit;
  if (duration.nanos % micros.size == 0) {
    return absl::StrCat(duration.millis * 1000 + duration.nanos / micros.size, " ",
                        kFineUnits[0].printed);
  }
  return absl::StrCat(duration.millis * kNanosPerMilli + duration.nanos, " ",
                      kFineUnits[1].printed);
}

}  // namespace pegel::config
