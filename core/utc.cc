#include "core/utc.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace pegel {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kSecondsPerDay = 86'400;
constexpr int kYearMin = 1970;
constexpr int kYearMax = 2261;  // The last whole year of 63 bits of nanoseconds.
constexpr int kFractionDigits = 9;

struct Day {
  int64_t year = 0;
  int64_t month = 0;  // 1 to 12.
  int64_t day = 0;    // 1 to 31.
};

bool IsLeap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int64_t DaysOfYear(int64_t year) { return IsLeap(year) ? 366 : 365; }

int64_t DaysOfMonth(int64_t year, int64_t month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDays[month - 1] + (month == 2 && IsLeap(year) ? 1 : 0);
}

// Leap days from year 1 through `year`.
int64_t LeapDaysThrough(int64_t year) { return year / 4 - year / 100 + year / 400; }

int64_t DaysBefore(int64_t year) {
  return (year - kYearMin) * 365 + LeapDaysThrough(year - 1) - LeapDaysThrough(kYearMin - 1);
}

int64_t DaysSince1970(const Day& day) {
  int64_t days = DaysBefore(day.year) + day.day - 1;
  for (int64_t month = 1; month < day.month; ++month) days += DaysOfMonth(day.year, month);
  return days;
}

// Also for times before 1970, which a damaged record may hold.
Day DayOf(int64_t days) {
  Day day{kYearMin + days / 366, 1, 1};
  while (DaysBefore(day.year) > days) --day.year;
  while (DaysBefore(day.year) + DaysOfYear(day.year) <= days) ++day.year;
  int64_t left = days - DaysBefore(day.year);
  for (; left >= DaysOfMonth(day.year, day.month); ++day.month) {
    left -= DaysOfMonth(day.year, day.month);
  }
  day.day += left;
  return day;
}

std::string Padded(int64_t number, size_t digits) {
  std::string text = absl::StrCat(number);
  return text.size() < digits ? std::string(digits - text.size(), '0') + text : text;
}

// Reads a text from its start; each step is false when something else stands there.
class Reader {
 public:
  explicit Reader(absl::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  bool Take(absl::string_view any_of) {
    if (at_end() || any_of.find(text_[0]) == absl::string_view::npos) return false;
    text_.remove_prefix(1);
    return true;
  }
  // A number of exactly `digits`, within bounds.
  bool Number(int digits, int64_t min, int64_t max, int64_t* number) {
    *number = 0;
    for (int i = 0; i < digits; ++i) {
      if (!Digit(number)) return false;
    }
    return *number >= min && *number <= max;
  }
  bool Fraction(int64_t* nanos) {
    int digits = 0;
    while (digits < kFractionDigits && Digit(nanos)) ++digits;
    if (digits == 0) return false;
    for (; digits < kFractionDigits; ++digits) *nanos *= 10;
    return true;
  }

 private:
  bool Digit(int64_t* number) {
    if (at_end() || !absl::ascii_isdigit(text_[0])) return false;
    *number = *number * 10 + (text_[0] - '0');
    text_.remove_prefix(1);
    return true;
  }

  absl::string_view text_;
};

bool ReadDay(Reader& reader, Day* day) {
  return reader.Number(4, kYearMin, kYearMax, &day->year) && reader.Take("-") &&
         reader.Number(2, 1, 12, &day->month) && reader.Take("-") &&
         reader.Number(2, 1, DaysOfMonth(day->year, day->month), &day->day);
}

bool ReadClock(Reader& reader, int64_t* seconds, int64_t* nanos) {
  int64_t hour, minute, second = 0;
  if (!reader.Number(2, 0, 23, &hour) || !reader.Take(":")) return false;
  if (!reader.Number(2, 0, 59, &minute)) return false;
  if (reader.Take(":")) {
    if (!reader.Number(2, 0, 59, &second)) return false;
    if (reader.Take(".") && !reader.Fraction(nanos)) return false;
  }
  *seconds = (hour * 60 + minute) * 60 + second;
  return true;
}

}  // namespace

std::string ToText(UnixNanos time) {
  int64_t seconds = time.value / kNanosPerSecond, nanos = time.value % kNanosPerSecond;
  if (nanos < 0) nanos += kNanosPerSecond, --seconds;
  int64_t days = seconds / kSecondsPerDay, rest = seconds % kSecondsPerDay;
  if (rest < 0) rest += kSecondsPerDay, --days;
  Day day = DayOf(days);
  return absl::StrCat(Padded(day.year, 4), "-", Padded(day.month, 2), "-", Padded(day.day, 2), "T",
                      Padded(rest / 3600, 2), ":", Padded(rest / 60 % 60, 2), ":",
                      Padded(rest % 60, 2), ".", Padded(nanos, kFractionDigits), "Z");
}

absl::StatusOr<UnixNanos> ParseUtc(absl::string_view text) {
  Reader reader(text);
  Day day;
  int64_t seconds = 0, nanos = 0;
  bool ok = ReadDay(reader, &day);
  if (ok && !reader.at_end() && reader.Take(" T")) ok = ReadClock(reader, &seconds, &nanos);
  reader.Take("Z");
  if (!ok || !reader.at_end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a time in UTC as YYYY-MM-DD HH:MM:SS[.fraction], from ", kYearMin,
                     " to ", kYearMax));
  }
  return UnixNanos{(DaysSince1970(day) * kSecondsPerDay + seconds) * kNanosPerSecond + nanos};
}

}  // namespace pegel
